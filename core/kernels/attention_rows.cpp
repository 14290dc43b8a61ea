#include "core/kernels/attention_rows.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/kernels/kernels.h"

namespace tritlab {
namespace {

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

// One key/value head of one row of the batch, and the query heads that share it.
class HeadTask {
public:
    HeadTask(const AttentionShape& shape, const AttentionRows& inputs, float* out, float* logSumExp)
        : shape_(shape), inputs_(inputs), attention_(kernels().attention[static_cast<int>(CacheFormat::F32)]),
          out_(out), logSumExp_(logSumExp), group_(shape.heads / shape.kvHeads), stride_(roundUp(shape.headSize, 16)),
          together_(std::max<std::int64_t>(1, 4 / group_)), keys_(size(shape.length * stride_)), values_(keys_.size()),
          queries_(size(together_ * group_ * stride_)), mixed_(queries_.size()),
          scores_(size(together_ * group_ * roundUp(shape.length, 16))), sums_(size(together_ * group_)) {}

    void run(std::int64_t batch, std::int64_t kvHead) {
        for (std::int64_t t = 0; t < shape_.length; ++t) {
            const std::int64_t row = batch * shape_.length + t, at = kvHead * shape_.headSize;
            std::copy_n(inputs_.key + row * shape_.keyStride + at, shape_.headSize, keys_.data() + t * stride_);
            std::copy_n(inputs_.value + row * shape_.valueStride + at, shape_.headSize, values_.data() + t * stride_);
        }
        const auto startOf = [&](std::int64_t t) {
            return inputs_.documentStart != nullptr ? std::int64_t{inputs_.documentStart[batch * shape_.length + t]}
                                                    : 0;
        };
        for (std::int64_t t = 0; t < shape_.length;) {
            std::int64_t rows = 1;
            while (rows < together_ && t + rows < shape_.length && startOf(t + rows) == startOf(t)) ++rows;
            attend(batch, kvHead, t, rows, startOf(t));
            t += rows;
        }
    }

private:
    // Of `rows` tokens from t on, which see the keys from `start` on.
    void attend(std::int64_t batch, std::int64_t kvHead, std::int64_t t, std::int64_t rows, std::int64_t start) {
        const std::int64_t heads = kvHead * group_;
        const auto forQueries = [&](auto&& each) {  // each(the query's place here, its token in the batch, its head)
            for (std::int64_t query = 0; query < rows * group_; ++query)
                each(query, batch * shape_.length + t + query / group_, heads + query % group_);
        };
        forQueries([&](std::int64_t query, std::int64_t row, std::int64_t head) {
            std::copy_n(inputs_.query + row * shape_.queryStride + head * shape_.headSize, shape_.headSize,
                        queries_.data() + query * stride_);
        });
        AttentionTask task{};
        task.queries = queries_.data();
        task.rows = rows;
        task.group = group_;
        task.rowStride = group_ * stride_;
        task.keys = keys_.data() + start * stride_;
        task.values = values_.data() + start * stride_;
        task.positions = t - start + 1;
        task.stride = stride_;
        task.scale = 1.F / std::sqrt(static_cast<float>(shape_.headSize));
        task.scores = scores_.data();
        task.out = mixed_.data();
        task.logSumExp = sums_.data();
        attention_(task);
        forQueries([&](std::int64_t query, std::int64_t row, std::int64_t head) {
            std::copy_n(mixed_.data() + query * stride_, shape_.headSize,
                        out_ + row * shape_.outStride + head * shape_.headSize);
            logSumExp_[row * shape_.heads + head] = sums_[size(query)];
        });
    }

    const AttentionShape& shape_;
    const AttentionRows& inputs_;
    void (*attention_)(const AttentionTask& task);
    float* out_;
    float* logSumExp_;
    std::int64_t group_, stride_, together_;
    std::vector<float> keys_, values_, queries_, mixed_, scores_, sums_;
};

}  // namespace

void attentionRows(const AttentionShape& shape, const AttentionRows& inputs, float* out, float* logSumExp,
                   std::int64_t firstTask, std::int64_t lastTask) {
    HeadTask task(shape, inputs, out, logSumExp);
    for (std::int64_t at = firstTask; at < lastTask; ++at) task.run(at / shape.kvHeads, at % shape.kvHeads);
}

}  // namespace tritlab
