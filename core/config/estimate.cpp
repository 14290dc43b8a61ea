// Parameters exactly (the sum over tensorSpecs), memory by component, work per token.
#include "core/config/estimate.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "core/model/model_config.h"

namespace tritlab {
namespace {

std::int64_t elements(const TensorSpec& spec) {
    return std::accumulate(spec.shape.begin(), spec.shape.end(), std::int64_t{1}, std::multiplies<>());
}

// Resident memory of a process that has done one step of the smallest model: code, LibTorch's tables, thread stacks, what the
// allocator holds back. Measured as what `bench train` peaks at beyond all the rest, on its three shapes.
constexpr std::int64_t programBytes = 240'000'000;

// What one block keeps of one token for the backward (quant/bit_linear, quant/prologue_node, model/attention): a linear behind a
// norm or an activation keeps their input, any other its own operand, which at lambda 1 is int8 codes.
std::int64_t blockBytes(const RunConfig& c, const ModelConfig& m) {
    const std::int64_t element = c.precision == Precision::Bf16 ? 2 : 4;
    const bool codesThroughout = m.ternaryLinears && c.lambdaSchedule == LambdaSchedule::None;
    const std::int64_t operand = codesThroughout ? 1 : element;
    const bool pre = m.normPlacement == NormPlacement::Pre;
    const std::int64_t attention = m.heads * m.headSize, qkv = attention + 2 * m.kvHeads * m.headSize;
    std::int64_t bytes = 2 * m.hiddenSize * (pre ? element : operand);   // before q, k, v and before up
    if (!pre) bytes += 2 * m.hiddenSize * element;                       // the norms after the residual
    bytes += (qkv + attention) * element + 4 * m.heads;                  // attention: its input, its output, log-sum-exp
    if (!m.subNorms) bytes += attention * operand;                       // before o; a sub-norm shares attention's output
    return bytes + (m.gatedFfn ? 2 : 1) * m.ffnSize * element;           // before down
}

std::int64_t activationBytes(const RunConfig& c, const ModelConfig& m) {
    const std::int64_t element = c.precision == Precision::Bf16 ? 2 : 4;
    const std::int64_t tokens = c.batchSize * c.sequenceLength, block = blockBytes(c, m);
    const std::int64_t kept = c.activationCheckpointing ? m.layers * m.hiddenSize * element + block : m.layers * block;
    // On the way: three matrices of the feed-forward's width, final norm and stream, a chunk of logits, the head's gradient.
    constexpr std::int64_t chunk = 16 << 20;
    const std::int64_t passing = 3 * (m.gatedFfn ? 2 : 1) * m.ffnSize * element + 4 * m.hiddenSize * element;
    return tokens * (kept + passing) + chunk + m.vocabSize * m.hiddenSize * element;
}

}  // namespace

Estimate estimate(const RunConfig& config, std::int64_t vocabSize) {
    const ModelConfig model = modelConfig(config, vocabSize > 0 ? vocabSize : config.vocabSize);
    Estimate e;
    std::int64_t products = 0;  // weights that a token is multiplied with
    std::int64_t packedBytes = 0;
    for (const TensorSpec& spec : tensorSpecs(model)) {
        const std::int64_t count = elements(spec);
        e.parameters += count;
        if (spec.ternary) {
            e.ternaryParameters += count;
            packedBytes += (count + 3) / 4 + 4;
        } else {
            packedBytes += count * (spec.shape.size() == 1 ? 4 : 2);
        }
        if (spec.name == "model.embed_tokens.weight") e.embeddingParameters += count;
        else if (spec.shape.size() == 2) products += count;
    }
    if (model.tieEmbeddings) products += e.embeddingParameters;  // the head's product

    e.weightBytes = 4 * e.parameters;
    if (config.precision == Precision::Bf16)
        e.weightBytes += 2 * e.parameters;  // codes in two layouts, or values; embedding and head in bf16
    e.gradientBytes = 4 * e.parameters;
    e.optimizerBytes = 8 * e.parameters;  // two fp32 moments
    e.activationBytes = activationBytes(config, model);
    e.programBytes = programBytes;
    e.trainingBytes = e.weightBytes + e.gradientBytes + e.optimizerBytes + e.activationBytes + e.programBytes;
    e.packedBytes = packedBytes;
    e.tokensPerStep = config.tokensPerStep();
    e.totalTokens = e.tokensPerStep * config.steps;
    // Causal attention: scores and values over T/2 keys on average, 2 flops each, forward once and backward twice.
    e.flopsPerToken = 6.0 * static_cast<double>(products) +
                      6.0 * static_cast<double>(model.layers * model.heads * model.headSize * config.sequenceLength);
    return e;
}

}  // namespace tritlab
