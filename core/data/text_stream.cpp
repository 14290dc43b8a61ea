#include "core/data/text_stream.h"

#include <fcntl.h>
#include <iconv.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/error.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t blockBytes = 1 << 18;

// A stage of the way from the disk to text: the file, an unpacker, a converter.
class Stage {
public:
    Stage() = default;
    virtual ~Stage() = default;
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    virtual std::size_t read(char* buffer, std::size_t size) = 0;  // 0: the end
};

class FileStage final : public Stage {
public:
    explicit FileStage(const fs::path& path) : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0) fail(errno);
    }
    ~FileStage() override { ::close(descriptor_); }
    std::size_t read(char* buffer, std::size_t size) override {
        ssize_t got = 0;
        do {
            got = ::read(descriptor_, buffer, size);
        } while (got < 0 && errno == EINTR);
        if (got < 0) fail(errno);
        return static_cast<std::size_t>(got);
    }

private:
    [[noreturn]] void fail(int error) const {
        throw Error(std::string("cannot be read (") + std::strerror(error) + ")", path_.string(),
                    error == EACCES ? "Check who may read it" : "Check the path");
    }
    fs::path path_;
    int descriptor_;
};

// What a stage has read ahead of the one before it.
class Input {
public:
    explicit Input(std::unique_ptr<Stage> from) : from_(std::move(from)), block_(blockBytes) {}
    // At least `bytes` of what comes, less at the end.
    std::string_view peek(std::size_t bytes) {
        while (end_ - begin_ < bytes && !atEnd_) {
            if (begin_ > 0) {
                std::copy(block_.begin() + static_cast<std::ptrdiff_t>(begin_),
                          block_.begin() + static_cast<std::ptrdiff_t>(end_), block_.begin());
                end_ -= begin_;
                begin_ = 0;
            }
            const std::size_t got = from_->read(block_.data() + end_, block_.size() - end_);
            atEnd_ = got == 0;
            end_ += got;
        }
        return {block_.data() + begin_, end_ - begin_};
    }
    void skip(std::size_t bytes) { begin_ += bytes; }

private:
    std::unique_ptr<Stage> from_;
    std::vector<char> block_;
    std::size_t begin_ = 0, end_ = 0;
    bool atEnd_ = false;
};

[[noreturn]] void damaged(const fs::path& path, const std::string& what) {
    throw Error(what, path.string(), "Copy or download the file again");
}

// Any number of members one after another, as `cat a.gz b.gz` makes them.
class GzipStage final : public Stage {
public:
    GzipStage(const fs::path& path, Input input) : path_(path), input_(std::move(input)) {
        constexpr int gzipWindow = 15 + 16;
        if (inflateInit2(&stream_, gzipWindow) != Z_OK) throw std::bad_alloc();
    }
    ~GzipStage() override { inflateEnd(&stream_); }
    std::size_t read(char* buffer, std::size_t size) override {
        stream_.next_out = reinterpret_cast<Bytef*>(buffer);
        stream_.avail_out = static_cast<uInt>(size);
        while (stream_.avail_out == size) {
            const std::string_view packed = input_.peek(1);
            if (packed.empty()) {
                if (within_) damaged(path_, "the gzip data ends in the middle");
                return 0;
            }
            if (!within_ && packed[0] == '\0') {  // padding of tapes and blocks
                input_.skip(1);
                continue;
            }
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
            stream_.avail_in = static_cast<uInt>(packed.size());
            within_ = true;
            const int result = inflate(&stream_, Z_NO_FLUSH);
            input_.skip(packed.size() - stream_.avail_in);
            if (result == Z_STREAM_END) {
                within_ = false;
                inflateReset(&stream_);
            } else if (result != Z_OK && result != Z_BUF_ERROR) {
                damaged(path_, std::string("the gzip data is damaged (") +
                                   (stream_.msg != nullptr ? stream_.msg : "unknown error") + ")");
            }
        }
        return size - stream_.avail_out;
    }

private:
    fs::path path_;
    Input input_;
    z_stream stream_{};
    bool within_ = false;  // a member
};

class ZstdStage final : public Stage {
public:
    ZstdStage(const fs::path& path, Input input)
        : path_(path), input_(std::move(input)), stream_(ZSTD_createDStream(), ZSTD_freeDStream) {
        if (!stream_) throw std::bad_alloc();
    }
    std::size_t read(char* buffer, std::size_t size) override {
        ZSTD_outBuffer out{buffer, size, 0};
        while (out.pos == 0) {
            const std::string_view packed = input_.peek(1);
            if (packed.empty() && !within_) return 0;
            ZSTD_inBuffer in{packed.data(), packed.size(), 0};
            const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
            if (ZSTD_isError(left))
                damaged(path_, std::string("the zstd data is damaged (") + ZSTD_getErrorName(left) + ")");
            if (packed.empty() && out.pos == 0) damaged(path_, "the zstd data ends in the middle");
            input_.skip(in.pos);
            within_ = left != 0;
        }
        return out.pos;
    }

private:
    fs::path path_;
    Input input_;
    std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
    bool within_ = false;  // a frame
};

class ConvertStage final : public Stage {
public:
    ConvertStage(const fs::path& path, Input input, TextEncoding encoding)
        : path_(path), input_(std::move(input)), encoding_(encoding),
          converter_(::iconv_open("UTF-8", iconvName(encoding))) {
        if (converter_ == reinterpret_cast<iconv_t>(-1))
            throw Error(std::string("cannot be converted from ") + iconvName(encoding), path.string(),
                        "Save it as UTF-8", ErrorKind::Failed);
    }
    ~ConvertStage() override { ::iconv_close(converter_); }
    std::size_t read(char* buffer, std::size_t size) override {
        constexpr std::size_t longestUnit = 4;
        const std::string_view units = input_.peek(longestUnit);
        if (units.empty()) return 0;
        char* from = const_cast<char*>(units.data());
        char* to = buffer;
        std::size_t left = units.size(), room = size;
        const std::size_t result = ::iconv(converter_, &from, &left, &to, &room);
        input_.skip(units.size() - left);
        if (room == size && result == static_cast<std::size_t>(-1))
            throw Error(std::string("its byte order mark says ") + iconvName(encoding_) + ", and it is not",
                        path_.string(), "Save it as UTF-8");
        return size - room;
    }

private:
    fs::path path_;
    Input input_;
    TextEncoding encoding_;
    iconv_t converter_;
};

}  // namespace

struct TextStream::Impl {
    std::unique_ptr<Input> text;
    bool plain = true;
    std::size_t markBytes = 0;
};

TextStream::TextStream(const fs::path& path) : impl_(std::make_unique<Impl>()) {
    using namespace std::literals;
    Input input(std::make_unique<FileStage>(path));
    const std::string_view head = input.peek(4);
    if (head.starts_with("\x1F\x8B"sv)) {
        input = Input(std::make_unique<GzipStage>(path, std::move(input)));
        impl_->plain = false;
    } else if (head.starts_with("\x28\xB5\x2F\xFD"sv)) {
        input = Input(std::make_unique<ZstdStage>(path, std::move(input)));
        impl_->plain = false;
    }
    const MarkedEncoding marked = markedEncoding(input.peek(4));
    input.skip(marked.markBytes);
    if (marked.encoding != TextEncoding::Utf8) {
        input = Input(std::make_unique<ConvertStage>(path, std::move(input), marked.encoding));
        impl_->plain = false;
    }
    if (impl_->plain) impl_->markBytes = marked.markBytes;
    impl_->text = std::make_unique<Input>(std::move(input));
}

TextStream::~TextStream() = default;

std::size_t TextStream::read(char* buffer, std::size_t size) {
    const std::string_view text = impl_->text->peek(1);
    const std::size_t count = std::min(size, text.size());
    std::copy_n(text.begin(), count, buffer);
    impl_->text->skip(count);
    return count;
}

bool TextStream::plain() const { return impl_->plain; }
std::size_t TextStream::markBytes() const { return impl_->markBytes; }

std::int64_t textBytes(const fs::path& path) {
    TextStream stream(path);
    if (stream.plain()) return static_cast<std::int64_t>(fs::file_size(path));
    std::vector<char> block(blockBytes);
    std::int64_t bytes = 0;
    for (std::size_t got = 0; (got = stream.read(block.data(), block.size())) > 0;)
        bytes += static_cast<std::int64_t>(got);
    return bytes;
}

}  // namespace tritlab
