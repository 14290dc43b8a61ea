#include "ui/models/series.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace tritlab {

void ValueSpan::add(float value) {
    if (!std::isfinite(value)) return;
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
    if (value > 0) positive = std::min(positive, value);
}

void ValueSpan::add(const ValueSpan& other) {
    lowest = std::min(lowest, other.lowest);
    highest = std::max(highest, other.highest);
    positive = std::min(positive, other.positive);
}

void Series::Block::append(double x, float y) {
    const std::size_t index = ys.size();
    if (index == 0) firstX = x;
    else if (index == 1) stride = x - firstX;
    if (xs.empty() && index > 0 && firstX + static_cast<double>(index) * stride != x) {
        xs.reserve(blockPoints);
        for (std::size_t i = 0; i < index; ++i) xs.push_back(firstX + static_cast<double>(i) * stride);
    }
    if (!xs.empty()) xs.push_back(x);
    ys.push_back(y);
    if (!std::isfinite(y)) nonFinite.push_back(static_cast<std::uint16_t>(index));
    std::size_t node = index;
    for (auto& level : levels) {
        node /= factor;
        if (node == level.size()) level.emplace_back();
        level[node].add(y);
    }
    all.add(y);
}

void Series::Block::cutTo(std::size_t count) {
    Block kept;
    for (std::size_t i = 0; i < count; ++i) kept.append(x(i), ys[i]);
    *this = std::move(kept);
}

std::size_t Series::Block::lowerBound(double wanted) const {
    if (!xs.empty()) return static_cast<std::size_t>(std::lower_bound(xs.begin(), xs.end(), wanted) - xs.begin());
    if (wanted <= firstX) return 0;
    if (stride <= 0) return 1;  // one point
    const double guess = std::min((wanted - firstX) / stride, static_cast<double>(ys.size()));
    auto i = static_cast<std::size_t>(guess);
    while (i > 0 && x(i - 1) >= wanted) --i;  // the division may round to the neighbour
    while (i < ys.size() && x(i) < wanted) ++i;
    return i;
}

void Series::Block::addSpan(std::size_t first, std::size_t last, ValueSpan& result) const {
    if (first == 0 && last == ys.size()) {
        result.add(all);
        return;
    }
    const auto take = [&](std::size_t level, std::size_t i) {
        if (level == 0) result.add(ys[i]);
        else result.add(levels[level - 1][i]);
    };
    for (std::size_t level = 0; first < last; ++level, first /= factor, last /= factor) {
        if (last - first < 2 * factor || level == levelCount) {
            for (std::size_t i = first; i < last; ++i) take(level, i);
            return;
        }
        while (first % factor != 0) take(level, first++);
        while (last % factor != 0) take(level, --last);
    }
}

Series::Block& Series::owned(std::size_t block) {
    std::shared_ptr<Block>& held = blocks_[block];
    if (held.use_count() > 1) held = std::make_shared<Block>(*held);
    else std::atomic_thread_fence(std::memory_order_acquire);  // after the last reads of a worker that let go of it
    return *held;
}

void Series::append(double x, double y) {
    if (size_ > 0 && x <= blocks_.back()->lastX()) truncateFrom(x);
    // A double beyond float's range stays a finite, very large value: only what the run itself left non-finite is
    // marked.
    const double limit = std::numeric_limits<float>::max();
    const float value = std::isfinite(y) ? static_cast<float>(std::clamp(y, -limit, limit)) : static_cast<float>(y);
    if (size_ % blockPoints == 0) blocks_.push_back(std::make_shared<Block>());
    owned(blocks_.size() - 1).append(x, value);
    ++size_;
}

void Series::truncateFrom(double x) { cutTo(lowerBound(x)); }

void Series::clear() { cutTo(0); }

void Series::replaceWith(Series&& fresh) {
    const unsigned rewrites = rewrites_ + 1;
    *this = std::move(fresh);
    rewrites_ = rewrites;
}

void Series::cutTo(std::size_t count) {
    if (count == size_) return;
    ++rewrites_;
    blocks_.resize((count + blockPoints - 1) / blockPoints);
    if (count % blockPoints != 0) owned(blocks_.size() - 1).cutTo(count % blockPoints);
    size_ = count;
}

std::size_t Series::lowerBound(double x) const {
    const auto block =
        std::partition_point(blocks_.begin(), blocks_.end(), [x](const auto& each) { return each->lastX() < x; });
    if (block == blocks_.end()) return size_;
    return static_cast<std::size_t>(block - blocks_.begin()) * blockPoints + (*block)->lowerBound(x);
}

std::size_t Series::lowerBoundAfter(std::size_t from, double x) const {
    for (std::size_t block = from / blockPoints, tries = 0; tries < 3; ++block, ++tries) {
        if (block >= blocks_.size()) return size_;
        if (blocks_[block]->lastX() >= x) return std::max(from, block * blockPoints + blocks_[block]->lowerBound(x));
    }
    return std::max(from, lowerBound(x));
}

std::size_t Series::nearest(double wanted) const {
    const std::size_t at = lowerBound(wanted);
    if (at == 0) return 0;
    if (at == size_) return size_ - 1;
    return wanted - x(at - 1) <= x(at) - wanted ? at - 1 : at;
}

ValueSpan Series::span(std::size_t first, std::size_t last) const {
    ValueSpan result;
    last = std::min(last, size_);
    for (std::size_t at = first; at < last;) {
        const std::size_t block = at / blockPoints, start = block * blockPoints,
                          end = std::min(last, start + blockPoints);
        blocks_[block]->addSpan(at - start, end - start, result);
        at = end;
    }
    return result;
}

std::vector<std::size_t> Series::nonFinite(std::size_t first, std::size_t last) const {
    std::vector<std::size_t> found;
    last = std::min(last, size_);
    for (std::size_t block = first / blockPoints; block * blockPoints < last; ++block) {
        for (const std::uint16_t each : blocks_[block]->nonFinite) {
            const std::size_t i = block * blockPoints + each;
            if (i >= first && i < last) found.push_back(i);
        }
    }
    return found;
}

}  // namespace tritlab
