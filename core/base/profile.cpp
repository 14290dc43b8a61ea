#include "core/base/profile.h"

namespace tritlab {

thread_local Profile* Profile::current_ = nullptr;

Profile::Profile() {
    open_.reserve(64);
    current_ = this;
}

Profile::~Profile() { current_ = nullptr; }

void Profile::enter(const char* name) {
    const auto now = Clock::now();
    if (!open_.empty()) open_.back().self += std::chrono::duration<double>(now - open_.back().since).count();
    open_.push_back({name, now, 0});
}

void Profile::leave() {
    if (open_.empty()) return;  // a scope that was open before this profile began
    const auto now = Clock::now();
    Open& scope = open_.back();
    ProfilePart& part = parts_[scope.name];
    part.seconds += scope.self + std::chrono::duration<double>(now - scope.since).count();
    ++part.calls;
    open_.pop_back();
    if (!open_.empty()) open_.back().since = now;
}

}  // namespace tritlab
