// The values of a JSON file one by one, in bounded memory: the elements of one array, or values that stand one after
// another however they are broken into lines. Values are told apart by their brackets and quotes alone; what is within
// them is for a parser.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/data/text_stream.h"

namespace tritlab {

struct JsonValue {
    std::string text;         // empty where it is longer than allowed
    std::int64_t line = 0;    // in which it begins, from 1
    std::int64_t offset = 0;  // of its first byte in the text
    bool tooLong = false;
};

class JsonValues {
public:
    // Throws Error where the file cannot be read or unpacked.
    JsonValues(const std::filesystem::path& path, std::size_t maxBytes);
    bool next(JsonValue& value);
    [[nodiscard]] std::int64_t offset() const { return offset_; }  // bytes looked at so far

    // Whether a file that begins so has its values across lines rather than one a line: an array, or an object that is
    // written over several lines.
    static bool spansLines(std::string_view head);

private:
    [[nodiscard]] int peek();  // -1: the end
    char take();
    void skipBetween();
    void readNested(JsonValue& value);
    void readScalar(JsonValue& value);
    void keep(JsonValue& value, char c) const;

    TextStream stream_;
    std::size_t maxBytes_;
    std::vector<char> block_;
    std::size_t at_ = 0, end_ = 0;
    std::int64_t offset_ = 0, line_ = 1;
    bool inArray_ = false, begun_ = false;
};

}  // namespace tritlab
