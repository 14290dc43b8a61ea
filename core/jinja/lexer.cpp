// Tokens of a template.
#include "core/jinja/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/base/utf8.h"
#include "core/jinja/unicode.h"

namespace tritlab::jinja {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
int digitValue(char c) {
    if (digit(c)) return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

// CR LF and CR become LF, and one newline at the end goes.
std::string normalized(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r') {
            out += '\n';
            if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
        } else {
            out += source[i];
        }
    }
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

class Lexer {
public:
    explicit Lexer(std::string_view source) : source_(normalized(source)) {}

    std::vector<Token> run() {
        while (at_ < source_.size()) text();
        add(TokenKind::End, "");
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string_view rest() const { return std::string_view(source_).substr(at_); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool sees(std::string_view what) const { return rest().starts_with(what); }
    [[noreturn]] void bad(const std::string& message) const { throw SyntaxFailure(message, line_); }
    void add(TokenKind kind, std::string text) { out_.push_back({kind, line_, std::move(text)}); }
    // Past the next bytes; newlines count lines.
    void skip(std::size_t bytes) {
        const std::string_view passed = rest().substr(0, bytes);
        line_ += static_cast<int>(std::count(passed.begin(), passed.end(), '\n'));
        if (!passed.empty()) lineStarts_ = passed.back() == '\n';
        at_ += bytes;
    }
    [[nodiscard]] std::size_t spaces(std::size_t from) const {
        std::size_t end = from;
        while (end < source_.size() && isSpace(charAt(source_, end))) end += charBytes(source_, end);
        return end - from;
    }

    // What stands before the tag that begins at `tag`, less the white space that the tag takes away.
    [[nodiscard]] std::string before(std::size_t tag, char sign, bool print) const {
        std::string_view text = std::string_view(source_).substr(at_, tag - at_);
        if (sign == '-') {
            while (!text.empty()) {
                const std::size_t last = charBefore(text, text.size());
                if (!isSpace(charAt(text, last))) break;
                text = text.substr(0, last);
            }
        } else if (sign != '+' && !print) {
            const std::size_t newline = text.rfind('\n');
            const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
            if ((line > 0 || lineStarts_) && line < text.size()) {
                std::size_t end = line;
                while (end < text.size() && isSpace(charAt(text, end))) end += charBytes(text, end);
                if (end == text.size()) text = text.substr(0, line);
            }
        }
        return std::string(text);
    }
    // Bytes of an end of a block at `from` ("%}", "-%}" with the blanks behind, "+%}", "%}" with the newline), or 0.
    [[nodiscard]] std::size_t blockEnd(std::size_t from, std::string_view sign = "%}") const {
        const std::string_view here = std::string_view(source_).substr(std::min(from, source_.size()));
        if (here.starts_with("+" + std::string(sign))) return 3;
        if (here.starts_with("-" + std::string(sign))) return 3 + spaces(from + 3);
        if (here.starts_with(sign)) return here.size() > 2 && here[2] == '\n' ? 3 : 2;
        return 0;
    }
    // Bytes of "{% WORD %}" without what it takes away behind itself, from its "{%"; 0: another tag. `end`: how it
    // ends.
    [[nodiscard]] std::size_t wordTag(std::size_t tag, std::string_view word) const {
        std::size_t at = tag + 2;
        if (at < source_.size() && (source_[at] == '-' || source_[at] == '+')) ++at;
        at += spaces(at);
        if (std::string_view(source_).substr(std::min(at, source_.size())).substr(0, word.size()) != word) return 0;
        at += word.size();
        at += spaces(at);
        return at - tag;
    }

    void text() {
        std::size_t tag = at_;
        for (;; ++tag) {
            tag = source_.find('{', tag);
            if (tag == std::string::npos || tag + 1 >= source_.size()) {
                add(TokenKind::Text, source_.substr(at_));
                skip(source_.size() - at_);
                return;
            }
            const char next = source_[tag + 1];
            if (next == '%' || next == '{' || next == '#') break;
        }
        const char kind = source_[tag + 1];
        const char sign =
            tag + 2 < source_.size() && (source_[tag + 2] == '-' || source_[tag + 2] == '+') ? source_[tag + 2] : '\0';
        std::string text = before(tag, sign, kind == '{');
        if (!text.empty()) add(TokenKind::Text, std::move(text));
        skip(tag - at_);
        if (kind == '%') {
            if (raw()) return;
            add(TokenKind::BlockBegin, "{%");
        } else if (kind == '{') {
            add(TokenKind::PrintBegin, "{{");
        }
        skip(sign == '\0' ? 2 : 3);
        if (kind == '#') return comment();
        inside(kind == '%');
    }

    void comment() {
        const std::size_t end = source_.find("#}", at_);
        if (end == std::string::npos) bad("a comment has no end");
        const bool sign = end > at_ && (source_[end - 1] == '-' || source_[end - 1] == '+');
        const std::size_t from = sign ? end - 1 : end;
        skip(from - at_);
        skip(blockEnd(from, "#}"));
    }

    bool raw() {
        const std::size_t begin = wordTag(at_, "raw");
        if (begin == 0) return false;
        std::size_t end = at_ + begin;
        if (std::string_view(source_).substr(end).starts_with("%}")) {
            end += 2;
        } else if (std::string_view(source_).substr(end).starts_with("-%}")) {
            end += 3;
            end += spaces(end);
        } else {
            return false;
        }
        skip(end - at_);
        for (std::size_t tag = at_;; ++tag) {
            tag = source_.find("{%", tag);
            if (tag == std::string::npos) bad("a raw block has no end");
            const std::size_t word = wordTag(tag, "endraw");
            const std::size_t closing = word == 0 ? 0 : blockEnd(tag + word);
            if (closing == 0) continue;
            const char sign = source_[tag + 2] == '-' || source_[tag + 2] == '+' ? source_[tag + 2] : '\0';
            std::string text = before(tag, sign, false);
            if (!text.empty()) add(TokenKind::Text, std::move(text));
            skip(tag - at_);
            skip(word + closing);
            return true;
        }
    }

    // The tokens of a statement or an expression, its end included.
    void inside(bool block) {
        std::string open;  // brackets that are not closed yet
        while (at_ < source_.size()) {
            if (open.empty()) {
                std::size_t end = 0;
                if (block) {
                    end = blockEnd(at_);
                } else if (sees("-}}")) {
                    end = 3 + spaces(at_ + 3);
                } else if (sees("}}")) {
                    end = 2;
                }
                if (end > 0) {
                    add(block ? TokenKind::BlockEnd : TokenKind::PrintEnd, block ? "%}" : "}}");
                    skip(end);
                    return;
                }
            }
            if (const std::size_t blank = spaces(at_); blank > 0) {
                skip(blank);
            } else if (digit(peek())) {
                number();
            } else if (peek() == '"' || peek() == '\'') {
                string();
            } else if (word(charAt(source_, at_))) {
                std::size_t end = at_;
                while (end < source_.size() && word(charAt(source_, end))) end += charBytes(source_, end);
                add(TokenKind::Name, source_.substr(at_, end - at_));
                skip(end - at_);
            } else {
                sign(open);
            }
        }
    }
    static bool word(char32_t c) { return c == '_' || isAlnum(c); }

    void sign(std::string& open) {
        static constexpr std::array<std::string_view, 26> kSigns = {"**", "//", "==", "!=", ">=", "<=", "+", "-", "/",
                                                                    "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                                    ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};
        for (const std::string_view each : kSigns) {
            if (!sees(each)) continue;
            const char c = each[0];
            if (c == '(') open += ')';
            if (c == '[') open += ']';
            if (c == '{') open += '}';
            if (c == ')' || c == ']' || c == '}') {
                if (open.empty()) bad(std::string("unexpected '") + c + "'");
                if (open.back() != c) bad(std::string("unexpected '") + c + "', expected '" + open.back() + "'");
                open.pop_back();
            }
            add(TokenKind::Operator, std::string(each));
            skip(each.size());
            return;
        }
        bad("unexpected character '" + source_.substr(at_, charBytes(source_, at_)) + "'");
    }

    // Bytes of digits from `from`, each after the first with at most one '_' before it.
    [[nodiscard]] std::size_t digits(std::size_t from, int base = 10) const {
        std::size_t end = from;
        const auto is = [&](std::size_t i) { return i < source_.size() && digitValue(source_[i]) < base; };
        while (is(end) || (end > from && end < source_.size() && source_[end] == '_' && is(end + 1))) ++end;
        return end - from;
    }
    void number() {
        const std::size_t whole = digits(at_);
        std::size_t end = at_ + whole;
        bool real = false;
        if (at_ == 0 || source_[at_ - 1] != '.') {
            if (end < source_.size() && source_[end] == '.' && digits(end + 1) > 0) {
                real = true;
                end += 1 + digits(end + 1);
            }
            if (end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
                std::size_t power = end + 1;
                if (power < source_.size() && (source_[power] == '+' || source_[power] == '-')) ++power;
                if (digits(power) > 0) {
                    real = true;
                    end = power + digits(power);
                }
            }
        }
        Token token{real ? TokenKind::Real : TokenKind::Integer, line_, {}};
        if (real) {
            if (!readReal(source_.substr(at_, end - at_), token.real)) bad("a number cannot be read");
        } else {
            end = at_ + integer(token.whole);
        }
        out_.push_back(token);
        skip(end - at_);
    }
    std::size_t integer(Wide& value) const {
        const char kind = static_cast<char>(peek(1) | 0x20);
        const int base = peek() != '0' ? 10 : kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
        std::size_t from = base == 10 ? at_ : at_ + 2;
        if (base != 10 && from < source_.size() && source_[from] == '_') ++from;
        std::size_t length = digits(from, base);
        if (base != 10 && length == 0) {
            from = at_;
            length = 1;
        } else if (base == 10 && peek() == '0') {  // "007" is 00 and 7
            length = 1;
            while (from + length < source_.size() &&
                   (source_[from + length] == '0' ||
                    (source_[from + length] == '_' && from + length + 1 < source_.size() &&
                     source_[from + length + 1] == '0'))) {
                ++length;
            }
        }
        const bool plain = from == at_;
        try {
            if (!readWhole(source_.substr(from, length), plain ? 10 : base, value)) bad("a number cannot be read");
        } catch (const SyntaxFailure&) {
            throw;
        } catch (const Failure& failure) {
            bad(failure.what());  // it is too large
        }
        return from - at_ + length;
    }

    void string() {
        const char mark = peek();
        std::size_t end = at_ + 1;
        while (end < source_.size() && source_[end] != mark) end += source_[end] == '\\' ? 2 : 1;
        if (end >= source_.size()) bad(std::string("unexpected character '") + mark + "'");
        add(TokenKind::String, unescaped(std::string_view(source_).substr(at_ + 1, end - at_ - 1)));
        skip(end + 1 - at_);
    }
    [[nodiscard]] std::string unescaped(std::string_view text) const {
        static constexpr std::string_view kLetters = "abfnrtv\\'\"", kMeanings = "\a\b\f\n\r\t\v\\'\"";
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '\\') {
                out += text[i];
                continue;
            }
            const char c = text[++i];
            if (const std::size_t at = kLetters.find(c); at != std::string_view::npos) {
                out += kMeanings[at];
            } else if (c >= '0' && c <= '7') {
                std::size_t length = 1;
                while (length < 3 && i + length < text.size() && text[i + length] >= '0' && text[i + length] <= '7')
                    ++length;
                out += utf8(code(text.substr(i, length), 8));
                i += length - 1;
            } else if (c == 'x' || c == 'u' || c == 'U') {
                const std::size_t length = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                if (i + length >= text.size()) bad(std::string("a \\") + c + " in a string is cut off");
                out += utf8(code(text.substr(i + 1, length), 16));
                i += length;
            } else if (c == 'N') {
                bad("\\N{…} in a string is not supported; write the character or \\u");
            } else if (static_cast<unsigned char>(c) >= 0x80) {  // as Python's codec leaves it
                const char32_t character = charAt(text, i);
                std::array<char, 12> name{};
                const char* const how = character < 0x100 ? "\\x%02x" : character < 0x10000 ? "\\u%04x" : "\\U%08x";
                std::snprintf(name.data(), name.size(), how, static_cast<unsigned>(character));
                out += name.data();
                i += charBytes(text, i) - 1;
            } else if (c != '\n') {
                out += '\\';
                out += c;
            }
        }
        return out;
    }
    [[nodiscard]] char32_t code(std::string_view digits, int base) const {
        char32_t value = 0;
        for (const char c : digits) {
            if (digitValue(c) >= base) bad("an escape in a string has a wrong digit");
            value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digitValue(c));
        }
        if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) bad("an escape in a string is no character");
        return value;
    }

    std::string source_;
    std::size_t at_ = 0;
    int line_ = 1;
    bool lineStarts_ = true;
    std::vector<Token> out_;
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && isSpace(charAt(text, 0))) text.remove_prefix(charBytes(text, 0));
    while (!text.empty() && isSpace(charAt(text, charBefore(text, text.size()))))
        text = text.substr(0, charBefore(text, text.size()));
    return text;
}

// With '0' to '9' for the decimals of other scripts.
std::string withPlainDigits(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = charBytes(text, at);
        const char32_t c = bytes > 1 ? charAt(text, at) : 0;
        if (bytes > 1 && isDecimal(c)) {
            out += static_cast<char>('0' + decimalValue(c));
        } else {
            out += text.substr(at, bytes);
        }
        at += bytes;
    }
    return out;
}

}  // namespace

std::vector<Token> tokens(std::string_view source) {
    if (!isUtf8(source)) throw SyntaxFailure("the template is not UTF-8", 1);
    return Lexer(source).run();
}

bool readWhole(std::string_view given, int base, Wide& out) {
    const std::string plain = withPlainDigits(trimmed(given));
    std::string_view text = plain;
    bool negative = false;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
    }
    bool prefixed = false;
    if (text.size() > 1 && text[0] == '0') {
        const char kind = static_cast<char>(text[1] | 0x20);
        const int own = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
        if (own != 0 && (base == own || base == 0)) {
            base = own;
            text.remove_prefix(2);
            prefixed = true;
        }
    }
    if (base == 0) {
        base = 10;
        if (text.size() > 1 && text[0] == '0' && text.find_first_not_of("0_") != std::string_view::npos) return false;
    }
    if (text.empty()) return false;
    Wide value = 0;
    bool wasDigit = prefixed;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_') {
            if (!wasDigit || i + 1 == text.size()) return false;
            wasDigit = false;
            continue;
        }
        const int each = digitValue(text[i]);
        if (each >= base) return false;
        wasDigit = true;
        value = value * base + each;
        if (value >= (Wide{1} << 64)) fail("an integer does not fit into 64 bits");
    }
    out = negative ? -value : value;
    return true;
}

bool readReal(std::string_view given, double& out) {
    const std::string text = withPlainDigits(trimmed(given));
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_') {
            if (i == 0 || i + 1 == text.size() || !digit(text[i - 1]) || !digit(text[i + 1])) return false;
            continue;
        }
        plain += text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
    }
    std::string_view rest = plain;
    bool negative = false;
    if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
        negative = rest[0] == '-';
        rest.remove_prefix(1);
    }
    if (rest.empty() || rest[0] == '-' || rest[0] == '+') return false;
    if (rest != "inf" && rest != "infinity" && rest != "nan" && !digit(rest[0]) && rest[0] != '.') return false;
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (end != rest.data() + rest.size()) return false;
    if (error == std::errc::result_out_of_range) {  // from_chars leaves the value alone
        const std::size_t e = rest.find('e');
        value = e != std::string_view::npos && e + 1 < rest.size() && rest[e + 1] == '-' ? 0.0 : HUGE_VAL;
    } else if (error != std::errc()) {
        return false;
    }
    out = negative ? -value : value;
    return true;
}

}  // namespace tritlab::jinja
