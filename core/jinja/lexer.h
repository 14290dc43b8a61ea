// A template cut into tokens, white space control done: what jinja2's lexer gives with trim_blocks and lstrip_blocks,
// and without the last newline of the source.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/jinja/value.h"

namespace tritlab::jinja {

enum class TokenKind : std::uint8_t {
    Text,
    PrintBegin,
    PrintEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Real,
    Operator,
    End
};
struct Token {
    TokenKind kind = TokenKind::End;
    int line = 1;
    std::string text;  // of a string: what it says
    Wide whole = 0;
    double real = 0;

    [[nodiscard]] bool isName(std::string_view name) const { return kind == TokenKind::Name && text == name; }
    [[nodiscard]] bool isOperator(std::string_view sign) const { return kind == TokenKind::Operator && text == sign; }
};

// A Failure with its own line.
class SyntaxFailure : public Failure {
public:
    SyntaxFailure(const std::string& message, int atLine) : Failure(message), line(atLine) {}
    int line;
};

// The last token is End. Throws SyntaxFailure.
std::vector<Token> tokens(std::string_view source);
// Python's int(text, base) and float(text), which also read blanks around and '_' between digits. False: no number.
bool readWhole(std::string_view text, int base, Wide& out);
bool readReal(std::string_view text, double& out);

}  // namespace tritlab::jinja
