#include "ui/plots/series.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritlab {

void ValueSpan::add(float value) {
    if (!std::isfinite(value)) return;
    lowest = empty ? value : std::min(lowest, value);
    highest = empty ? value : std::max(highest, value);
    empty = false;
}

void ValueSpan::add(const ValueSpan& other) {
    if (other.empty) return;
    add(other.lowest);
    add(other.highest);
}

void Series::append(double x, double y) {
    if (!xs_.empty() && x <= xs_.back()) truncateFrom(x);
    // A double beyond float's range stays a finite, very large value: only what the run itself left non-finite is marked.
    const double limit = std::numeric_limits<float>::max();
    const float value = std::isfinite(y) ? static_cast<float>(std::clamp(y, -limit, limit)) : static_cast<float>(y);
    const std::size_t index = xs_.size();
    xs_.push_back(x);
    ys_.push_back(value);
    if (!std::isfinite(value)) nonFinite_.push_back(index);
    std::size_t node = index / factor;
    for (std::size_t level = 0;; ++level, node /= factor) {
        if (level == levels_.size()) {
            // A new top level: its first nodes sum up the whole level below.
            std::vector<ValueSpan> nodes;
            const auto& below = level == 0 ? std::vector<ValueSpan>{} : levels_[level - 1];
            for (std::size_t i = 0; i < below.size(); ++i) {
                if (i / factor >= nodes.size()) nodes.emplace_back();
                nodes[i / factor].add(below[i]);
            }
            levels_.push_back(std::move(nodes));
        }
        if (node >= levels_[level].size()) levels_[level].resize(node + 1);
        levels_[level][node].add(value);
        if (levels_[level].size() <= factor && level + 1 == levels_.size()) break;
    }
}

void Series::truncateFrom(double x) { cutTo(lowerBound(x)); }

void Series::clear() { cutTo(0); }

void Series::replaceWith(Series&& fresh) {
    const unsigned rewrites = rewrites_ + 1;
    *this = std::move(fresh);
    rewrites_ = rewrites;
}

void Series::reserve(std::size_t count) {
    xs_.reserve(count);
    ys_.reserve(count);
}

void Series::cutTo(std::size_t count) {
    if (count == size()) return;
    ++rewrites_;
    xs_.resize(count);
    ys_.resize(count);
    while (!nonFinite_.empty() && nonFinite_.back() >= count) nonFinite_.pop_back();
    std::size_t size = count;
    for (std::size_t level = 0; level < levels_.size(); ++level) {
        const std::size_t nodes = (size + factor - 1) / factor;
        levels_[level].resize(nodes);
        if (nodes > 0) {
            ValueSpan last;
            for (std::size_t i = (nodes - 1) * factor; i < size; ++i) {
                if (level == 0) last.add(ys_[i]);
                else last.add(levels_[level - 1][i]);
            }
            levels_[level].back() = last;
        }
        size = nodes;
    }
    while (levels_.size() > 1 && levels_[levels_.size() - 2].size() <= factor) levels_.pop_back();
}

std::size_t Series::lowerBound(double x) const {
    return static_cast<std::size_t>(std::lower_bound(xs_.begin(), xs_.end(), x) - xs_.begin());
}

std::size_t Series::nearest(double x) const {
    const std::size_t at = lowerBound(x);
    if (at == 0) return 0;
    if (at == size()) return size() - 1;
    return x - xs_[at - 1] <= xs_[at] - x ? at - 1 : at;
}

ValueSpan Series::span(std::size_t first, std::size_t last) const {
    ValueSpan result;
    last = std::min(last, size());
    std::size_t level = 0;  // 0: points, n: levels_[n - 1]
    const auto take = [&](std::size_t i) {
        if (level == 0) result.add(ys_[i]);
        else result.add(levels_[level - 1][i]);
    };
    while (first < last) {
        if (last - first < 2 * factor || level == levels_.size()) {
            for (std::size_t i = first; i < last; ++i) take(i);
            break;
        }
        while (first % factor != 0) take(first++);
        while (last % factor != 0) take(--last);
        first /= factor;
        last /= factor;
        ++level;
    }
    return result;
}

float Series::smallestPositive(std::size_t first, std::size_t last) const {
    last = std::min(last, size());
    const ValueSpan all = span(first, last);
    if (all.empty || all.highest <= 0) return 0;
    if (all.lowest > 0) return all.lowest;
    float smallest = all.highest;
    for (std::size_t i = first; i < last; ++i) {
        if (ys_[i] > 0 && ys_[i] < smallest) smallest = ys_[i];
    }
    return smallest;
}

double Ema::next(double value) {
    if (!std::isfinite(value)) return std::numeric_limits<double>::quiet_NaN();
    sum_ = strength_ * sum_ + (1 - strength_) * value;
    weight_ = strength_ * weight_ + (1 - strength_);
    return sum_ / weight_;
}

void SmoothedSeries::extend(const Series& raw) {
    // Points that stood were written anew (a resume): start over, since an average cannot be unwound.
    if (rewrites_ != raw.rewrites() || series_.size() > raw.size()) restart();
    rewrites_ = raw.rewrites();
    for (std::size_t i = series_.size(); i < raw.size(); ++i) series_.append(raw.x(i), ema_.next(static_cast<double>(raw.y(i))));
}

void SmoothedSeries::restart() {
    series_.clear();
    ema_ = Ema(strength_);
}

}  // namespace tritlab
