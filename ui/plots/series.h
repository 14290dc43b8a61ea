// A curve's points with a min-max pyramid above them, so that any stretch of it is summed up in a few reads, spikes included.
// Values are float32: seven digits are more than a screen shows.
#pragma once

#include <cstddef>
#include <vector>

namespace tritlab {

// Lowest and highest finite value of a stretch; `empty` where it has none.
struct ValueSpan {
    float lowest = 0, highest = 0;
    bool empty = true;
    void add(float value);
    void add(const ValueSpan& other);
};

class Series {
public:
    static constexpr std::size_t factor = 8;  // points (or nodes) under one node

    // Points come in rising x; one at or before the last x replaces what stood from there on.
    void append(double x, double y);
    void truncateFrom(double x);  // forgets the points with key >= x
    void clear();
    void replaceWith(Series&& fresh);      // all points anew, for those who hold this one
    void reserve(std::size_t count);

    [[nodiscard]] std::size_t size() const { return xs_.size(); }
    [[nodiscard]] bool empty() const { return xs_.empty(); }
    [[nodiscard]] double x(std::size_t i) const { return xs_[i]; }
    [[nodiscard]] float y(std::size_t i) const { return ys_[i]; }
    [[nodiscard]] std::size_t lowerBound(double x) const;  // first index with x(i) >= x
    [[nodiscard]] std::size_t nearest(double x) const;     // size() must not be 0
    // Over the indices [first, last); costs O(factor * log n).
    [[nodiscard]] ValueSpan span(std::size_t first, std::size_t last) const;
    // Smallest value above 0 of [first, last), 0 where there is none: the floor of a logarithmic axis.
    [[nodiscard]] float smallestPositive(std::size_t first, std::size_t last) const;
    [[nodiscard]] unsigned rewrites() const { return rewrites_; }  // grows whenever points that stood were altered
    [[nodiscard]] const std::vector<std::size_t>& nonFinite() const { return nonFinite_; }  // indices, rising

private:
    void cutTo(std::size_t count);
    std::vector<double> xs_;
    std::vector<float> ys_;
    std::vector<std::vector<ValueSpan>> levels_;  // levels_[0]: one node for each `factor` points
    std::vector<std::size_t> nonFinite_;
    unsigned rewrites_ = 0;
};

// Exponential moving average with bias correction, as a run of values: value n is the mean of all values so far with weights
// strength^(age). Later values never change earlier ones. A value that is not finite gives NaN and is left out of the mean.
class Ema {
public:
    explicit Ema(double strength) : strength_(strength) {}
    double next(double value);

private:
    double strength_;
    double sum_ = 0, weight_ = 0;
};

// The smoothed twin of a series that grows: extend() takes in only what is new.
class SmoothedSeries {
public:
    explicit SmoothedSeries(double strength) : strength_(strength), ema_(strength) {}
    void extend(const Series& raw);
    void restart();
    [[nodiscard]] double strength() const { return strength_; }
    [[nodiscard]] const Series& series() const { return series_; }

private:
    double strength_;
    Ema ema_;
    unsigned rewrites_ = 0;
    Series series_;
};

}  // namespace tritlab
