// Tokens to statements, by jinja2's grammar.
#include <algorithm>
#include <set>

#include "core/jinja/expression_parser.h"
#include "core/jinja/functions.h"

namespace tritlab::jinja {

namespace {

constexpr std::size_t kParameters = 1000;  // of a macro

class Parser : private ExpressionParser {
public:
    explicit Parser(std::string_view source) : ExpressionParser(source) {}

    std::shared_ptr<const Program> run() {
        program_->body = body({});
        findHidden(*program_);
        return program_;
    }

private:
    // Until one of `ends`, at which it stops; an empty list: until the end of the template.
    Body body(const std::vector<std::string_view>& ends) {
        const Nested nested(*this);
        Body out;
        for (;;) {
            const Token& token = now();
            switch (token.kind) {
                case TokenKind::End:
                    if (!ends.empty()) bad("the template ends where '" + std::string(ends.back()) + "' was expected");
                    return out;
                case TokenKind::Text: {
                    auto made = statement(StatementKind::Text, token.line);
                    made->text = constants_.string(take().text);
                    out.push_back(std::move(made));
                    break;
                }
                case TokenKind::PrintBegin: {
                    auto made = statement(StatementKind::Print, take().line);
                    made->exprs.push_back(checked(tuple({})));
                    expect(TokenKind::PrintEnd, "'}}'");
                    out.push_back(std::move(made));
                    break;
                }
                default: {
                    take();
                    for (const std::string_view end : ends) {
                        if (now().isName(end)) return out;
                    }
                    out.push_back(tag());
                    expect(TokenKind::BlockEnd, "'%}'");
                }
            }
        }
    }
    static std::unique_ptr<Statement> statement(StatementKind kind, int line) {
        auto made = std::make_unique<Statement>();
        made->kind = kind;
        made->line = line;
        return made;
    }
    // A whole expression of a statement; what is unknown in it is an error now, unless it may never be looked at.
    ExprPtr checked(ExprPtr expr) {
        if (!unknown_.empty()) {
            const auto first = unknown_.front();
            bad(first.first, first.second);
        }
        return expr;
    }
    Body bodyAfterTag(const std::vector<std::string_view>& ends) {
        skipOperator(":");
        expect(TokenKind::BlockEnd, "'%}'");
        return body(ends);
    }
    Body wholeBody(std::string_view end) {
        Body out = bodyAfterTag({end});
        take();
        return out;
    }
    std::unique_ptr<Statement> tag() {
        if (now().kind != TokenKind::Name) bad("expected the name of a tag, got " + described(now()));
        const std::string name = now().text;
        const int line = take().line;
        if (name == "if") return ifTag(line);
        // Only what stands right in an if may be unknown (jinja2 looks no further either).
        const bool softly = soft_;
        if (name != "set" && name != "print") soft_ = false;
        std::unique_ptr<Statement> made = otherTag(name, line, softly);
        soft_ = softly;
        return made;
    }
    std::unique_ptr<Statement> otherTag(const std::string& name, int line, bool softly) {
        if (name == "for") return forTag(line, softly);
        if (name == "set") return setTag(line);
        if (name == "macro") return macroTag(line);
        if (name == "call") return callTag(line);
        if (name == "filter") {
            auto made = statement(StatementKind::FilterBlock, line);
            ExprPtr chain = filter(nullptr);
            while (skipOperator("|")) chain = filter(std::move(chain));
            made->exprs.push_back(checked(std::move(chain)));
            made->bodies.push_back(wholeBody("endfilter"));
            return made;
        }
        if (name == "with") return withTag(line);
        if (name == "block") return blockTag(line);
        if (name == "print") {
            auto made = statement(StatementKind::Print, line);
            while (now().kind != TokenKind::BlockEnd) {
                if (!made->exprs.empty()) expectOperator(",");
                made->exprs.push_back(checked(expression()));
            }
            return made;
        }
        if (name == "generation") {
            program_->marksGeneration = true;
            auto made = statement(StatementKind::Generation, line);
            const int loops = std::exchange(loops_, 0);
            made->bodies.push_back(wholeBody("endgeneration"));
            loops_ = loops;
            return made;
        }
        if (name == "break" || name == "continue") {
            if (loops_ == 0) bad("'" + name + "' outside of a loop", line);
            return statement(name == "break" ? StatementKind::Break : StatementKind::Continue, line);
        }
        for (const char* known : {"extends", "include", "import", "from", "autoescape", "do", "debug", "trans"}) {
            if (name == known) bad("the tag '" + name + "' is not supported in a chat template", line);
        }
        bad("unknown tag '" + name + "'", line);
    }
    std::unique_ptr<Statement> ifTag(int line) {
        auto made = statement(StatementKind::If, line);
        const bool softly = soft_;
        soft_ = true;
        for (bool more = true; more;) {
            made->exprs.push_back(checked(tuple(Tuple{.conditional = false})));
            made->bodies.push_back(bodyAfterTag({"elif", "else", "endif"}));
            const std::string end = take().text;
            if (end == "else") made->bodies.push_back(wholeBody("endif"));
            more = end == "elif";
        }
        soft_ = softly;
        return made;
    }
    std::unique_ptr<Statement> forTag(int line, bool softly) {
        auto made = statement(StatementKind::For, line);
        made->targets.push_back(target(false, "in"));
        expectName("in");
        soft_ = softly;
        made->exprs.push_back(checked(tuple(Tuple{.conditional = false, .end = "recursive"})));
        soft_ = false;
        made->exprs.push_back(skipName("if") ? checked(expression()) : nullptr);
        made->recursive = skipName("recursive");
        ++loops_;
        made->bodies.push_back(bodyAfterTag({"endfor", "else"}));
        --loops_;
        if (take().text == "else") {  // a break in it is one of the loop around
            const int loops = made->recursive ? std::exchange(loops_, 0) : loops_;
            made->bodies.push_back(wholeBody("endfor"));
            loops_ = loops;
        }
        return made;
    }
    std::unique_ptr<Statement> setTag(int line) {
        ExprPtr to = target(true);
        if (skipOperator("=")) {
            auto made = statement(StatementKind::Set, line);
            made->targets.push_back(std::move(to));
            made->exprs.push_back(checked(tuple({})));
            return made;
        }
        auto made = statement(StatementKind::SetBlock, line);
        made->targets.push_back(std::move(to));
        ExprPtr chain;
        while (skipOperator("|")) chain = filter(std::move(chain));
        made->exprs.push_back(checked(std::move(chain)));
        const bool softly = std::exchange(soft_, false);
        made->bodies.push_back(wholeBody("endset"));
        soft_ = softly;
        return made;
    }
    std::unique_ptr<MacroDefinition> signature() {
        auto macro = std::make_unique<MacroDefinition>();
        expectOperator("(");
        while (!now().isOperator(")")) {
            if (!macro->parameters.empty()) expectOperator(",");
            Parameter parameter;
            const Token& name = expect(TokenKind::Name, "a name");
            for (const char* constant : {"true", "false", "none", "True", "False", "None"}) {
                if (name.text == constant) bad("a parameter cannot be called '" + name.text + "'", name.line);
            }
            parameter.name = name.text;
            parameter.symbol = symbol(name.text);
            if (skipOperator("=")) {
                parameter.otherwise = checked(expression());
            } else if (!macro->parameters.empty() && macro->parameters.back().otherwise) {
                bad("a parameter without default follows one with default", name.line);
            }
            macro->parameters.push_back(std::move(parameter));
            if (macro->parameters.size() > kParameters) bad("more than " + std::to_string(kParameters) + " parameters");
        }
        take();
        return macro;
    }
    void macroBody(MacroDefinition& macro, std::string_view end) {
        const int loops = std::exchange(loops_, 0);
        const std::size_t from = used_.size();
        macro.body = wholeBody(end);
        loops_ = loops;
        const auto uses = [&](Symbol name) {
            return std::find(used_.begin() + static_cast<std::ptrdiff_t>(from), used_.end(), name) != used_.end();
        };
        macro.takesVarargs = uses(kVarargs);
        macro.takesKwargs = uses(kKwargs);
        macro.takesCaller = uses(kCaller);
    }
    std::unique_ptr<Statement> macroTag(int line) {
        auto made = statement(StatementKind::Macro, line);
        made->name = expect(TokenKind::Name, "a name").text;
        made->symbol = symbol(made->name);
        made->macro = signature();
        made->macro->name = made->name;
        macroBody(*made->macro, "endmacro");
        return made;
    }
    std::unique_ptr<Statement> callTag(int line) {
        auto made = statement(StatementKind::CallBlock, line);
        made->macro = now().isOperator("(") ? signature() : std::make_unique<MacroDefinition>();
        made->macro->name = "caller";
        made->exprs.push_back(checked(expression()));
        if (made->exprs[0]->kind != ExprKind::Call) bad("a call block needs a call", line);
        macroBody(*made->macro, "endcall");
        return made;
    }
    std::unique_ptr<Statement> withTag(int line) {
        auto made = statement(StatementKind::With, line);
        while (now().kind != TokenKind::BlockEnd) {
            if (!made->targets.empty()) expectOperator(",");
            made->targets.push_back(target(false));
            expectOperator("=");
            made->exprs.push_back(checked(expression()));
        }
        made->bodies.push_back(wholeBody("endwith"));
        return made;
    }
    std::unique_ptr<Statement> blockTag(int line) {
        auto made = statement(StatementKind::Block, line);
        made->name = expect(TokenKind::Name, "a name").text;
        if (!blocks_.insert(made->name).second) bad("block '" + made->name + "' is defined twice", line);
        made->recursive = skipName("scoped");
        if (now().isName("required")) bad("a required block is not supported in a chat template", line);
        const int loops = std::exchange(loops_, 0);
        made->bodies.push_back(wholeBody("endblock"));
        loops_ = loops;
        skipName(made->name);
        return made;
    }

    std::set<std::string> blocks_;
    int loops_ = 0;  // around the statement, within its macro
};

}  // namespace

std::shared_ptr<const Program> parse(std::string_view source) { return Parser(source).run(); }

}  // namespace tritlab::jinja
