#include "core/data/line_reader.h"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/error.h"

namespace tritlab {
namespace {

constexpr std::size_t kBlockBytes = 1 << 18;
constexpr std::size_t kBinaryProbeBytes = 1 << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
    throw Error(std::string("cannot be read (") + std::strerror(error) + ")", path.string(),
                error == EACCES ? "Check who may read it" : "Check the path");
}

}  // namespace

LineReader::LineReader(const std::filesystem::path& path, std::size_t maxBytes)
    : path_(path), maxBytes_(maxBytes), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(path, errno);
    try {
        fill();
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
    if (buffer_.starts_with(kByteOrderMark)) {
        start_ = searched_ = kByteOrderMark.size();
        offset_ = static_cast<std::int64_t>(start_);
    }
}

LineReader::~LineReader() { ::close(descriptor_); }

bool LineReader::looksBinary() {
    while (!atEnd_ && buffer_.size() - start_ < kBinaryProbeBytes) fill();
    return buffer_.substr(start_, kBinaryProbeBytes).find('\0') != std::string::npos;
}

void LineReader::fill() {
    if (start_ > kBlockBytes) {
        buffer_.erase(0, start_);
        searched_ -= start_;
        start_ = 0;
    }
    const std::size_t before = buffer_.size();
    buffer_.resize(before + kBlockBytes);
    ssize_t got = 0;
    do {
        got = ::read(descriptor_, buffer_.data() + before, kBlockBytes);
    } while (got < 0 && errno == EINTR);
    buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) fail(path_, errno);
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
