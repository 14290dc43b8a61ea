#include "core/data/line_reader.h"

#include <algorithm>

#include "core/base/encoding.h"

namespace tritlab {
namespace {

constexpr std::size_t kBlockBytes = 1 << 18;
constexpr std::size_t kBinaryProbeBytes = 1 << 16;

// What people name as text and what has to be unpacked first, by its first bytes.
const char* packedIn(std::string_view head) {
    using namespace std::literals;
    if (head.starts_with("\xFD"
                         "7zXZ\0"sv))
        return "is compressed with xz: unpack it first";
    if (head.starts_with("BZh"sv)) return "is compressed with bzip2: unpack it first";
    if (head.starts_with("PK\x03\x04"sv)) return "is a zip archive: unpack it first";
    if (head.starts_with("7z\xBC\xAF"sv)) return "is a 7z archive: unpack it first";
    if (head.starts_with("PAR1"sv)) return "is a Parquet file, which is not read yet";
    return nullptr;
}

}  // namespace

LineReader::LineReader(const std::filesystem::path& path, std::size_t maxBytes)
    : stream_(path), maxBytes_(maxBytes), offset_(static_cast<std::int64_t>(stream_.markBytes())) {
    fill();
}

std::string LineReader::whyBinary() {
    while (!atEnd_ && buffer_.size() - start_ < kBinaryProbeBytes) fill();
    const std::string_view head = std::string_view(buffer_).substr(start_, kBinaryProbeBytes);
    if (const char* packed = packedIn(head)) return packed;
    if (head.find('\0') == std::string_view::npos) return {};
    const std::string encoding = unmarkedEncoding(head);
    return encoding.empty() ? "is a binary file, not text (it holds NUL bytes)"
                            : "looks like " + encoding + " without a byte order mark: save it as UTF-8";
}

void LineReader::fill() {
    if (start_ > kBlockBytes) {
        buffer_.erase(0, start_);
        searched_ -= start_;
        start_ = 0;
    }
    const std::size_t before = buffer_.size();
    buffer_.resize(before + kBlockBytes);
    const std::size_t got = stream_.read(buffer_.data() + before, kBlockBytes);
    buffer_.resize(before + got);
    atEnd_ = got == 0;
}

void LineReader::give(Line& line, std::size_t bytes, bool ends) {
    line.text.assign(buffer_, start_, bytes);
    line.number = number_;
    line.offset = offset_;
    line.starts = !within_;
    line.ends = ends;
    line.newline = ends && start_ + bytes < buffer_.size();
    if (line.newline && line.text.ends_with('\r')) line.text.pop_back();
    const std::size_t past = bytes + (line.newline ? 1 : 0);
    start_ += past;
    searched_ = start_;
    offset_ += static_cast<std::int64_t>(past);
    within_ = !ends;
    number_ += ends ? 1 : 0;
}

bool LineReader::next(Line& line) {
    for (;;) {
        const std::size_t newline = buffer_.find('\n', searched_);
        const std::size_t end = std::min(newline, buffer_.size());
        if (end - start_ > maxBytes_ + 1) {  // one more: a CR before the newline is no part of the line
            std::size_t cut = maxBytes_;
            const auto continues = [&] { return (static_cast<unsigned char>(buffer_[start_ + cut]) & 0xC0U) == 0x80U; };
            while (cut > 1 && cut > maxBytes_ - 4 && continues()) --cut;
            give(line, cut, false);
            return true;
        }
        if (newline != std::string::npos || (atEnd_ && (end > start_ || within_))) {
            give(line, end - start_, true);
            return true;
        }
        if (atEnd_) return false;
        searched_ = buffer_.size();
        fill();
    }
}

}  // namespace tritlab
