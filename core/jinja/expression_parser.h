// Tokens to expressions, by jinja2's grammar and with its precedences: what the parser of statements builds on.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/jinja/lexer.h"
#include "core/jinja/syntax_tree.h"

namespace tritlab::jinja {

class ExpressionParser {
protected:
    explicit ExpressionParser(std::string_view source);

    [[nodiscard]] const Token& now() const { return tokens_[at_]; }
    [[nodiscard]] const Token& next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
    const Token& take();
    [[noreturn]] void bad(const std::string& message, int line = 0) const;
    [[nodiscard]] static std::string described(const Token& token);
    bool skipName(std::string_view name);
    bool skipOperator(std::string_view sign);
    void expectOperator(std::string_view sign);
    void expectName(std::string_view name);
    const Token& expect(TokenKind kind, const char* what);
    Symbol symbol(const std::string& name);
    // One level deeper while it lives: brackets, and statements in statements.
    class Nested {
    public:
        explicit Nested(ExpressionParser& parser);
        ~Nested() { --parser_.nesting_; }
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;

    private:
        ExpressionParser& parser_;
    };

    // Expressions, from what binds least to what binds most.
    static ExprPtr make(ExprKind kind, int line);
    ExprPtr with(ExprPtr expr, ExprPtr part) const;
    ExprPtr constant(Value value, int line);

    ExprPtr expression(bool conditional = true);
    // What stands before an "if" is only looked at where the condition holds: a filter that is not known there is an
    // error of the rendering, not of the template.
    ExprPtr disjunctionBeforeIf();
    ExprPtr binary(ExprKind kind, ExprPtr left, ExprPtr right, int line);
    ExprPtr disjunction();
    ExprPtr conjunction();
    ExprPtr negation();
    bool comparisonSign(Comparison& found);
    ExprPtr comparison();
    ExprPtr sum();
    ExprPtr concatenation();
    ExprPtr product();
    ExprPtr power();
    ExprPtr unary(bool withFilter);
    ExprPtr primary(bool mayBeNamespace);
    ExprPtr list();
    ExprPtr dict();
    struct Tuple {
        bool simple = false, conditional = true, parentheses = false, namespaces = false;
        std::string_view end = {};  // a name that ends it too
    };
    ExprPtr tuple(const Tuple& how);
    ExprPtr postfix(ExprPtr node);
    ExprPtr subscript(ExprPtr node);
    // The arguments in brackets, behind the parts that `node` already has.
    ExprPtr call(ExprPtr node);
    ExprPtr held(Expr& by, ExprPtr part) const;
    std::string dotted();
    // Behind the '|'. node: null in a filter block.
    ExprPtr filter(ExprPtr node);
    ExprPtr test(ExprPtr node);
    ExprPtr filtersAndTests(ExprPtr node);
    ExprPtr target(bool namespaces, std::string_view end = {});
    void checkTarget(const Expr& target) const;

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    Heap constants_;
    std::shared_ptr<Program> program_;
    std::map<std::string, Symbol> symbols_;
    std::vector<Symbol> used_;                          // names read so far
    std::vector<std::pair<std::string, int>> unknown_;  // filters and tests of the expression being read, with lines
    int nesting_ = 0;
    bool soft_ = false;  // in an if: what is unknown matters when it is reached
};

}  // namespace tritlab::jinja
