#include "core/base/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/unfinished.h"
#include "core/base/written_file.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

std::atomic<std::int64_t> bytesUntilFailure{-1};  // below 0: never

[[noreturn]] void fail(const std::string& what, const fs::path& path, int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    std::string hint;
    if (full) hint = "Free some space on that disk and try again";
    else if (error == EACCES || error == EPERM) hint = "Check who may read and write it";
    else if (error == ENOENT) hint = "Check the path";
    throw Error(what + " (" + std::strerror(error) + ")", path.string(), hint,
                full ? ErrorKind::NoSpace : ErrorKind::BadInput);
}

int openOrFail(const fs::path& path, int flags, const char* what) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (descriptor < 0) fail(what, path, errno);
    return descriptor;
}

int openLock(const fs::path& path) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    return openOrFail(path, O_RDWR | O_CREAT, "cannot open the lock file");
}

void syncPath(const fs::path& path) {
    const int descriptor = openOrFail(path, O_RDONLY, "cannot open it for syncing");
    const int result = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    if (result != 0) fail("cannot be synced to disk", path, error);
}

fs::path temporaryBeside(const fs::path& path) {
    static std::atomic<unsigned> counter{0};
    fs::path folder = path.parent_path();
    return folder /
           ("." + path.filename().string() + ".new-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
}

struct UnfinishedPaths {
    std::mutex mutex;
    std::set<fs::path> paths;
};

UnfinishedPaths& unfinishedPaths() {
    static UnfinishedPaths all;
    return all;
}

// A fresh name beside a path, known as unfinished while this lives.
class Unfinished {
public:
    explicit Unfinished(const fs::path& target) : path_(temporaryBeside(target)) {
        const std::lock_guard lock(unfinishedPaths().mutex);
        unfinishedPaths().paths.insert(path_);
    }
    ~Unfinished() {
        const std::lock_guard lock(unfinishedPaths().mutex);
        unfinishedPaths().paths.erase(path_);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

}  // namespace

void removeUnfinishedFiles() noexcept {
    const std::lock_guard lock(unfinishedPaths().mutex);
    for (const fs::path& path : unfinishedPaths().paths) {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
}

std::string readFile(const fs::path& path, std::uint64_t limit) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status)) fail("no such file", path, ENOENT);
    if (fs::is_directory(status)) throw Error("is a folder, not a file", path.string(), "Name a file");
    const int descriptor = openOrFail(path, O_RDONLY, "cannot be read");
    std::string content;
    std::string block(1 << 16, '\0');
    for (;;) {
        const ssize_t got = ::read(descriptor, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            const int why = errno;
            ::close(descriptor);
            fail("cannot be read", path, why);
        }
        if (got == 0) break;
        content.append(block.data(), static_cast<std::size_t>(got));
        if (content.size() > limit) {
            ::close(descriptor);
            throw Error("is larger than the " + std::to_string(limit) + " bytes that are read of such a file",
                        path.string());
        }
    }
    ::close(descriptor);
    return content;
}

void writeFileAtomically(const fs::path& path, std::string_view content) {
    writeFileAtomically(path, [content](OutputFile& file) { file.write(content.data(), content.size()); });
}

void writeFileAtomically(const fs::path& path, const std::function<void(OutputFile&)>& fill) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    const Unfinished unfinished(path);
    const fs::path& temporary = unfinished.path();
    try {
        OutputFile file(temporary);
        fill(file);
        file.close();
        if (::rename(temporary.c_str(), path.c_str()) != 0) fail("cannot be replaced", path, errno);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    syncFolder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

OutputFile::OutputFile(const fs::path& path)
    : path_(path), descriptor_(openOrFail(path, O_WRONLY | O_CREAT | O_TRUNC, "cannot be written")) {}

OutputFile::~OutputFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::failAfter(std::optional<std::uint64_t> bytes) {
    bytesUntilFailure = bytes ? static_cast<std::int64_t>(*bytes) : -1;
}

void OutputFile::write(const void* data, std::size_t size) {
    if (bytesUntilFailure >= 0) {
        const auto left =
            bytesUntilFailure.fetch_sub(static_cast<std::int64_t>(size)) - static_cast<std::int64_t>(size);
        if (left <= 0) {
            bytesUntilFailure = 0;
            fail("cannot be written", path_, ENOSPC);
        }
    }
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t done = ::write(descriptor_, next, std::min<std::size_t>(size, std::size_t{1} << 28));
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) fail("cannot be written", path_, errno);
        next += done;
        size -= static_cast<std::size_t>(done);
    }
}

void OutputFile::close() {
    if (descriptor_ < 0) return;
    const int synced = ::fsync(descriptor_);
    const int why = errno;
    const int closed = ::close(std::exchange(descriptor_, -1));
    if (synced != 0) fail("cannot be synced to disk", path_, why);
    if (closed != 0) fail("cannot be closed", path_, errno);
}

void syncFolder(const fs::path& folder) { syncPath(folder); }

void writeFolderAtomically(const fs::path& target, const std::function<void(const fs::path&)>& fill) {
    if (target.has_parent_path()) fs::create_directories(target.parent_path());
    const Unfinished unfinished(target);
    const fs::path& fresh = unfinished.path();
    fs::path old;
    try {
        fs::create_directories(fresh);
        fill(fresh);
        for (const auto& entry : fs::recursive_directory_iterator(fresh)) syncPath(entry.path());
        syncFolder(fresh);
        if (fs::exists(target)) {
            old = temporaryBeside(target);
            fs::rename(target, old);
        }
        fs::rename(fresh, target);
        if (target.has_parent_path()) syncFolder(target.parent_path());
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(fresh, ignored);
        if (!old.empty() && !fs::exists(target)) fs::rename(old, target, ignored);
        throw;
    }
    if (!old.empty()) fs::remove_all(old);
}

MappedFile::MappedFile(const fs::path& path) {
    const int descriptor = openOrFail(path, O_RDONLY, "cannot be read");
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(descriptor);
        throw Error("is not a file", path.string(), "Name a file");
    }
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ > 0) {
        void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor, 0);
        if (mapped == MAP_FAILED) {
            const int why = errno;
            ::close(descriptor);
            fail("cannot be mapped into memory", path, why);
        }
        data_ = static_cast<const std::byte*>(mapped);
    }
    ::close(descriptor);
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

FileLock::FileLock(const fs::path& path, Mode mode) : descriptor_(openLock(path)) {
    while (::flock(descriptor_, mode == Mode::Shared ? LOCK_SH : LOCK_EX) != 0) {
        if (errno != EINTR) {
            const int why = errno;
            ::close(std::exchange(descriptor_, -1));
            fail("cannot be locked", path, why);
        }
    }
}

std::optional<FileLock> FileLock::tryLock(const fs::path& path, Mode mode) {
    FileLock lock;
    lock.descriptor_ = openLock(path);
    while (::flock(lock.descriptor_, (mode == Mode::Shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return std::nullopt;
        if (errno != EINTR) fail("cannot be locked", path, errno);
    }
    return lock;
}

FileLock::~FileLock() { unlock(); }

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

void FileLock::unlock() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace tritlab
