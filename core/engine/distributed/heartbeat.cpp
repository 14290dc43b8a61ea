#include "core/engine/distributed/heartbeat.h"

namespace tritlab {

Heartbeat::Heartbeat(c10::intrusive_ptr<c10d::Store> store, int rank, int size, std::vector<const char*> alarms,
                     std::chrono::milliseconds period, std::chrono::milliseconds patience)
    : store_(std::move(store)), rank_(rank), size_(size), alarms_(std::move(alarms)) {
    thread_ = std::thread([this, period, patience] {
        try {
            watch(period, patience);
        } catch (const std::exception&) {
            tripped_ = true;  // the store went with its rank
        }
    });
}

Heartbeat::~Heartbeat() {
    ended_ = true;
    thread_.join();
}

void Heartbeat::watch(std::chrono::milliseconds period, std::chrono::milliseconds patience) {
    using Clock = std::chrono::steady_clock;
    struct Seen {
        std::int64_t beat = -1;
        Clock::time_point since = Clock::now();
    };
    std::vector<Seen> others(static_cast<std::size_t>(size_));
    while (!ended_ && !tripped_) {
        store_->add(rankKey("beat", rank_), 1);
        for (int other = 0; other < size_ && !ended_; ++other) {
            if (other == rank_) continue;
            Seen& seen = others[static_cast<std::size_t>(other)];
            const std::int64_t beat = store_->add(rankKey("beat", other), 0);
            if (beat != seen.beat) seen = {beat, Clock::now()};
            bool alarm = Clock::now() - seen.since > patience;
            for (const char* what : alarms_) alarm |= store_->check({rankKey(what, other)});
            if (alarm) tripped_ = true;
        }
        for (auto slept = std::chrono::milliseconds(0); slept < period && !ended_;
             slept += std::chrono::milliseconds(10))
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

}  // namespace tritlab
