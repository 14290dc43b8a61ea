#include "ui/models/smoothing.h"

#include <algorithm>
#include <cmath>

namespace tritlab {

double Ema::next(double value) {
    if (!std::isfinite(value)) return std::numeric_limits<double>::quiet_NaN();
    sum_ = strength_ * sum_ + (1 - strength_) * value;
    weight_ = strength_ * weight_ + (1 - strength_);
    return sum_ / weight_;
}

namespace {

// A sum of finite values and their count. Only ever added to: a spike leaves no rounding behind once it is out of the
// window.
struct Tally {
    double sum = 0, count = 0;
    void add(float value) {
        if (!std::isfinite(value)) return;
        sum += static_cast<double>(value);
        ++count;
    }
};

double mean(const Tally& a, const Tally& b) {
    const double count = a.count + b.count;
    return count > 0 ? (a.sum + b.sum) / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::size_t SmoothedSeries::missing(const Series& raw) const {
    return rewrites_ != raw.rewrites() || series_.size() > raw.size() ? raw.size() : raw.size() - series_.size();
}

void SmoothedSeries::extend(const Series& raw) {
    // Points that stood were written anew (a resume): start over, since an average cannot be unwound.
    if (rewrites_ != raw.rewrites() || series_.size() > raw.size()) restart();
    rewrites_ = raw.rewrites();
    if (how_.kind == Smoothing::Kind::Window) {
        extendWindow(raw);
        return;
    }
    for (std::size_t i = series_.size(); i < raw.size(); ++i)
        series_.append(raw.x(i), ema_.next(static_cast<double>(raw.y(i))));
}

// Windows of `width` points that start in one stretch of `width` reach into at most the next one: each sum is the end
// of the one stretch plus the beginning of the other.
void SmoothedSeries::extendWindow(const Series& raw) {
    const std::size_t radius = how_.radius, width = 2 * radius + 1, n = raw.size();
    const auto give = [&](std::size_t i, double value) {
        series_.append(raw.x(i), std::isfinite(raw.y(i)) ? value : std::numeric_limits<double>::quiet_NaN());
    };
    if (series_.size() < radius) {
        Tally all;
        for (std::size_t i = 0, taken = 0; i < radius && 2 * i < n; ++i) {
            while (taken <= 2 * i) all.add(raw.y(taken++));
            if (i >= series_.size()) give(i, mean(all, {}));
        }
        if (series_.size() < radius) return;
    }
    std::vector<Tally> ends(width);
    for (std::size_t start = series_.size() - radius; start + width <= n;) {
        const std::size_t border = (start / width + 1) * width;  // ends[k]: the values from border - 1 - k to border
        Tally end;
        for (std::size_t k = 0; k < border - start; ++k) {
            end.add(raw.y(border - 1 - k));
            ends[k] = end;
        }
        Tally beginning;
        std::size_t taken = border;
        for (; start < border && start + width <= n; ++start) {
            while (taken < start + width) beginning.add(raw.y(taken++));
            give(start + radius, mean(ends[border - 1 - start], beginning));
        }
    }
}

void SmoothedSeries::restart() {
    series_.clear();
    ema_ = Ema(how_.strength);
}

}  // namespace tritlab
