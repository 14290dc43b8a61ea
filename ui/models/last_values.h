// The last values of series of many runs, for what their summaries do not hold: read on the reader's thread, and kept
// while a run stays as it is.
#pragma once

#include <QObject>
#include <map>
#include <string>
#include <vector>

#include "core/store/run_store.h"

namespace tritlab {

class StoreReader;

class LastValues : public QObject {
    Q_OBJECT
public:
    explicit LastValues(StoreReader* reader, QObject* parent = nullptr);
    // Puts what is known of these series into the run's `last`; an older value where the run has changed since.
    void fill(RunSummary& run, const std::vector<std::string>& keys) const;
    // Reads those that are not known, or not of the run's newest revision: changed() then. One that is asked for while
    // another reading is on its way is to be asked for again at changed().
    void read(const std::vector<RunSummary>& runs, const std::vector<std::string>& keys);

Q_SIGNALS:
    void changed();

private:
    struct Known {
        std::int64_t revision = 0;  // of the run when it was read
        std::map<std::string, double, std::less<>> values;
        std::vector<std::string> keys;  // that were read, whether the run has them or not
    };
    [[nodiscard]] bool isFresh(const RunSummary& run, const std::vector<std::string>& keys) const;
    StoreReader* reader_;
    std::map<std::string, Known> known_;  // by the run's id
    bool asking_ = false;
};

}  // namespace tritlab
