// Sends LibTorch's own operations of this thread into the current Profile, as long as it lives: matrix products,
// attention, the rest by operation or autograd node. So the parts of a step that call LibTorch need no scopes of their
// own.
#pragma once

#include <cstdint>

namespace tritlab {

class OpProfile {
public:
    OpProfile();
    ~OpProfile();
    OpProfile(const OpProfile&) = delete;
    OpProfile& operator=(const OpProfile&) = delete;

private:
    std::uint64_t handle_;
};

}  // namespace tritlab
