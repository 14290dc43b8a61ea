// Statements: scopes as jinja2's compiler makes them. A loop's turn, a macro's call, a block, a set block, with, filter
// and call have variables of their own; an if has not.
#include "core/jinja/evaluator.h"

#include <algorithm>

namespace tritlab::jinja {

// What is printed while it lives goes into `text`.
class Evaluator::Captured {
public:
    explicit Captured(Evaluator& evaluator) : evaluator_(evaluator), before_(std::exchange(evaluator.out_, &text)) {}
    ~Captured() { evaluator_.out_ = before_; }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    Text text;

private:
    Evaluator& evaluator_;
    Text* before_;
};

Evaluator::Evaluator(const Program& program, const JinjaLimits& limits, const JinjaTemplate::Clock& clock)
    : program_(program), limits_(limits), clock_(clock), heap_(&limits) {
    heap_.limitSteps();
}

Evaluator::~Evaluator() {
    for (const auto& each : namespaces_) each->attributes->entries.clear();
    for (const auto& each : scopes_) {
        each->variables.clear();
        each->parent.reset();  // macros that make macros make long chains
    }
    for (const auto& each : loops_) each->last.clear();
}

Value Evaluator::fromJson(const nlohmann::ordered_json& json) {
    switch (json.type()) {
        case nlohmann::json::value_t::null: return Value::none(true);
        case nlohmann::json::value_t::boolean: return Value::boolean(json.get<bool>(), true);
        case nlohmann::json::value_t::number_integer: return Value::integer(json.get<std::int64_t>(), true);
        case nlohmann::json::value_t::number_unsigned: return Value::integer(json.get<std::uint64_t>(), true);
        case nlohmann::json::value_t::number_float: return Value::real(json.get<double>(), true);
        case nlohmann::json::value_t::string: return heap_.string(json.get_ref<const std::string&>(), kFromData);
        case nlohmann::json::value_t::array: {
            std::vector<Value> items;
            items.reserve(json.size());
            const Deeper deeper(*this);
            for (const auto& each : json) items.push_back(fromJson(each));
            return heap_.list(std::move(items), true);
        }
        case nlohmann::json::value_t::object: {
            const Deeper deeper(*this);
            auto entries = heap_.entries();
            for (const auto& [key, each] : json.items()) entries->set(heap_.string(key, kFromData), fromJson(each));
            return heap_.dict(std::move(entries), true);
        }
        default: fail("a value of the context is no JSON");
    }
}

Text Evaluator::run(const nlohmann::ordered_json& context) {
    Text out;
    out_ = &out;
    context_ = std::make_shared<Scope>();
    root_ = inner(context_, program_.hidden);
    globals_ = globalFunctions(program_.symbols);
    for (std::size_t symbol = 0; context.is_object() && symbol < program_.symbols.size(); ++symbol) {
        const auto at = context.find(program_.symbols[symbol]);
        if (at == context.end()) continue;
        // A text of the context itself (bos_token) is the program's, as the template is.
        Value value = at->is_string() ? heap_.string(at->get_ref<const std::string&>()) : fromJson(*at);
        context_->variables.emplace_back(static_cast<Symbol>(symbol), std::move(value));
    }
    (void)run(program_.body, root_);
    return out;
}

std::shared_ptr<Scope> Evaluator::inner(const std::shared_ptr<Scope>& scope, const Hidden& hidden) {
    auto made = std::make_shared<Scope>();
    made->parent = scope;
    if (!hidden.empty()) made->hidden = &hidden;
    return made;
}

std::shared_ptr<Scope> Evaluator::exported() const {
    auto made = std::make_shared<Scope>();
    made->parent = context_;
    made->variables = root_->variables;
    return made;
}

void Evaluator::print(const Text& text) {
    if (text.size() > limits_.outputBytes || out_->size() > limits_.outputBytes - text.size()) {
        throw LimitFailure("the template's text is longer than " + std::to_string(limits_.outputBytes) + " bytes");
    }
    heap_.work(text.size() / 64);
    if (generation_) {
        Text marked = text;
        marked.setMark(kInGeneration);
        out_->append(marked);
    } else {
        out_->append(text);
    }
}

void Evaluator::print(const Value& value) {
    if (value.isString()) return print(value.text());
    print(str(heap_, value));
}

void Evaluator::printString(const Value& value) {
    if (!value.isString()) fail(std::string("the block's text became a ") + typeName(value));
    print(value.text());
}

Evaluator::Flow Evaluator::run(const Body& body, const std::shared_ptr<Scope>& scope) {
    for (const auto& statement : body) {
        const Flow flow = run(*statement, scope);
        if (flow != Flow::On) return flow;
    }
    return Flow::On;
}

Evaluator::Flow Evaluator::run(const Statement& statement, const std::shared_ptr<Scope>& scope) {
    const Deeper deeper(*this);
    line_ = statement.line;
    switch (statement.kind) {
        case StatementKind::Text: print(statement.text.text()); break;
        case StatementKind::Print:
            for (const ExprPtr& each : statement.exprs) print(eval(*each, scope));
            break;
        case StatementKind::If: return runIf(statement, scope);
        case StatementKind::For: return runFor(statement, scope, eval(*statement.exprs[0], scope), 0);
        case StatementKind::Set: assign(*statement.targets[0], eval(*statement.exprs[0], scope), scope); break;
        case StatementKind::SetBlock: return setBlock(statement, scope);
        case StatementKind::Macro:
            heap_.work(scope->size() / 16);
            scope->set(statement.symbol, macro(*statement.macro, scope));
            break;
        case StatementKind::CallBlock: callBlock(statement, scope); break;
        case StatementKind::FilterBlock: {
            Value text;
            Flow flow = Flow::On;
            {
                Captured captured(*this);
                flow = run(statement.bodies[0], inner(scope, statement.hidden[0]));
                text = heap_.string(std::move(captured.text));
            }
            if (flow != Flow::On) return flow;
            printString(filter(*statement.exprs[0], scope, &text));
            break;
        }
        case StatementKind::With: {
            const auto own = inner(scope, statement.hidden[0]);
            for (std::size_t i = 0; i < statement.targets.size(); ++i) {
                assign(*statement.targets[i], eval(*statement.exprs[i], scope), own);
            }
            return run(statement.bodies[0], own);
        }
        case StatementKind::Block:
            return run(statement.bodies[0], inner(statement.recursive ? scope : exported(), statement.hidden[0]));
        case StatementKind::Generation: {
            const bool before = std::exchange(generation_, true);
            (void)run(statement.bodies[0], inner(scope, statement.hidden[0]));
            generation_ = before;
            break;
        }
        case StatementKind::Break: return Flow::Break;
        case StatementKind::Continue: return Flow::Continue;
    }
    return Flow::On;
}

Evaluator::Flow Evaluator::runIf(const Statement& statement, const std::shared_ptr<Scope>& scope) {
    for (std::size_t i = 0; i < statement.exprs.size(); ++i) {
        if (truth(eval(*statement.exprs[i], scope))) return run(statement.bodies[i], scope);
    }
    if (statement.bodies.size() > statement.exprs.size()) return run(statement.bodies.back(), scope);
    return Flow::On;
}

Evaluator::Flow Evaluator::runFor(const Statement& statement, const std::shared_ptr<Scope>& scope, const Value& over,
                                  int level) {
    Items items;
    iterate(heap_, over, items);
    auto loop = heap_.make<LoopObject>(0, over.depth());
    const Expr& target = *statement.targets[0];
    const auto own = inner(scope, statement.hidden[0]);
    if (statement.exprs[1]) {  // for … if
        for (std::size_t i = 0; i < items.size(); ++i) {
            own->variables.clear();
            assign(target, items[i], own);
            if (truth(eval(*statement.exprs[1], own))) loop->items.push_back(items[i]);
        }
    } else {
        for (std::size_t i = 0; i < items.size(); ++i) loop->items.push_back(items[i]);
    }
    const std::size_t bytes = loop->items.size() * sizeof(Value);
    heap_.take(bytes);
    loop->counted += bytes;
    loop->level = level;
    if (statement.recursive) {
        loop->statement = &statement;
        loop->scope = scope;
    }
    Flow flow = Flow::On;
    bool finished = false;  // a turn came to its end, by neither break nor continue: jinja2 skips `else` only then
    for (std::size_t i = 0; i < loop->items.size() && flow != Flow::Break; ++i) {
        own->variables.clear();
        loop->index = i;
        own->variables.emplace_back(kLoop, Value(Kind::Loop, loop));
        assign(target, loop->items[i], own);
        flow = run(statement.bodies[0], own);
        finished = finished || flow == Flow::On;
    }
    own->variables.clear();  // a macro may hold it
    if (loop->asked) loops_.push_back(loop);
    if (flow != Flow::Break) items.finish();
    if (!finished && statement.bodies.size() > 1) return run(statement.bodies[1], inner(scope, statement.hidden[1]));
    return Flow::On;
}

bool LoopObject::attribute(Heap& counting, const std::string& name, Value& out) const {
    const auto at = static_cast<Wide>(index), size = static_cast<Wide>(items.size());
    if (name == "index") out = Value::integer(at + 1);
    else if (name == "index0") out = Value::integer(at);
    else if (name == "revindex") out = Value::integer(size - at);
    else if (name == "revindex0") out = Value::integer(size - at - 1);
    else if (name == "first") out = Value::boolean(at == 0);
    else if (name == "last") out = Value::boolean(at + 1 == size);
    else if (name == "length") out = Value::integer(size);
    else if (name == "depth") out = Value::integer(level + 1);
    else if (name == "depth0") out = Value::integer(level);
    else if (name == "previtem") out = index > 0 ? items[index - 1] : counting.undefined("there is no previous item");
    else if (name == "nextitem")
        out = index + 1 < items.size() ? items[index + 1] : counting.undefined("there is no next item");
    else return false;
    return true;
}

Evaluator::Flow Evaluator::setBlock(const Statement& statement, const std::shared_ptr<Scope>& scope) {
    Value text;
    {
        Captured captured(*this);
        const Flow flow = run(statement.bodies[0], inner(scope, statement.hidden[0]));
        if (flow != Flow::On) return flow;
        text = heap_.string(std::move(captured.text));
    }
    if (statement.exprs[0]) text = filter(*statement.exprs[0], scope, &text);
    assign(*statement.targets[0], text, scope);
    return Flow::On;
}

Value Evaluator::macro(const MacroDefinition& definition, const std::shared_ptr<Scope>& scope) {
    auto made = heap_.make<MacroObject>(0);
    made->definition = &definition;
    made->scope = scope;
    if (!std::exchange(scope->registered, true)) {
        heap_.take(sizeof(Scope) + 64);  // kept to the end
        scopes_.push_back(scope);
    }
    return Value(Kind::Macro, std::move(made));
}

Value Evaluator::captured(const std::function<void()>& print) {
    Captured capture(*this);
    print();
    return heap_.string(std::move(capture.text));
}

void Evaluator::callBlock(const Statement& statement, const std::shared_ptr<Scope>& scope) {
    const Expr& call = *statement.exprs[0];
    const Value callee = eval(*call.parts[0], scope);
    Arguments given = arguments(call, 1, scope);
    given.keywords.emplace_back("caller", macro(*statement.macro, scope));
    line_ = statement.line;
    printString(this->call(callee, std::move(given)));
}

void Evaluator::assign(const Expr& target, const Value& value, const std::shared_ptr<Scope>& scope) {
    switch (target.kind) {
        case ExprKind::Name:
            heap_.work(scope->size() / 16);
            scope->set(target.symbol, value);
            return;
        case ExprKind::NamespaceAttribute: {
            const Value* holder = nullptr;
            for (const Scope* at = scope.get(); at != nullptr && holder == nullptr; at = at->parent.get())
                holder = at->find(target.symbol);
            if (holder == nullptr || !holder->is(Kind::Namespace))
                fail("cannot assign attribute on non-namespace object");
            checkNamespaceAttribute(target.name);
            const Value keep = *holder;
            keep.as<NamespaceObject>().attributes->set(heap_.string(target.name), value);
            return;
        }
        default: {
            Items items;
            iterate(heap_, value, items);
            items.finish();
            if (items.size() != target.parts.size()) {
                fail("cannot unpack " + std::to_string(items.size()) + " values into " +
                     std::to_string(target.parts.size()));
            }
            for (std::size_t i = 0; i < target.parts.size(); ++i) assign(*target.parts[i], items[i], scope);
        }
    }
}

}  // namespace tritlab::jinja
