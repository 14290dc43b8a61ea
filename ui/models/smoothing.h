// The smoothed twin of a series, computed on every point. No smoothed value changes as the run goes on: an average that
// looks ahead gives a value only once all points of its window are there.
#pragma once

#include "ui/models/series.h"

namespace tritlab {

// Exponential moving average with bias correction, as a run of values: value n is the mean of all values so far with
// weights strength^(age). Later values never change earlier ones. A value that is not finite gives NaN and is left out
// of the mean.
class Ema {
public:
    explicit Ema(double strength) : strength_(strength) {}
    double next(double value);

private:
    double strength_;
    double sum_ = 0, weight_ = 0;
};

struct Smoothing {
    enum class Kind { None, Ema, Window };
    Kind kind = Kind::None;
    double strength = 0;  // Ema: 0..1
    std::size_t radius =
        0;  // Window: the mean of point i - radius .. i + radius; fewer, but as many on both sides, near the start
    bool operator==(const Smoothing&) const = default;
    [[nodiscard]] bool on() const { return kind == Kind::Ema ? strength > 0 : kind == Kind::Window && radius > 0; }
};

class SmoothedSeries {
public:
    explicit SmoothedSeries(const Smoothing& how) : how_(how), ema_(how.strength) {}
    void extend(const Series& raw);  // takes in only what is new; everything, where points that stood were written anew
    [[nodiscard]] const Smoothing& smoothing() const { return how_; }
    [[nodiscard]] const Series& series() const { return series_; }
    [[nodiscard]] std::size_t missing(const Series& raw) const;  // points that extend() would go through

private:
    void restart();
    void extendWindow(const Series& raw);
    Smoothing how_;
    Ema ema_;
    unsigned rewrites_ = 0;
    Series series_;
};

}  // namespace tritlab
