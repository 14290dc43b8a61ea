// Whether the other ranks of a group still live: each writes a beat into the store they met at, and watches the
// others'. For what waits on a device, where a rank that is gone would be waited for without end.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

namespace tritlab {

// What a rank says of itself in the store is under this key.
inline std::string rankKey(const char* what, int rank) { return std::string(what) + "/" + std::to_string(rank); }

class Heartbeat {
public:
    // A rank that sets the key of any of `alarms` calls the others off at once.
    Heartbeat(c10::intrusive_ptr<c10d::Store> store, int rank, int size, std::vector<const char*> alarms,
              std::chrono::milliseconds period = std::chrono::milliseconds(500),
              std::chrono::milliseconds patience = std::chrono::seconds(30));
    ~Heartbeat();
    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;

    // True, and so for good, once a rank's beat has stood still for `patience`, a rank has given an alarm, or the store
    // is gone.
    [[nodiscard]] bool tripped() const { return tripped_; }

private:
    void watch(std::chrono::milliseconds period, std::chrono::milliseconds patience);
    c10::intrusive_ptr<c10d::Store> store_;
    int rank_, size_;
    std::vector<const char*> alarms_;
    std::atomic<bool> ended_ = false, tripped_ = false;
    std::thread thread_;
};

}  // namespace tritlab
