#include "core/data/token_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/error.h"

namespace tritlab {

static_assert(std::endian::native == std::endian::little, "token files are read and written as they lie in memory");

namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
    throw Error("the token cache cannot be read (" + why + ")", path.string(), "Delete its folder: it is made again",
                ErrorKind::Failed);
}

void readFully(int descriptor, const std::filesystem::path& path, std::int64_t at, char* out, std::size_t bytes) {
    while (bytes > 0) {
        const ssize_t got = ::pread(descriptor, out, bytes, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(path, std::strerror(errno));
        if (got == 0) fail(path, "it has become shorter");
        out += got;
        at += got;
        bytes -= static_cast<std::size_t>(got);
    }
}

}  // namespace

TokenFileWriter::TokenFileWriter(const std::filesystem::path& path, int width) : file_(path), width_(width) {
    buffer_.reserve(kBufferBytes + 4);
}

void TokenFileWriter::add(TokenId id) {
    const auto value = static_cast<std::uint32_t>(id);
    buffer_.append(reinterpret_cast<const char*>(&value), static_cast<std::size_t>(width_));
    ++count_;
    if (buffer_.size() >= kBufferBytes) flush();
}

void TokenFileWriter::add(std::span<const TokenId> ids) {
    for (const TokenId id : ids) add(id);
}

void TokenFileWriter::flush() {
    file_.write(buffer_.data(), buffer_.size());
    hasher_.add(buffer_);
    buffer_.clear();
}

void TokenFileWriter::close() {
    flush();
    file_.close();
}

TokenFile::TokenFile(const std::filesystem::path& path, int width, std::int64_t count)
    : path_(path), width_(width), count_(count), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(path, std::strerror(errno));
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0 && status.st_size == count * width) return;
    ::close(descriptor_);
    fail(path, "its size is wrong");
}

TokenFile::~TokenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

TokenFile::TokenFile(TokenFile&& other) noexcept
    : path_(std::move(other.path_)), width_(other.width_), count_(other.count_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

void TokenFile::read(std::int64_t first, std::span<TokenId> out) const {
    if (width_ == 4) {
        readFully(descriptor_, path_, first * 4, reinterpret_cast<char*>(out.data()), out.size() * 4);
        return;
    }
    std::vector<std::uint16_t> narrow(out.size());
    readFully(descriptor_, path_, first * 2, reinterpret_cast<char*>(narrow.data()), narrow.size() * 2);
    std::ranges::copy(narrow, out.begin());
}

void TokenFile::readCircular(std::int64_t first, std::span<TokenId> out) const {
    while (!out.empty()) {
        first %= count_;
        const std::size_t part = std::min(static_cast<std::size_t>(count_ - first), out.size());
        read(first, out.first(part));
        out = out.subspan(part);
        first += static_cast<std::int64_t>(part);
    }
}

}  // namespace tritlab
