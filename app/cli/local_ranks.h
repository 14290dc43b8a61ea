// Ranks 1 and up of a run on this machine, as processes of this program; this process is rank 0.
#pragma once

#include <sys/types.h>
#include <optional>
#include <vector>

#include "app/cli/signals.h"
#include "core/run/ranks.h"

namespace tritlab::cli {

class LocalRanks {
public:
    // processes 1: this one alone.
    explicit LocalRanks(int processes);
    // Waits for them; ends those that do not end by themselves once rank 0 is done.
    ~LocalRanks();
    LocalRanks(const LocalRanks&) = delete;
    LocalRanks& operator=(const LocalRanks&) = delete;
    [[nodiscard]] const Ranks& ranks() const { return ranks_; }

private:
    void start(int rank);
    Ranks ranks_;
    std::vector<pid_t> children_;
    std::optional<AtSignalExit> atExit_;  // they end with this process
};

}  // namespace tritlab::cli
