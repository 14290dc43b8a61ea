// Keys and values of one sequence: [layer][key/value head][position][stride], each head's positions side by side.
#pragma once

#include <cstdint>

#include "core/infer/memory.h"
#include "core/kernels/kernels.h"
#include "core/model/model_config.h"

namespace tritlab {

class KvCache {
public:
    // Throws Error where the length is below 1 or the memory cannot be reserved; pages are taken up as positions fill.
    KvCache(const ModelConfig& config, CacheFormat format, std::int64_t contextLength);
    [[nodiscard]] std::int64_t contextLength() const { return contextLength_; }
    [[nodiscard]] std::int64_t stride() const { return stride_; }
    [[nodiscard]] std::int64_t bytesPerPosition() const;
    // key, value: fp32 [stride], zeros beyond the head.
    void store(const Kernels& kernels, std::int64_t layer, std::int64_t head, std::int64_t position, const float* key,
               const float* value);
    // Fills in where the keys and values of this head lie.
    void describe(std::int64_t layer, std::int64_t head, AttentionTask& task) const;

private:
    [[nodiscard]] std::int64_t row(std::int64_t layer, std::int64_t head) const {
        return (layer * kvHeads_ + head) * contextLength_;
    }
    CacheFormat format_;
    std::int64_t layers_, kvHeads_, stride_, contextLength_, elementBytes_;
    Memory keys_, values_, keyScales_, valueScales_;
};

}  // namespace tritlab
