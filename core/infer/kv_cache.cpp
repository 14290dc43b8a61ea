#include "core/infer/kv_cache.h"

#include <cstring>
#include <string>

#include "core/base/error.h"

namespace tritlab {

KvCache::KvCache(const ModelConfig& config, CacheFormat format, std::int64_t contextLength)
    : format_(format), layers_(config.layers), kvHeads_(config.kvHeads), stride_(roundUp(config.headSize, 16)),
      contextLength_(contextLength), elementBytes_(format == CacheFormat::F32    ? 4
                                                   : format == CacheFormat::Bf16 ? 2
                                                                                 : 1) {
    constexpr std::int64_t max = std::int64_t{1} << 24;
    if (contextLength < 1 || contextLength > max)
        throw Error(
            "a context of " + std::to_string(contextLength) + " tokens is not between 1 and " + std::to_string(max),
            "context length", "Choose another length");
    const std::int64_t rows = layers_ * kvHeads_ * contextLength_;
    keys_ = Memory::zeroed(rows * stride_ * elementBytes_, Memory::Use::Gradual);
    values_ = Memory::zeroed(rows * stride_ * elementBytes_, Memory::Use::Gradual);
    if (format == CacheFormat::Int8) {
        keyScales_ = Memory::zeroed(rows * 4, Memory::Use::Gradual);
        valueScales_ = Memory::zeroed(rows * 4, Memory::Use::Gradual);
    }
}

std::int64_t KvCache::bytesPerPosition() const {
    return layers_ * kvHeads_ * 2 * (stride_ * elementBytes_ + (format_ == CacheFormat::Int8 ? 4 : 0));
}

void KvCache::store(const Kernels& kernels, std::int64_t layer, std::int64_t head, std::int64_t position,
                    const float* key, const float* value) {
    const std::int64_t at = row(layer, head) + position;
    const auto put = [&](Memory& memory, Memory& scales, const float* x) {
        switch (format_) {
            case CacheFormat::F32:
                std::memcpy(memory.writable<float>() + at * stride_, x, static_cast<std::size_t>(stride_) * 4);
                break;
            case CacheFormat::Bf16: kernels.toBf16(x, stride_, memory.writable<std::uint16_t>() + at * stride_); break;
            case CacheFormat::Int8: {
                std::int32_t sum = 0;
                scales.writable<float>()[at] =
                    kernels.quantize(x, stride_, memory.writable<std::int8_t>() + at * stride_, &sum);
                break;
            }
        }
    };
    put(keys_, keyScales_, key);
    put(values_, valueScales_, value);
}

void KvCache::describe(std::int64_t layer, std::int64_t head, AttentionTask& task) const {
    const std::int64_t at = row(layer, head);
    task.keys = keys_.as<std::byte>() + at * stride_ * elementBytes_;
    task.values = values_.as<std::byte>() + at * stride_ * elementBytes_;
    task.keyScales = format_ == CacheFormat::Int8 ? keyScales_.as<float>() + at : nullptr;
    task.valueScales = format_ == CacheFormat::Int8 ? valueScales_.as<float>() + at : nullptr;
    task.stride = stride_;
}

}  // namespace tritlab
