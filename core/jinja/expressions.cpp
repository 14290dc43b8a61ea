// Expressions and calls of the evaluator.
#include <algorithm>
#include <array>

#include "core/jinja/evaluator.h"

namespace tritlab::jinja {

Value Evaluator::eval(const Expr& expr, const std::shared_ptr<Scope>& scope) {
    if (expr.kind == ExprKind::Constant) return expr.constant;
    const Deeper depth(*this);
    switch (expr.kind) {
        case ExprKind::Constant: return expr.constant;
        case ExprKind::Name:
        case ExprKind::NamespaceAttribute: return name(expr, scope.get());
        case ExprKind::Tuple:
        case ExprKind::List: {
            std::vector<Value> items;
            items.reserve(expr.parts.size());
            for (const ExprPtr& part : expr.parts) items.push_back(eval(*part, scope));
            return expr.kind == ExprKind::List ? heap_.list(std::move(items)) : heap_.tuple(std::move(items));
        }
        case ExprKind::Dict: {
            auto entries = heap_.entries();
            for (std::size_t i = 0; i + 1 < expr.parts.size(); i += 2) {
                const Value key = eval(*expr.parts[i], scope);
                entries->set(key, eval(*expr.parts[i + 1], scope));
            }
            return heap_.dict(std::move(entries));
        }
        case ExprKind::Attribute: return attribute(expr, eval(*expr.parts[0], scope));
        case ExprKind::Item: {
            const Value of = eval(*expr.parts[0], scope);
            const Value key = eval(*expr.parts[1], scope);
            line_ = expr.line;
            return lookUp(heap_, of, key);
        }
        case ExprKind::Slice: {
            const Value of = eval(*expr.parts[0], scope);
            std::array<Value, 3> ends;
            for (std::size_t i = 0; i < 3; ++i)
                ends[i] = expr.parts[i + 1] ? eval(*expr.parts[i + 1], scope) : Value::none();
            line_ = expr.line;
            return sliceOf(heap_, of, &ends[0], &ends[1], &ends[2]);
        }
        case ExprKind::Call: {
            const Value callee = eval(*expr.parts[0], scope);
            Arguments given = arguments(expr, 1, scope);
            line_ = expr.line;
            return call(callee, std::move(given));
        }
        case ExprKind::Filter: return filter(expr, scope, nullptr);
        case ExprKind::Test: {
            const Value of = eval(*expr.parts[0], scope);
            const Arguments given = arguments(expr, 1, scope);
            line_ = expr.line;
            if (expr.resolved < 0) fail(unknownTest(expr.name));
            return Value::boolean(testAt(expr.resolved)(heap_, of, given));
        }
        case ExprKind::Not: return Value::boolean(!truth(eval(*expr.parts[0], scope)));
        case ExprKind::Negate: return negated(eval(*expr.parts[0], scope));
        case ExprKind::Plus: return asPositive(eval(*expr.parts[0], scope));
        case ExprKind::And:
        case ExprKind::Or: {
            Value left = eval(*expr.parts[0], scope);
            if (truth(left) == (expr.kind == ExprKind::Or)) return left;
            return eval(*expr.parts[1], scope);
        }
        case ExprKind::Binary: {
            const Value left = eval(*expr.parts[0], scope);
            const Value right = eval(*expr.parts[1], scope);
            line_ = expr.line;
            return arithmetic(heap_, expr.op, left, right);
        }
        case ExprKind::Concat: {
            Text out;
            for (const ExprPtr& part : expr.parts) {
                const Value each = eval(*part, scope);
                const Text text = str(heap_, each);
                heap_.room(out.size() + text.size());
                out.append(text);
            }
            return heap_.string(std::move(out));
        }
        case ExprKind::Compare: return compare(expr, scope);
        case ExprKind::Conditional:
            if (truth(eval(*expr.parts[0], scope))) return eval(*expr.parts[1], scope);
            if (expr.parts[2]) return eval(*expr.parts[2], scope);
            return heap_.undefined("the inline if-expression on line " + std::to_string(expr.line) +
                                   " evaluated to false and no else section was defined.");
    }
    return {};
}

Value Evaluator::name(const Expr& expr, const Scope* scope) {
    for (const Scope* at = scope; at != nullptr; at = at->parent.get()) {
        heap_.work(1 + at->size() / 16);
        if (const Value* const found = at->find(expr.symbol)) return *found;
        if (at->hides(expr.symbol)) return Value::missing(Value(), &expr.name);
    }
    const Value& global = globals_[static_cast<std::size_t>(expr.symbol)];
    if (!global.isUndefined()) return global;
    if (expr.symbol == kSelf || expr.name == "lipsum") {
        line_ = expr.line;
        fail("'" + expr.name + "' is not supported in a chat template");
    }
    return Value::missing(Value(), &expr.name);
}

Value Evaluator::attribute(const Expr& expr, const Value& of) {
    bool found = false;
    line_ = expr.line;
    // Most attributes are keys of a dict that no method of it is called like.
    if (of.is(Kind::Dict) && expr.resolved < 0) {
        if (const Value* const item = of.as<DictObject>().find(expr.name)) {
            static constexpr std::string_view kTaken = " clear pop popitem setdefault update fromkeys ";
            if (kTaken.find(" " + expr.name + " ") == std::string_view::npos) return *item;
        }
    }
    Value value = attributeOf(heap_, of, expr.name, expr.resolved, found);
    if (found) return value;
    if (of.is(Kind::Dict)) {
        if (const Value* const item = of.as<DictObject>().find(expr.name)) return *item;
    }
    return Value::missing(of, &expr.name);
}

Value Evaluator::compare(const Expr& expr, const std::shared_ptr<Scope>& scope) {
    Value left = eval(*expr.parts[0], scope);
    for (std::size_t i = 0; i < expr.comparisons.size(); ++i) {
        Value right = eval(*expr.parts[i + 1], scope);
        line_ = expr.line;
        bool holds = false;
        switch (expr.comparisons[i]) {
            case Comparison::Equal: holds = equal(heap_, left, right); break;
            case Comparison::Unequal: holds = !equal(heap_, left, right); break;
            case Comparison::Less: holds = less(heap_, left, right); break;
            case Comparison::Greater: holds = less(heap_, right, left); break;
            case Comparison::LessEqual: holds = lessOrEqual(heap_, left, right); break;
            case Comparison::GreaterEqual: holds = lessOrEqual(heap_, right, left); break;
            case Comparison::In: holds = contains(heap_, right, left); break;
            case Comparison::NotIn: holds = !contains(heap_, right, left); break;
        }
        if (!holds) return Value::boolean(false);
        left = std::move(right);
    }
    return Value::boolean(true);
}

Value Evaluator::filter(const Expr& expr, const std::shared_ptr<Scope>& scope, const Value* piped) {
    // In a filter block the innermost filter of the chain has nothing before it.
    Value of;
    if (!expr.parts[0]) {
        of = *piped;
    } else if (piped != nullptr && expr.parts[0]->kind == ExprKind::Filter) {
        of = filter(*expr.parts[0], scope, piped);
    } else {
        of = eval(*expr.parts[0], scope);
    }
    const Arguments given = arguments(expr, 1, scope);
    line_ = expr.line;
    if (expr.resolved < 0) fail(unknownFilter(expr.name));
    return filterAt(expr.resolved)(heap_, of, given);
}

Arguments Evaluator::arguments(const Expr& expr, std::size_t from, const std::shared_ptr<Scope>& scope) {
    Arguments out;
    for (std::size_t i = from; i < expr.parts.size(); ++i) out.positional.push_back(eval(*expr.parts[i], scope));
    for (const Keyword& keyword : expr.keywords) out.keywords.emplace_back(keyword.name, eval(*keyword.value, scope));
    if (expr.star) {
        for (Value& each : listOf(heap_, eval(*expr.star, scope))) out.positional.push_back(std::move(each));
    }
    if (expr.doubleStar) {
        const Value more = eval(*expr.doubleStar, scope);
        if (!more.is(Kind::Dict)) fail(std::string("argument after ** must be a mapping, not ") + typeName(more));
        heap_.work(more.as<DictObject>().entries.size() * out.keywords.size());
        for (const auto& [key, value] : more.as<DictObject>().entries) {
            if (!key.isString()) fail("keywords must be strings");
            const auto same = [&name = key.bytes()](const auto& each) { return each.first == name; };
            if (std::any_of(out.keywords.begin(), out.keywords.end(), same))
                fail("got multiple values for keyword argument '" + key.bytes() + "'");
            out.keywords.emplace_back(key.bytes(), value);
        }
    }
    return out;
}

Value Evaluator::call(const Value& callee, Arguments&& given) {
    switch (callee.kind()) {
        case Kind::Undefined: fail(callee.whyUndefined());
        case Kind::Macro: return callMacro(callee.as<MacroObject>(), std::move(given));
        case Kind::Function: return callGlobal({heap_, clock_, namespaces_}, static_cast<int>(callee.whole()), given);
        case Kind::Method:
            return callMethod(heap_, callee.as<MethodObject>().self, callee.as<MethodObject>().method, given);
        case Kind::Joiner: {
            Bound("joiner", given, {});
            auto& joiner = callee.as<JoinerObject>();
            return std::exchange(joiner.used, true) ? joiner.separator : heap_.string("");
        }
        case Kind::Loop: return recurse(callee.as<LoopObject>(), given);
        default: fail(std::string("'") + typeName(callee) + "' object is not callable");
    }
}

namespace {
// One call deeper while it lives.
class CallDepth {
public:
    CallDepth(int& calls, int most) : calls_(calls) {
        if (calls_ >= most) throw LimitFailure("macros call each other more than " + std::to_string(most) + " deep");
        ++calls_;
    }
    ~CallDepth() { --calls_; }
    CallDepth(const CallDepth&) = delete;
    CallDepth& operator=(const CallDepth&) = delete;

private:
    int& calls_;
};
}  // namespace

Value Evaluator::recurse(const LoopObject& loop, const Arguments& given) {
    const Bound bound("loop", given, {"iterable"}, 1);
    if (loop.statement == nullptr) fail("The loop must have the 'recursive' marker to be called recursively.");
    const CallDepth depth(calls_, limits_.callDepth);
    const Value over = *bound[0];
    const Statement& statement = *loop.statement;
    const auto scope = loop.scope;
    return captured([&] { (void)runFor(statement, scope, over, loop.level + 1); });
}

Value Evaluator::callMacro(const MacroObject& macro, Arguments&& given) {
    const MacroDefinition& definition = *macro.definition;
    const CallDepth depth(calls_, limits_.callDepth);
    const std::string who = "macro '" + definition.name + "'";
    auto own = inner(macro.scope, definition.hidden);
    const std::size_t count = definition.parameters.size();
    bool hasCaller = false;
    std::vector<bool> set(count, false);
    for (std::size_t i = 0; i < count; ++i) {
        const Parameter& parameter = definition.parameters[i];
        hasCaller = hasCaller || parameter.name == "caller";
        if (i < given.positional.size()) {
            own->variables.emplace_back(parameter.symbol, given.positional[i]);
            set[i] = true;
            continue;
        }
        const auto at = std::find_if(given.keywords.begin(), given.keywords.end(),
                                     [&](const auto& each) { return each.first == parameter.name; });
        if (at == given.keywords.end()) continue;
        own->variables.emplace_back(parameter.symbol, std::move(at->second));
        given.keywords.erase(at);
        set[i] = true;
    }
    if (definition.takesCaller && !hasCaller) {
        const auto at = std::find_if(given.keywords.begin(), given.keywords.end(),
                                     [](const auto& each) { return each.first == "caller"; });
        if (at != given.keywords.end()) {
            own->variables.emplace_back(kCaller, std::move(at->second));
            given.keywords.erase(at);
        } else {
            own->variables.emplace_back(kCaller, heap_.undefined("No caller defined"));
        }
    }
    if (definition.takesKwargs) {
        auto rest = heap_.entries();
        for (auto& [key, value] : given.keywords) rest->set(heap_.string(key), value);
        own->variables.emplace_back(kKwargs, heap_.dict(std::move(rest)));
    } else if (!given.keywords.empty()) {
        fail(who + " takes no keyword argument '" + given.keywords[0].first + "'");
    }
    if (definition.takesVarargs) {
        std::vector<Value> rest;
        for (std::size_t i = count; i < given.positional.size(); ++i) rest.push_back(given.positional[i]);
        own->variables.emplace_back(kVarargs, heap_.tuple(std::move(rest)));
    } else if (given.positional.size() > count) {
        fail(who + " takes not more than " + std::to_string(count) + " argument(s)");
    }
    for (std::size_t i = 0; i < count; ++i) {  // defaults may read the parameters before
        const Parameter& parameter = definition.parameters[i];
        if (set[i]) continue;
        own->set(parameter.symbol, parameter.otherwise
                                       ? eval(*parameter.otherwise, own)
                                       : heap_.undefined("parameter '" + parameter.name + "' was not provided"));
    }
    return captured([&] { (void)run(definition.body, own); });
}

}  // namespace tritlab::jinja
