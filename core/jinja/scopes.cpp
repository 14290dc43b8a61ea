// Which names jinja2's compiler makes variables of a scope before they are set.
#include <unordered_set>

#include "core/jinja/syntax_tree.h"

namespace tritlab::jinja {

namespace {

class Scopes {
public:
    // What a scope knows, with the scopes around it.
    struct Known {
        const Known* around = nullptr;
        std::unordered_set<Symbol> names;

        [[nodiscard]] bool has(Symbol name) const {
            return names.contains(name) || (around != nullptr && around->has(name));
        }
    };

    void scope(Known& known, const Body& body, Hidden& hidden) {
        walk(known, body, hidden, false);
        inner(known, body);
    }

private:
    // The statements of one scope in order; `branch`: in an if, where what is set may keep its value from outside.
    void walk(Known& known, const Body& body, Hidden& hidden, bool branch) {
        for (const auto& statement : body) {
            switch (statement->kind) {
                case StatementKind::If:
                    for (std::size_t i = 0; i < statement->bodies.size(); ++i) {
                        if (i < statement->exprs.size()) read(known, statement->exprs[i].get());
                        walk(known, statement->bodies[i], hidden, true);
                    }
                    break;
                case StatementKind::For: read(known, statement->exprs[0].get()); break;
                case StatementKind::Macro: set(known, statement->symbol, hidden, branch); break;
                case StatementKind::Print:
                case StatementKind::CallBlock:
                case StatementKind::FilterBlock:
                case StatementKind::With:
                case StatementKind::Set:
                    for (const ExprPtr& each : statement->exprs) read(known, each.get());
                    if (statement->kind == StatementKind::Set) target(known, *statement->targets[0], hidden, branch);
                    break;
                case StatementKind::SetBlock: target(known, *statement->targets[0], hidden, branch); break;
                case StatementKind::Text:
                case StatementKind::Block:
                case StatementKind::Generation:
                case StatementKind::Break:
                case StatementKind::Continue: break;
            }
        }
    }

    // The scopes within the statements of a scope whose names are all known.
    void inner(const Known& known, const Body& body) {
        for (const auto& statement : body) {
            statement->hidden.resize(statement->bodies.size());
            if (statement->macro) {
                MacroDefinition& macro = *statement->macro;
                Known own{&known, {}};
                for (const Parameter& each : macro.parameters) own.names.insert(each.symbol);
                for (const Parameter& each : macro.parameters) read(own, each.otherwise.get());
                scope(own, macro.body, macro.hidden);
            }
            for (std::size_t i = 0; i < statement->bodies.size(); ++i) {
                if (statement->kind == StatementKind::If) {
                    inner(known, statement->bodies[i]);
                    continue;
                }
                Known own{statement->kind == StatementKind::Block && !statement->recursive ? nullptr : &known, {}};
                const bool takes =
                    statement->kind == StatementKind::With || (statement->kind == StatementKind::For && i == 0);
                for (const ExprPtr& each : statement->targets) {
                    if (takes) read(own, each.get());
                }
                scope(own, statement->bodies[i], statement->hidden[i]);
            }
        }
    }

    static void set(Known& known, Symbol name, Hidden& hidden, bool branch) {
        if (!branch && !known.has(name)) hidden.push_back(name);
        known.names.insert(name);
    }
    static void target(Known& known, const Expr& expr, Hidden& hidden, bool branch) {
        if (expr.kind == ExprKind::Name) set(known, expr.symbol, hidden, branch);
        if (expr.kind == ExprKind::NamespaceAttribute) known.names.insert(expr.symbol);
        for (const ExprPtr& each : expr.parts) target(known, *each, hidden, branch);
    }
    static void read(Known& known, const Expr* expr) {
        if (expr == nullptr) return;
        if (expr->symbol >= 0) known.names.insert(expr->symbol);
        for (const ExprPtr& each : expr->parts) read(known, each.get());
        for (const Keyword& each : expr->keywords) read(known, each.value.get());
        read(known, expr->star.get());
        read(known, expr->doubleStar.get());
    }
};

}  // namespace

void findHidden(Program& program) {
    Scopes::Known known;
    Scopes().scope(known, program.body, program.hidden);
}

}  // namespace tritlab::jinja
