// Runs a template: scopes, loops, macros and output.
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/jinja/functions.h"
#include "core/jinja/syntax_tree.h"
#include "core/jinja/template.h"
#include "core/jinja/value.h"

namespace tritlab::jinja {

// Variables of a loop's turn, a macro's call, a block. The outermost has the context's, the next those set at top
// level.
struct Scope {
    std::shared_ptr<Scope> parent;
    std::vector<std::pair<Symbol, Value>> variables;
    const Hidden* hidden = nullptr;
    bool registered = false;  // a macro holds it: emptied at the end of the rendering

    [[nodiscard]] const Value* find(Symbol symbol) const {
        for (const auto& [own, value] : variables) {
            if (own == symbol) return &value;
        }
        return nullptr;
    }
    [[nodiscard]] std::size_t size() const { return variables.size() + (hidden != nullptr ? hidden->size() : 0); }
    [[nodiscard]] bool hides(Symbol symbol) const {
        return hidden != nullptr && std::find(hidden->begin(), hidden->end(), symbol) != hidden->end();
    }
    void set(Symbol symbol, Value value) {
        for (auto& [own, old] : variables) {
            if (own == symbol) {
                old = std::move(value);
                return;
            }
        }
        variables.emplace_back(symbol, std::move(value));
    }
};

struct MacroObject : Object {
    const MacroDefinition* definition = nullptr;
    std::shared_ptr<Scope> scope;  // where it was defined
};
// What "loop" is.
struct LoopObject : Object {
    const Statement* statement = nullptr;  // of a recursive loop
    std::shared_ptr<Scope> scope;          // around the loop, of a recursive one
    std::vector<Value> items;
    std::size_t index = 0;
    int level = 0;       // of recursion, from 0
    bool asked = false;  // changed() was called, with `last`
    std::vector<Value> last;

    // True where the loop has such a member.
    bool attribute(Heap& counting, const std::string& name, Value& out) const;
};

// Renders into marked text. Throws Failure (line() tells where).
class Evaluator {
public:
    Evaluator(const Program& program, const JinjaLimits& limits, const JinjaTemplate::Clock& clock);
    ~Evaluator();
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;

    Text run(const nlohmann::ordered_json& context);
    [[nodiscard]] int line() const { return line_; }

private:
    enum class Flow { On, Break, Continue };
    class Deeper;
    class Captured;

    Value fromJson(const nlohmann::ordered_json& json);
    Flow run(const Body& body, const std::shared_ptr<Scope>& scope);
    Flow run(const Statement& statement, const std::shared_ptr<Scope>& scope);
    Flow runIf(const Statement& statement, const std::shared_ptr<Scope>& scope);
    Flow runFor(const Statement& statement, const std::shared_ptr<Scope>& scope, const Value& over, int level);
    Flow setBlock(const Statement& statement, const std::shared_ptr<Scope>& scope);
    void callBlock(const Statement& statement, const std::shared_ptr<Scope>& scope);
    void print(const Text& text);
    void print(const Value& value);
    void printString(const Value& value);  // of a filter or call block, which may give nothing else
    void assign(const Expr& target, const Value& value, const std::shared_ptr<Scope>& scope);
    static std::shared_ptr<Scope> inner(const std::shared_ptr<Scope>& scope, const Hidden& hidden);
    // What a block sees that is not scoped: the context, and what is set at top level by now.
    std::shared_ptr<Scope> exported() const;
    Value macro(const MacroDefinition& definition, const std::shared_ptr<Scope>& scope);

    Value eval(const Expr& expr, const std::shared_ptr<Scope>& scope);
    Value name(const Expr& expr, const Scope* scope);
    Value attribute(const Expr& expr, const Value& of);
    Value compare(const Expr& expr, const std::shared_ptr<Scope>& scope);
    Value filter(const Expr& expr, const std::shared_ptr<Scope>& scope, const Value* piped);
    Arguments arguments(const Expr& expr, std::size_t from, const std::shared_ptr<Scope>& scope);
    Value call(const Value& callee, Arguments&& given);
    Value callMacro(const MacroObject& macro, Arguments&& given);
    Value recurse(const LoopObject& loop, const Arguments& given);
    // What `print` prints, as a string.
    Value captured(const std::function<void()>& print);

    const Program& program_;
    const JinjaLimits& limits_;
    const JinjaTemplate::Clock& clock_;
    Heap heap_;  // lives longer than all values below
    Text* out_ = nullptr;
    std::shared_ptr<Scope> context_, root_;
    std::vector<Value> globals_;  // by symbol; undefined where the language has no such function
    // What may hold itself: emptied at the end.
    std::vector<std::shared_ptr<NamespaceObject>> namespaces_;
    std::vector<std::shared_ptr<Scope>> scopes_;
    std::vector<std::shared_ptr<LoopObject>> loops_;
    int line_ = 1;
    int nodes_ = 0, calls_ = 0;
    bool generation_ = false;
};

// One statement or expression deeper while it lives.
class Evaluator::Deeper {
public:
    explicit Deeper(Evaluator& evaluator) : evaluator_(evaluator) {
        evaluator.heap_.work(1);
        if (evaluator.nodes_ >= evaluator.limits_.nodeDepth) {
            throw LimitFailure("the template's calls and expressions are nested too deep");
        }
        ++evaluator.nodes_;
    }
    ~Deeper() { --evaluator_.nodes_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

private:
    Evaluator& evaluator_;
};

// What the functions need of a rendering.
struct Globals {
    Heap& heap;
    const JinjaTemplate::Clock& clock;
    std::vector<std::shared_ptr<NamespaceObject>>& namespaces;
};
Value callGlobal(const Globals& globals, int which, const Arguments& given);
// Throws where transformers' namespaces have no such attribute.
void checkNamespaceAttribute(const std::string& name);
// The language's functions by their names, undefined for all other symbols.
std::vector<Value> globalFunctions(const std::vector<std::string>& symbols);

}  // namespace tritlab::jinja
