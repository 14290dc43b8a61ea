// A file as lines in bounded memory: without their ends (LF or CRLF), with number and offset. A line of more than
// `maxBytes` comes in parts, cut at a character's border.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/data/text_stream.h"

namespace tritlab {

struct Line {
    std::string text;
    std::int64_t number = 0;  // from 1
    std::int64_t offset = 0;  // of its first byte in the text, a mark of UTF-8 counted
    bool starts = true;       // the first part of its line
    bool ends = true;         // the last part of its line
    bool newline = false;     // a line end followed (false: the file ended, or !ends)
};

class LineReader {
public:
    // Throws Error where the file cannot be read or unpacked (text_stream.h).
    LineReader(const std::filesystem::path& path, std::size_t maxBytes);
    bool next(Line& line);
    // Why the first bytes are no text in UTF-8: NULs, an archive. Empty where they may be.
    [[nodiscard]] std::string whyBinary();
    [[nodiscard]] std::string_view head() const {
        return std::string_view(buffer_).substr(start_);
    }                                                              // read, not given yet
    [[nodiscard]] std::int64_t offset() const { return offset_; }  // bytes given out so far

private:
    void fill();
    void give(Line& line, std::size_t bytes, bool ends);
    TextStream stream_;
    std::size_t maxBytes_;
    std::string buffer_;
    std::size_t start_ = 0, searched_ = 0;  // of the unread text in buffer_; up to where no newline is
    std::int64_t offset_ = 0, number_ = 1;
    bool atEnd_ = false, within_ = false;
};

}  // namespace tritlab
