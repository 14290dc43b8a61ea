// Where the time of one thread goes: named scopes with their self time (without the scopes inside). Off, a scope costs
// one load.
//   ProfileScope scope("products");
// Names that bench train knows: "products" (matrix products), "attention", "quantize", "norms", "loss", "optimizer".
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tritlab {

struct ProfilePart {
    double seconds = 0;  // self time
    std::int64_t calls = 0;
};

// Collects the scopes of the thread that made it, for as long as it lives. One at a time on a thread; the names given
// to scopes have to live as long as it does.
class Profile {
public:
    Profile();
    ~Profile();
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;
    [[nodiscard]] const std::map<std::string, ProfilePart>& parts() const { return parts_; }  // of closed scopes
    [[nodiscard]] static Profile* current() { return current_; }
    void enter(const char* name);
    void leave();

private:
    using Clock = std::chrono::steady_clock;
    struct Open {
        const char* name = nullptr;
        Clock::time_point since;  // its start, or the end of the last scope inside it
        double self = 0;
    };
    std::vector<Open> open_;
    std::map<std::string, ProfilePart> parts_;
    static thread_local Profile* current_;
};

class ProfileScope {
public:
    explicit ProfileScope(const char* name) : profile_(Profile::current()) {
        if (profile_ != nullptr) profile_->enter(name);
    }
    ~ProfileScope() {
        if (profile_ != nullptr) profile_->leave();
    }
    ProfileScope(const ProfileScope&) = delete;
    ProfileScope& operator=(const ProfileScope&) = delete;

private:
    Profile* profile_;
};

}  // namespace tritlab
