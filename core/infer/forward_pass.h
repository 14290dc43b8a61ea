// The model's forward over some rows at once: a row is one new token of one sequence. Rows of one sequence are
// consecutive positions in order; rows of several sequences may stand together. What a row gives never depends on the
// rows beside it.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/infer/kv_cache.h"
#include "core/infer/model_parts.h"

namespace tritlab {

struct ForwardRow {
    TokenId token;
    KvCache* cache;
    std::int64_t position;
};

class ForwardPass {
public:
    static constexpr std::int64_t maxRows = 128;

    ForwardPass(const ModelParts& parts, const Kernels& kernels, ThreadPool& pool);
    // At most mostRows rows. Keys and values go to the rows' caches; the hidden states after the last block stay here.
    void run(std::span<const ForwardRow> rows);
    // Logits of rows first .. first + count - 1 of the last run into out[count, stride], stride >= the vocabulary
    // rounded up to 16.
    void logits(std::int64_t first, std::int64_t count, float* out, std::int64_t stride);

private:
    struct Product {
        const PackedLinearPart* linear;
        Memory* out;
        std::int64_t outStride;
    };
    // What is done to a row just before it is normed and quantized for its next product, while it is in the first
    // caches.
    using RowWork = std::function<void(std::int64_t row)>;
    // out = x W^T + bias (if any) for each product, all of one input [rows, stride], normed by `norm` (if any) first.
    void multiply(std::span<const Product> products, const Memory& input, std::int64_t stride, std::int64_t width,
                  const std::vector<float>* norm, const RowWork& before = {});
    // In one go where they can share their coded input (`together`), else one by one.
    void multiplyAll(std::span<const Product> products, bool together, const Memory& input, std::int64_t stride,
                     std::int64_t width, const std::vector<float>* norm, const RowWork& before);
    struct MatrixProduct {
        const PackedMatrix* matrix;
        float* out;
        std::int64_t outStride;
    };
    void addBiases(std::span<const Product> products);
    void runProducts(std::span<const MatrixProduct> products, const ProductInput& input);
    // Codes a row's input, zeros beyond its columns, as the matrix reads it: by token, by group or not at all.
    void codeInput(const PackedMatrix& matrix, const float* x, std::int64_t row);
    // fp32 [count, stride], and their codes.
    [[nodiscard]] ProductInput productInput(const float* x, std::int64_t stride, std::int64_t count) const;
    // Both blocks leave what they add to x in change_: the next row work adds it.
    void attentionBlock(std::span<const ForwardRow> rows, std::int64_t index);
    void rotateAndStore(const ForwardRow& row, std::int64_t rowIndex, std::int64_t layer);
    void attend(std::span<const ForwardRow> rows, std::int64_t layer);
    void feedForwardBlock(std::int64_t index);
    void activate(std::int64_t row);
    // x += change_, or (Post) x = norm(x + change_)
    void addResidual(std::int64_t row, const std::vector<float>& norm);
    template <class Body>
    void forRows(Body&& body);  // body(row): in parallel where there are several

    const ModelParts& parts_;
    const ModelConfig& config_;
    const Kernels& kernels_;
    ThreadPool& pool_;
    std::int64_t rows_ = 0;
    std::int64_t hiddenStride_, attentionStride_, keyValueStride_, ffnStride_, inputStride_, headStride_;
    std::vector<double> frequencies_;  // of the rotation, a turn's angle for one position
    Memory x_, normed_, query_, key_, value_, attention_, change_, gate_, up_;  // fp32 [mostRows, their stride]
    Memory codes_;                                                              // int8 [mostRows, inputStride_]
    Memory headQueries_, headOut_;                                              // fp32 [mostRows, heads, headStride_]
    std::vector<float> inverse_;
    std::vector<std::int32_t> codeSums_;
    std::int64_t groupStride_;             // groups of the widest input, where they are smallest
    std::vector<float> groupScales_;       // [mostRows, groupStride_]
    std::vector<std::int32_t> groupSums_;  // of codes, the same
    std::vector<std::vector<float>> scores_, rotation_;
};

}  // namespace tritlab
