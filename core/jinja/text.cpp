// Text with its marks: joining and cutting keep them beside the bytes.
#include "core/jinja/text.h"

#include <algorithm>
#include <cstring>

#include "core/base/utf8.h"

namespace tritlab::jinja {

void Text::append(std::string_view bytes, Mark mark) {
    if (bytes.empty()) return;
    if (bytes_.empty()) {
        marks_.clear();
        mark_ = mark;
    } else if (marks_.empty() && mark != mark_) {
        marks_.assign(bytes_.size(), static_cast<char>(mark_));
    }
    if (!marks_.empty()) marks_.append(bytes.size(), static_cast<char>(mark));
    bytes_.append(bytes);
}

void Text::append(const Text& other, std::size_t from, std::size_t bytes) {
    const std::string_view added = other.view().substr(from, bytes);
    if (added.empty()) return;
    if (other.marks_.empty()) return append(added, other.mark_);
    const std::string_view marks = std::string_view(other.marks_).substr(from, bytes);
    // A piece of one kind stays one: only what is looked at here is added, so that many pieces take linear time.
    if (marks.find_first_not_of(marks[0]) == std::string_view::npos) return append(added, static_cast<Mark>(marks[0]));
    if (bytes_.empty()) {
        marks_.clear();
    } else if (marks_.empty()) {
        marks_.assign(bytes_.size(), static_cast<char>(mark_));
    }
    marks_.append(marks);
    bytes_.append(added);
}

Text Text::part(std::size_t from, std::size_t bytes) const {
    Text cut;
    cut.append(*this, from, bytes);
    return cut;
}

void Text::setMark(Mark mark) {
    mark_ = static_cast<Mark>(mark_ | mark);
    for (char& each : marks_) each = static_cast<char>(static_cast<Mark>(each) | mark);
}

void Text::clear() {
    bytes_.clear();
    marks_.clear();
    mark_ = 0;
}

std::size_t charBytes(std::string_view text, std::size_t at) {
    if (static_cast<unsigned char>(text[at]) < 0x80) return 1;
    return std::max<std::size_t>(1, utf8Length(text.substr(at, 4)));
}

char32_t charAt(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
    switch (charBytes(text, at)) {
        case 2: return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
        case 3: return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
        case 4: return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
        default: return byte(0) < 0x80 ? byte(0) : 0xFFFD;
    }
}

std::size_t charCount(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += charBytes(text, at)) ++count;
    return count;
}

std::size_t byteOfChar(std::string_view text, std::size_t index) {
    std::size_t at = 0;
    for (; index > 0 && at < text.size(); --index) at += charBytes(text, at);
    return at;
}

std::size_t charBefore(std::string_view text, std::size_t end) {
    for (std::size_t bytes = 2; bytes <= std::min<std::size_t>(4, end); ++bytes) {
        if (utf8Length(text.substr(end - bytes, bytes)) == bytes) return end - bytes;
    }
    return end - 1;
}

std::string utf8(char32_t c) {
    std::string out;
    const auto add = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) {
        add(c);
    } else if (c < 0x800) {
        add(0xC0 | (c >> 6));
        add(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        add(0xE0 | (c >> 12));
        add(0x80 | ((c >> 6) & 0x3F));
        add(0x80 | (c & 0x3F));
    } else {
        add(0xF0 | (c >> 18));
        add(0x80 | ((c >> 12) & 0x3F));
        add(0x80 | ((c >> 6) & 0x3F));
        add(0x80 | (c & 0x3F));
    }
    return out;
}

std::size_t findText(std::string_view text, std::string_view what, std::size_t from) {
    if (from > text.size()) return std::string_view::npos;
    const void* const at = memmem(text.data() + from, text.size() - from, what.data(), what.size());
    return at == nullptr ? std::string_view::npos
                         : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace tritlab::jinja
