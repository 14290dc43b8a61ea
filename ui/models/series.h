// A curve's points in blocks, each with a min-max pyramid, so that any stretch is summed up in a few reads, spikes
// included. A copy shares the blocks and costs a pointer for each 4096 points: a worker gets one and reads it while the
// original grows. Values are float32: seven digits are more than a screen shows. Evenly spaced x cost nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace tritlab {

// Lowest, highest and smallest positive finite value of a stretch.
struct ValueSpan {
    float lowest = std::numeric_limits<float>::infinity(), highest = -std::numeric_limits<float>::infinity();
    // the floor of a logarithmic axis; infinite where there is none
    float positive = std::numeric_limits<float>::infinity();
    [[nodiscard]] bool empty() const { return lowest > highest; }
    void add(float value);
    void add(const ValueSpan& other);
};

class Series {
public:
    static constexpr std::size_t factor = 8;          // points (or nodes) under one node
    static constexpr std::size_t blockPoints = 4096;  // factor^4

    // Points come in rising x; one at or before the last x replaces what stood from there on.
    void append(double x, double y);
    void truncateFrom(double x);  // forgets the points with key >= x
    void clear();
    void replaceWith(Series&& fresh);  // all points anew, for those who hold this one

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] double x(std::size_t i) const { return blocks_[i / blockPoints]->x(i % blockPoints); }
    [[nodiscard]] float y(std::size_t i) const { return blocks_[i / blockPoints]->ys[i % blockPoints]; }
    [[nodiscard]] std::size_t lowerBound(double x) const;  // first index with x(i) >= x
    // The same where the answer is known to be at or after `from`, and near it.
    [[nodiscard]] std::size_t lowerBoundAfter(std::size_t from, double x) const;
    [[nodiscard]] std::size_t nearest(double x) const;  // size() must not be 0
    // Over the indices [first, last).
    [[nodiscard]] ValueSpan span(std::size_t first, std::size_t last) const;
    [[nodiscard]] unsigned rewrites() const { return rewrites_; }  // grows whenever points that stood were altered
    [[nodiscard]] std::vector<std::size_t> nonFinite() const { return nonFinite(0, size_); }
    [[nodiscard]] std::vector<std::size_t> nonFinite(std::size_t first, std::size_t last) const;  // indices, rising
    // An outline holds each stretch's lowest and highest value, until the points themselves are there: good to be
    // drawn, and for nothing else.
    void markOutline() { outline_ = true; }
    [[nodiscard]] bool isOutline() const { return outline_; }

private:
    static constexpr std::size_t levelCount = 3;  // nodes over 8, 64 and 512 points
    struct Block {
        std::vector<float> ys;
        std::vector<double> xs;  // empty while x(i) = firstX + i * stride holds to the bit
        double firstX = 0, stride = 0;
        std::vector<ValueSpan> levels[levelCount];
        ValueSpan all;
        std::vector<std::uint16_t> nonFinite;
        [[nodiscard]] double x(std::size_t i) const {
            return xs.empty() ? firstX + static_cast<double>(i) * stride : xs[i];
        }
        [[nodiscard]] double lastX() const { return x(ys.size() - 1); }
        void append(double x, float y);
        void cutTo(std::size_t count);
        [[nodiscard]] std::size_t lowerBound(double x) const;
        void addSpan(std::size_t first, std::size_t last, ValueSpan& result) const;
    };
    Block& owned(std::size_t block);  // not shared with a copy: may be written
    void cutTo(std::size_t count);
    std::vector<std::shared_ptr<Block>> blocks_;  // all full but the last
    std::size_t size_ = 0;
    unsigned rewrites_ = 0;
    bool outline_ = false;
};

}  // namespace tritlab
