#include "core/base/lenient_json.h"

#include <algorithm>
#include <charconv>

namespace tritlab {
namespace {

using nlohmann::json;

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// The value of four hexadecimal digits at `at`; -1 where there are none.
int hexDigits(std::string_view text, std::size_t at) {
    int value = 0;
    if (at + 4 > text.size()) return -1;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
    return error == std::errc() && end == text.data() + at + 4 ? value : -1;
}
bool isHighSurrogate(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool isLowSurrogate(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Rewrites what the parser would refuse and another program meant. Strings are copied but for surrogates; between them
// words and numbers are looked at. What is broken otherwise stays so.
class Rewriter {
public:
    explicit Rewriter(std::string_view text) : text_(text) {}

    std::string rewritten() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') string();
            else if (c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) wordOrNumber();
            else out_ += text_[at_++];
        }
        return std::move(out_);
    }

private:
    void string() {
        out_ += text_[at_++];
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\') escape();
            else out_ += text_[at_++];
        }
        if (at_ < text_.size()) out_ += text_[at_++];
    }
    void escape() {
        const bool unicode = at_ + 1 < text_.size() && text_[at_ + 1] == 'u';
        const int unit = unicode ? hexDigits(text_, at_ + 2) : -1;
        std::size_t length = unit >= 0 ? 6 : 2;
        if (isHighSurrogate(unit) && text_.substr(at_ + 6, 2) == "\\u" && isLowSurrogate(hexDigits(text_, at_ + 8)))
            length = 12;
        const bool alone = length == 6 && (isHighSurrogate(unit) || isLowSurrogate(unit));
        out_ += alone ? replacement : text_.substr(at_, length);
        at_ = std::min(at_ + length, text_.size());
    }
    void wordOrNumber() {
        const std::size_t end = std::min(text_.find_first_of(" \t\r\n,:[]{}\"", at_), text_.size());
        const std::string_view word = text_.substr(at_, end - at_);
        out_ += word == "NaN" || word == "Infinity" || word == "-Infinity" || overflows(word) ? "null" : word;
        at_ = end;
    }
    static bool overflows(std::string_view word) {
        double value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        return error == std::errc::result_out_of_range && end == word.data() + word.size() &&
               word.find_first_of("eE.") != std::string_view::npos;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

std::optional<json> parseLenientJson(std::string_view text) {
    json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) value = json::parse(Rewriter(text).rewritten(), nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

}  // namespace tritlab
