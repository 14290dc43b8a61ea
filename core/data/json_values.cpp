#include "core/data/json_values.h"

#include <string_view>

namespace tritlab {
namespace {

constexpr std::size_t blockBytes = 1 << 18;
constexpr std::string_view blanks = " \t\r\n";

bool isBlank(int c) { return c >= 0 && blanks.find(static_cast<char>(c)) != std::string_view::npos; }

}  // namespace

JsonValues::JsonValues(const std::filesystem::path& path, std::size_t maxBytes)
    : stream_(path), maxBytes_(maxBytes), block_(blockBytes), offset_(static_cast<std::int64_t>(stream_.markBytes())) {}

bool JsonValues::spansLines(std::string_view head) {
    const std::size_t first = head.find_first_not_of(blanks);
    if (first == std::string_view::npos) return false;
    if (head[first] == '[') return true;
    if (head[first] != '{') return false;
    std::string_view line = head.substr(first, head.find('\n', first) - first);
    line = line.substr(0, line.find_last_not_of(blanks) + 1);
    return line.size() < head.size() - first && std::string_view("{[,:").find(line.back()) != std::string_view::npos;
}

int JsonValues::peek() {
    if (at_ == end_) {
        at_ = 0;
        end_ = stream_.read(block_.data(), block_.size());
    }
    return at_ < end_ ? static_cast<unsigned char>(block_[at_]) : -1;
}

char JsonValues::take() {
    const char c = block_[at_++];
    ++offset_;
    line_ += c == '\n' ? 1 : 0;
    return c;
}

void JsonValues::skipBetween() {
    // Commas stand between the elements of an array; rows that were cut out of one have kept theirs.
    while (isBlank(peek()) || (begun_ && peek() == ',')) take();
    if (!begun_ && peek() == '[') {
        begun_ = inArray_ = true;
        take();
        skipBetween();
    }
    begun_ = true;
    if (inArray_ && peek() == ']') {  // what follows an array are values again
        take();
        inArray_ = false;
        skipBetween();
    }
}

void JsonValues::keep(JsonValue& value, char c) const {
    if (value.tooLong) return;
    value.text += c;
    if (value.text.size() <= maxBytes_) return;
    value.tooLong = true;
    value.text.clear();
}

void JsonValues::readNested(JsonValue& value) {
    std::int64_t depth = 0;
    bool quoted = false;
    while (peek() >= 0) {
        const char c = take();
        keep(value, c);
        if (quoted && c == '\\' && peek() >= 0) keep(value, take());
        else if (c == '"') quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[')) ++depth;
        else if (!quoted && (c == '}' || c == ']') && --depth <= 0) return;
    }
}

void JsonValues::readScalar(JsonValue& value) {
    const bool quoted = peek() == '"';
    keep(value, take());
    while (peek() >= 0) {
        if (!quoted && (isBlank(peek()) || peek() == ',' || peek() == ']' || peek() == '{' || peek() == '[')) return;
        const char c = take();
        keep(value, c);
        if (quoted && c == '\\' && peek() >= 0) keep(value, take());
        else if (quoted && c == '"') return;
    }
}

bool JsonValues::next(JsonValue& value) {
    skipBetween();
    if (peek() < 0) return false;
    value = {{}, line_, offset_, false};
    if (peek() == '{' || peek() == '[') readNested(value);
    else readScalar(value);
    return true;
}

}  // namespace tritlab
