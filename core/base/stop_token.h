// A flag that one thread sets and long work looks at between two small pieces.
#pragma once

#include <atomic>
#include <memory>

namespace tritlab {

class StopToken {
public:
    StopToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
    void requestStop() const { flag_->store(true, std::memory_order_release); }
    [[nodiscard]] bool stopRequested() const { return flag_->load(std::memory_order_acquire); }

private:
    std::shared_ptr<std::atomic<bool>> flag_;  // copies share it
};

}  // namespace tritlab
