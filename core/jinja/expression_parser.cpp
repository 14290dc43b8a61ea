// The grammar of expressions.
#include "core/jinja/expression_parser.h"

#include "core/jinja/functions.h"

namespace tritlab::jinja {

namespace {

constexpr int kNesting = 100;             // of brackets and of statements in each other
constexpr std::size_t kArguments = 1000;  // of a call by name
constexpr int kExprDepth = 400;           // of an expression's tree

}  // namespace

ExpressionParser::ExpressionParser(std::string_view source)
    : tokens_(tokens(source)), constants_(nullptr), program_(std::make_shared<Program>()) {
    for (const char* name : {"loop", "caller", "varargs", "kwargs", "self", "super"}) symbol(name);
}

ExpressionParser::Nested::Nested(ExpressionParser& parser) : parser_(parser) {
    if (++parser_.nesting_ > kNesting) {
        parser_.bad("the template is nested more than " + std::to_string(kNesting) + " deep");
    }
}

const Token& ExpressionParser::take() {
    const Token& token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
}

void ExpressionParser::bad(const std::string& message, int line) const {
    throw SyntaxFailure(message, line > 0 ? line : now().line);
}

std::string ExpressionParser::described(const Token& token) {
    switch (token.kind) {
        case TokenKind::Text: return "text";
        case TokenKind::End: return "the end of the template";
        case TokenKind::PrintEnd:
        case TokenKind::BlockEnd: return "the end of the tag";
        case TokenKind::String: return "a string";
        case TokenKind::Integer:
        case TokenKind::Real: return "a number";
        default: return "'" + token.text + "'";
    }
}

bool ExpressionParser::skipName(std::string_view name) {
    if (!now().isName(name)) return false;
    take();
    return true;
}

bool ExpressionParser::skipOperator(std::string_view sign) {
    if (!now().isOperator(sign)) return false;
    take();
    return true;
}

void ExpressionParser::expectOperator(std::string_view sign) {
    if (!skipOperator(sign)) bad("expected '" + std::string(sign) + "', got " + described(now()));
}

void ExpressionParser::expectName(std::string_view name) {
    if (!skipName(name)) bad("expected '" + std::string(name) + "', got " + described(now()));
}

const Token& ExpressionParser::expect(TokenKind kind, const char* what) {
    if (now().kind != kind) bad(std::string("expected ") + what + ", got " + described(now()));
    return take();
}

Symbol ExpressionParser::symbol(const std::string& name) {
    const auto [at, isNew] = symbols_.try_emplace(name, static_cast<Symbol>(program_->symbols.size()));
    if (isNew) program_->symbols.push_back(name);
    return at->second;
}

ExprPtr ExpressionParser::make(ExprKind kind, int line) {
    auto made = std::make_unique<Expr>();
    made->kind = kind;
    made->line = line;
    return made;
}

ExprPtr ExpressionParser::with(ExprPtr expr, ExprPtr part) const {
    if (part) {
        expr->depth = std::max(expr->depth, part->depth + 1);
        if (expr->depth > kExprDepth)
            bad("an expression is longer than " + std::to_string(kExprDepth) + " operations", expr->line);
    }
    expr->parts.push_back(std::move(part));
    return expr;
}

ExprPtr ExpressionParser::constant(Value value, int line) {
    auto made = make(ExprKind::Constant, line);
    made->constant = std::move(value);
    return made;
}

ExprPtr ExpressionParser::expression(bool conditional) {
    const Nested nested(*this);
    if (!conditional) return disjunction();
    int line = now().line;
    const bool softly = soft_;
    ExprPtr value = disjunctionBeforeIf();
    while (skipName("if")) {
        auto made = make(ExprKind::Conditional, line);
        soft_ = true;
        made = with(std::move(made), disjunction());
        made = with(std::move(made), std::move(value));
        if (skipName("else")) {
            made = with(std::move(made), expression());
        } else {
            made = with(std::move(made), nullptr);
        }
        soft_ = softly;
        value = std::move(made);
        line = now().line;
    }
    return value;
}

ExprPtr ExpressionParser::disjunctionBeforeIf() {
    const std::size_t from = unknown_.size();
    ExprPtr value = disjunction();
    if (now().isName("if")) unknown_.resize(std::min(from, unknown_.size()));
    return value;
}

ExprPtr ExpressionParser::binary(ExprKind kind, ExprPtr left, ExprPtr right, int line) {
    return with(with(make(kind, line), std::move(left)), std::move(right));
}

ExprPtr ExpressionParser::disjunction() {
    int line = now().line;
    ExprPtr left = conjunction();
    while (skipName("or")) {
        left = binary(ExprKind::Or, std::move(left), conjunction(), line);
        line = now().line;
    }
    return left;
}

ExprPtr ExpressionParser::conjunction() {
    int line = now().line;
    ExprPtr left = negation();
    while (skipName("and")) {
        left = binary(ExprKind::And, std::move(left), negation(), line);
        line = now().line;
    }
    return left;
}

ExprPtr ExpressionParser::negation() {
    if (!now().isName("not")) return comparison();
    const Nested nested(*this);
    const int line = take().line;
    return with(make(ExprKind::Not, line), negation());
}

bool ExpressionParser::comparisonSign(Comparison& found) {
    static const std::map<std::string_view, Comparison> signs = {
        {"==", Comparison::Equal},     {"!=", Comparison::Unequal}, {"<", Comparison::Less},
        {"<=", Comparison::LessEqual}, {">", Comparison::Greater},  {">=", Comparison::GreaterEqual}};
    if (now().kind == TokenKind::Operator) {
        const auto at = signs.find(now().text);
        if (at == signs.end()) return false;
        found = at->second;
        take();
        return true;
    }
    if (skipName("in")) {
        found = Comparison::In;
        return true;
    }
    if (now().isName("not") && next().isName("in")) {
        take();
        take();
        found = Comparison::NotIn;
        return true;
    }
    return false;
}

ExprPtr ExpressionParser::comparison() {
    const int line = now().line;
    ExprPtr first = sum();
    Comparison sign{};
    if (!comparisonSign(sign)) return first;
    ExprPtr made = with(make(ExprKind::Compare, line), std::move(first));
    do {
        made->comparisons.push_back(sign);
        made = with(std::move(made), sum());
    } while (comparisonSign(sign));
    return made;
}

ExprPtr ExpressionParser::sum() {
    int line = now().line;
    ExprPtr left = concatenation();
    while (now().isOperator("+") || now().isOperator("-")) {
        const Operator op = take().text == "+" ? Operator::Add : Operator::Subtract;
        left = binary(ExprKind::Binary, std::move(left), concatenation(), line);
        left->op = op;
        line = now().line;
    }
    return left;
}

ExprPtr ExpressionParser::concatenation() {
    const int line = now().line;
    ExprPtr first = product();
    if (!now().isOperator("~")) return first;
    ExprPtr made = with(make(ExprKind::Concat, line), std::move(first));
    while (skipOperator("~")) made = with(std::move(made), product());
    return made;
}

ExprPtr ExpressionParser::product() {
    static const std::map<std::string_view, Operator> signs = {
        {"*", Operator::Multiply}, {"/", Operator::Divide}, {"//", Operator::FloorDivide}, {"%", Operator::Modulo}};
    int line = now().line;
    ExprPtr left = power();
    while (now().kind == TokenKind::Operator && signs.contains(now().text)) {
        const Operator op = signs.at(take().text);
        left = binary(ExprKind::Binary, std::move(left), power(), line);
        left->op = op;
        line = now().line;
    }
    return left;
}

ExprPtr ExpressionParser::power() {
    int line = now().line;
    ExprPtr left = unary(true);
    while (skipOperator("**")) {
        left = binary(ExprKind::Binary, std::move(left), unary(true), line);
        left->op = Operator::Power;
        line = now().line;
    }
    return left;
}

ExprPtr ExpressionParser::unary(bool withFilter) {
    const int line = now().line;
    ExprPtr node;
    if (now().isOperator("-") || now().isOperator("+")) {
        const Nested nested(*this);
        const ExprKind kind = take().text == "-" ? ExprKind::Negate : ExprKind::Plus;
        node = with(make(kind, line), unary(false));
    } else {
        node = primary(false);
    }
    node = postfix(std::move(node));
    return withFilter ? filtersAndTests(std::move(node)) : std::move(node);
}

ExprPtr ExpressionParser::primary(bool mayBeNamespace) {
    const Token& token = now();
    const int line = token.line;
    switch (token.kind) {
        case TokenKind::Name: {
            const std::string name = take().text;
            if (name == "true" || name == "True") return constant(Value::boolean(true), line);
            if (name == "false" || name == "False") return constant(Value::boolean(false), line);
            if (name == "none" || name == "None") return constant(Value::none(), line);
            auto made = make(ExprKind::Name, line);
            made->symbol = symbol(name);
            made->name = name;
            if (mayBeNamespace && skipOperator(".")) {
                made->kind = ExprKind::NamespaceAttribute;
                made->name = expect(TokenKind::Name, "a name").text;
            }
            used_.push_back(made->symbol);
            return made;
        }
        case TokenKind::String: {
            std::string text = take().text;
            while (now().kind == TokenKind::String) text += take().text;
            return constant(constants_.string(std::move(text)), line);
        }
        case TokenKind::Integer: return constant(Value::integer(take().whole), line);
        case TokenKind::Real: return constant(Value::real(take().real), line);
        default: break;
    }
    if (token.isOperator("(")) {
        take();
        ExprPtr inner = tuple(Tuple{.parentheses = true});
        expectOperator(")");
        return inner;
    }
    if (token.isOperator("[")) return list();
    if (token.isOperator("{")) return dict();
    bad("unexpected " + described(token));
}

ExprPtr ExpressionParser::list() {
    ExprPtr made = make(ExprKind::List, take().line);
    while (!now().isOperator("]")) {
        if (!made->parts.empty()) expectOperator(",");
        if (now().isOperator("]")) break;
        made = with(std::move(made), expression());
    }
    take();
    return made;
}

ExprPtr ExpressionParser::dict() {
    ExprPtr made = make(ExprKind::Dict, take().line);
    while (!now().isOperator("}")) {
        if (!made->parts.empty()) expectOperator(",");
        if (now().isOperator("}")) break;
        made = with(std::move(made), expression());
        expectOperator(":");
        made = with(std::move(made), expression());
    }
    take();
    return made;
}

ExprPtr ExpressionParser::tuple(const Tuple& how) {
    const Nested nested(*this);
    const int line = now().line;
    std::vector<ExprPtr> items;
    bool comma = false;
    for (;;) {
        if (!items.empty()) expectOperator(",");
        if (now().kind == TokenKind::PrintEnd || now().kind == TokenKind::BlockEnd || now().isOperator(")") ||
            (!how.end.empty() && now().isName(how.end))) {
            break;
        }
        items.push_back(how.simple ? primary(how.namespaces) : expression(how.conditional));
        if (!now().isOperator(",")) break;
        comma = true;
    }
    if (!comma) {
        if (!items.empty()) return std::move(items.front());
        if (!how.parentheses) bad("expected an expression, got " + described(now()));
    }
    ExprPtr made = make(ExprKind::Tuple, line);
    for (ExprPtr& item : items) made = with(std::move(made), std::move(item));
    return made;
}

ExprPtr ExpressionParser::postfix(ExprPtr node) {
    for (;;) {
        if (now().isOperator(".")) {
            const int line = take().line;
            if (now().kind == TokenKind::Integer) {
                ExprPtr index = constant(Value::integer(now().whole), now().line);
                take();
                node = with(with(make(ExprKind::Item, line), std::move(node)), std::move(index));
            } else {
                ExprPtr made = with(make(ExprKind::Attribute, line), std::move(node));
                made->name = expect(TokenKind::Name, "a name or a number").text;
                made->resolved = findMethod(made->name);
                node = std::move(made);
            }
        } else if (now().isOperator("[")) {
            node = subscript(std::move(node));
        } else if (now().isOperator("(")) {
            node = call(with(make(ExprKind::Call, now().line), std::move(node)));
        } else {
            return node;
        }
    }
}

ExprPtr ExpressionParser::subscript(ExprPtr node) {
    const int line = take().line;
    std::vector<ExprPtr> keys;
    bool slice = false;
    while (!now().isOperator("]")) {
        if (!keys.empty()) expectOperator(",");
        if (now().kind == TokenKind::BlockEnd || now().kind == TokenKind::PrintEnd || now().kind == TokenKind::End)
            break;
        std::vector<ExprPtr> ends;
        ExprPtr first = now().isOperator(":") ? nullptr : expression();
        if (!now().isOperator(":")) {
            keys.push_back(std::move(first));
            continue;
        }
        slice = true;
        ends.push_back(std::move(first));
        take();
        for (int i = 0; i < 2; ++i) {
            if (i == 1 && !skipOperator(":")) {
                ends.push_back(nullptr);
                break;
            }
            const bool none = now().isOperator(":") || now().isOperator("]") || now().isOperator(",");
            ends.push_back(none ? nullptr : expression());
        }
        ExprPtr made = with(make(ExprKind::Slice, line), nullptr);
        for (ExprPtr& end : ends) made = with(std::move(made), std::move(end));
        keys.push_back(std::move(made));
    }
    expectOperator("]");
    if (slice) {
        if (keys.size() != 1) bad("a slice among several subscripts is not supported", line);
        keys[0]->depth = std::max(keys[0]->depth, node->depth + 1);
        keys[0]->parts[0] = std::move(node);
        return std::move(keys[0]);
    }
    ExprPtr key = keys.size() == 1 ? std::move(keys[0]) : make(ExprKind::Tuple, line);
    if (key->kind == ExprKind::Tuple && keys.size() > 1) {
        for (ExprPtr& each : keys) key = with(std::move(key), std::move(each));
    }
    return with(with(make(ExprKind::Item, line), std::move(node)), std::move(key));
}

ExprPtr ExpressionParser::call(ExprPtr node) {
    const int line = now().line;
    expectOperator("(");
    const auto right = [&](bool holds) {
        if (!holds) bad("the arguments of a call are in the wrong order", line);
    };
    bool comma = false;
    while (!now().isOperator(")")) {
        if (comma) {
            expectOperator(",");
            if (now().isOperator(")")) break;
        }
        comma = true;
        if (skipOperator("*")) {
            right(!node->star && !node->doubleStar);
            node->star = held(*node, expression());
        } else if (skipOperator("**")) {
            right(!node->doubleStar);
            node->doubleStar = held(*node, expression());
        } else if (now().kind == TokenKind::Name && next().isOperator("=")) {
            right(!node->doubleStar);
            Keyword keyword;
            keyword.name = take().text;
            take();
            const bool twice = std::any_of(node->keywords.begin(), node->keywords.end(),
                                           [&](const Keyword& each) { return each.name == keyword.name; });
            if (twice) bad("keyword argument repeated: " + keyword.name, line);
            keyword.value = held(*node, expression());
            node->keywords.push_back(std::move(keyword));
            if (node->keywords.size() > kArguments) bad("more than " + std::to_string(kArguments) + " arguments", line);
        } else {
            right(!node->star && !node->doubleStar && node->keywords.empty());
            node = with(std::move(node), expression());
        }
    }
    take();
    return node;
}

ExprPtr ExpressionParser::held(Expr& by, ExprPtr part) const {
    by.depth = std::max(by.depth, part->depth + 1);
    if (by.depth > kExprDepth)
        bad("an expression is longer than " + std::to_string(kExprDepth) + " operations", by.line);
    return part;
}

std::string ExpressionParser::dotted() {
    std::string name = expect(TokenKind::Name, "a name").text;
    while (skipOperator(".")) name += "." + expect(TokenKind::Name, "a name").text;
    return name;
}

ExprPtr ExpressionParser::filter(ExprPtr node) {
    const int line = now().line;
    const std::string name = dotted();
    ExprPtr made = make(ExprKind::Filter, line);
    made = with(std::move(made), std::move(node));
    made->name = name;
    made->resolved = findFilter(name);
    if (made->resolved < 0 && !soft_) unknown_.push_back({unknownFilter(name), line});
    if (now().isOperator("(")) made = call(std::move(made));
    return made;
}

ExprPtr ExpressionParser::test(ExprPtr node) {
    const int line = take().line;
    const bool negated = skipName("not");
    const std::string name = dotted();
    ExprPtr made = with(make(ExprKind::Test, line), std::move(node));
    made->name = name;
    made->resolved = findTest(name);
    if (made->resolved < 0 && !soft_) unknown_.push_back({unknownTest(name), line});
    const Token& token = now();
    if (token.isOperator("(")) {
        made = call(std::move(made));
    } else if ((token.kind == TokenKind::Name || token.kind == TokenKind::String || token.kind == TokenKind::Integer ||
                token.kind == TokenKind::Real || token.isOperator("[") || token.isOperator("{")) &&
               !token.isName("else") && !token.isName("or") && !token.isName("and")) {
        if (token.isName("is")) bad("tests cannot be chained with 'is'");
        made = with(std::move(made), postfix(primary(false)));
    }
    if (!negated) return made;
    return with(make(ExprKind::Not, line), std::move(made));
}

ExprPtr ExpressionParser::filtersAndTests(ExprPtr node) {
    for (;;) {
        if (skipOperator("|")) {
            node = filter(std::move(node));
        } else if (now().isName("is")) {
            node = test(std::move(node));
        } else if (now().isOperator("(")) {
            node = call(with(make(ExprKind::Call, now().line), std::move(node)));
        } else {
            return node;
        }
    }
}

ExprPtr ExpressionParser::target(bool namespaces, std::string_view end) {
    const std::size_t used = used_.size();
    ExprPtr made = tuple(Tuple{.simple = true, .namespaces = namespaces, .end = end});
    used_.resize(used);
    checkTarget(*made);
    return made;
}

void ExpressionParser::checkTarget(const Expr& target) const {
    if (target.kind == ExprKind::Name || target.kind == ExprKind::NamespaceAttribute) return;
    if (target.kind != ExprKind::Tuple) bad("this cannot be assigned to", target.line);
    for (const ExprPtr& each : target.parts) checkTarget(*each);
}

}  // namespace tritlab::jinja
