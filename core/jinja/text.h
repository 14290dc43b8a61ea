// The text of the template language: UTF-8 with a mark for each byte, which says whose byte it is. The marks go with
// the bytes through every operation, so that what a message says never becomes a control token of the template.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tritlab::jinja {

using Mark = std::uint8_t;                // a sum of the two
inline constexpr Mark kFromData = 1;      // from what the template was given; else the template's own
inline constexpr Mark kInGeneration = 2;  // printed inside {% generation %}

class Text {
public:
    Text() = default;
    explicit Text(std::string bytes, Mark mark = 0) : bytes_(std::move(bytes)), mark_(mark) {}

    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    [[nodiscard]] std::string_view view() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] Mark markAt(std::size_t at) const { return marks_.empty() ? mark_ : static_cast<Mark>(marks_[at]); }
    [[nodiscard]] bool uniform() const { return marks_.empty(); }
    // What is written around the text (quotes, brackets): data only where all of it is.
    [[nodiscard]] Mark around() const { return marks_.empty() ? mark_ : Mark{0}; }

    void append(std::string_view bytes, Mark mark);
    void append(const Text& other) { append(other, 0, other.size()); }
    void append(const Text& other, std::size_t from, std::size_t bytes);
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    [[nodiscard]] Text part(std::size_t from, std::size_t bytes) const;
    // Adds `mark` to the marks of all bytes.
    void setMark(Mark mark);
    void clear();

private:
    std::string bytes_;
    std::string marks_;  // empty: all bytes have mark_
    Mark mark_ = 0;
};

// Bytes of the character at `at` (< size): 1..4; a byte that begins no character counts as one.
std::size_t charBytes(std::string_view text, std::size_t at);
char32_t charAt(std::string_view text, std::size_t at);
std::size_t charCount(std::string_view text);
// Where character number `index` begins; the size where there are fewer.
std::size_t byteOfChar(std::string_view text, std::size_t index);
// Where the character that ends before byte `end` (> 0) begins.
std::size_t charBefore(std::string_view text, std::size_t end);
std::string utf8(char32_t character);
// As std::string_view::find, in time that grows with the sum of both sizes.
std::size_t findText(std::string_view text, std::string_view what, std::size_t from);
bool isAscii(std::string_view text);

}  // namespace tritlab::jinja
