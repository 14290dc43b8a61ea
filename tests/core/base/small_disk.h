// A small file system in memory for tests of a full disk: filled to its last byte, and emptied again.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tritlab::testing {

class SmallDisk {
public:
    // Gives this process mounts of its own, which nobody else sees and which go with it. To be called in main(), before
    // there is a second thread. Gives why it cannot be done (containers without the right to mount), or nothing.
    static std::string prepare() {
        const uid_t user = ::getuid();
        const gid_t group = ::getgid();
        const auto failed = [](const char* what) { return std::string(what) + ": " + std::strerror(errno); };
        if (::unshare(CLONE_NEWNS) != 0) {  // not root: become it in a user namespace
            if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return failed("no mounts of one's own");
            std::ofstream("/proc/self/setgroups") << "deny";
            std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
            std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
        }
        if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return failed("mounts stay shared");
        return {};
    }

    // Throws where `folder`, which exists, cannot become the small disk.
    SmallDisk(std::filesystem::path folder, std::int64_t bytes) : folder_(std::move(folder)) {
        const std::string size = "size=" + std::to_string(bytes);
        if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()) != 0)
            throw std::runtime_error(std::string("tmpfs cannot be mounted: ") + std::strerror(errno));
    }
    ~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    // Takes what is free; called again, what others have given back since.
    void fill() const {
        const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (file < 0) throw std::runtime_error(std::string("the small disk cannot be filled: ") + std::strerror(errno));
        for (std::size_t size = 1 << 20; size > 0; size /= 2) {
            const std::vector<char> block(size);
            while (::write(file, block.data(), size) > 0) {}
        }
        ::close(file);
    }
    void makeRoom() const { std::filesystem::remove(filler()); }

private:
    [[nodiscard]] std::filesystem::path filler() const { return folder_ / "filler"; }
    std::filesystem::path folder_;
};

}  // namespace tritlab::testing
