// Curves over another x than the step: tokens, time, share of the training. Mapped once, then extended as the run goes;
// much at once is mapped on a worker.
#pragma once

#include <QObject>
#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/store/run_store.h"
#include "ui/models/series.h"

namespace tritlab {

class SeriesCache;

enum class XAxis { Steps, Tokens, Seconds, Share };

// `values` over keys' values at the same steps (the next known one where a step has none), or with a factor instead of
// keys; from index `from` on, appended to what is there. x rises strictly whatever the keys do.
void mapOver(const Series& values, const Series* keys, double factor, std::size_t from, Series& mapped);

class XAxisMapper : public QObject {
    Q_OBJECT
public:
    explicit XAxisMapper(SeriesCache* cache, QObject* parent = nullptr) : QObject(parent), cache_(cache) {}
    void setAxis(XAxis axis);
    [[nodiscard]] XAxis axis() const { return axis_; }
    [[nodiscard]] QString label() const;
    std::shared_ptr<const Series> curve(const RunSummary& run, const std::string& key);
    // Where a step lies; nothing while that is not known.
    [[nodiscard]] std::optional<double> place(const RunSummary& run, StepIndex step);
    void extend(const std::string& run);  // after the cache's series of the run have changed

Q_SIGNALS:
    void changed(const QString& run);  // a curve that was mapped on the worker is there

private:
    struct Mapped {
        std::shared_ptr<const Series> values, keys;
        std::shared_ptr<Series> series = std::make_shared<Series>();
        double factor = 1;
        unsigned rewrites = 0;
        bool busy = false;
    };
    using Key = std::pair<std::string, std::string>;  // run, series
    void extend(const Key& key);
    [[nodiscard]] std::string keysName() const;
    SeriesCache* cache_;
    XAxis axis_ = XAxis::Steps;
    unsigned generation_ = 0;
    std::map<Key, Mapped> mapped_;
};

}  // namespace tritlab
