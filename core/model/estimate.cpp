// Parameters exactly (the sum over tensorSpecs), memory by component, work per token.
#include "core/model/estimate.h"

#include <algorithm>

#include "core/config/accumulation.h"
#include "core/device/plugin.h"
#include "core/device/processor.h"
#include "core/model/model_config.h"

namespace tritlab {
namespace {

// Resident memory of a process that has done one step of the smallest model: code, LibTorch's tables, thread stacks.
// Measured as what `bench train` peaks at beyond all the rest, on its three shapes.
constexpr std::int64_t programBytes = 150'000'000;

// What one block keeps of one token for the backward (quant/bit_linear, quant/prologue_node, model/attention): a linear
// behind a norm or an activation keeps their input, any other its own operand, which at lambda 1 is int8 codes.
std::int64_t blockBytes(const RunConfig& c, const ModelConfig& m, bool onDevice) {
    const std::int64_t element = c.precision == Precision::Bf16 ? 2 : 4;
    const bool codesThroughout = m.ternaryLinears && c.lambdaSchedule == LambdaSchedule::None;
    const std::int64_t operand = codesThroughout ? 1 : element;
    const bool pre = m.normPlacement == NormPlacement::Pre;
    const std::int64_t attention = m.heads * m.headSize, qkv = attention + 2 * m.kvHeads * m.headSize;
    std::int64_t bytes = 2 * m.hiddenSize * (pre ? element : operand);  // before q, k, v and before up
    if (!pre) bytes += 2 * m.hiddenSize * element;                      // the norms after the residual
    const std::int64_t attentionElement = onDevice || fusedAttentionAvailable() ? element : 4;
    // attention: its input, its output, log-sum-exp
    bytes += (qkv + attention) * attentionElement + 4 * m.heads;
    if (m.qkNorms) bytes += (qkv - m.kvHeads * m.headSize) * element;  // queries and keys before their norms
    if (!m.subNorms) bytes += attention * operand;                     // before o; a sub-norm shares attention's output
    return bytes + (m.gatedFfn ? 2 : 1) * m.ffnSize * element;         // before down
}

// Gradients and activations at the moment when they are most together: while a backward goes down the blocks, their
// gradients take the place of what they kept.
struct Peak {
    std::int64_t gradients = 0, activations = 0;
    [[nodiscard]] std::int64_t sum() const { return gradients + activations; }
};

Peak peakOf(const RunConfig& c, const ModelConfig& m, std::int64_t parameters, bool onDevice) {
    const std::int64_t element = c.precision == Precision::Bf16 ? 2 : 4;
    const std::int64_t tokens = c.batchSize * c.sequenceLength;
    // Off the CPU (model/attention_ops, model/cross_entropy): keys and values repeated for their groups and the output
    // in the heads' order, in each block; once the mask of documents, and larger chunks of logits.
    const std::int64_t block =
        tokens * (blockBytes(c, m, onDevice) + (onDevice ? (3 * m.heads - 2 * m.kvHeads) * m.headSize * element : 0));
    const std::int64_t mask = onDevice ? tokens * c.sequenceLength * element : 0;
    // of each block until its backward
    const std::int64_t kept = c.activationCheckpointing ? tokens * m.hiddenSize * element : block;
    const std::int64_t head = 4 * m.vocabSize * m.hiddenSize;
    // On the way: three matrices of the feed-forward's width, final norm and stream, a chunk of logits.
    const std::int64_t chunk = mask + (onDevice ? 2 * (256 << 20) : 16 << 20);
    const std::int64_t wide = (m.gatedFfn ? 2 : 1) * m.ffnSize;
    // a product's operands in fp32
    const std::int64_t copies = element == 2 && !onDevice && !bf16ProductsAreFast() ? 2 * 4 * wide : 0;
    const std::int64_t passing = tokens * ((3 * wide + 4 * m.hiddenSize) * element + copies) + chunk;
    const std::int64_t all = 4 * parameters + head;  // and the embedding's own, before it is added to a tied head's
    const std::int64_t sums = 4 * parameters * heldGradients(c);  // of earlier blocks, where one rank has them all
    // The head's gradient is a sum and the chunk's part of it. Accumulation finds the gradients of the batches before.
    const Peak start{(c.accumulation > 1 ? all : 2 * head) + sums,
                     m.layers * kept + (c.activationCheckpointing ? block : 0) + passing};
    const Peak end{all + sums, block + passing};
    return start.sum() > end.sum() ? start : end;
}

}  // namespace

Estimate estimate(const RunConfig& config, std::int64_t vocabSize) {
    const ModelConfig model = modelConfig(config, vocabSize > 0 ? vocabSize : config.vocabSize);
    Estimate e;
    std::int64_t products = 0;  // weights that a token is multiplied with
    std::int64_t packedBytes = 0;
    for (const TensorSpec& spec : tensorSpecs(model)) {
        const std::int64_t count = elementCount(spec);
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
    e.optimizerBytes = 8 * e.parameters;    // two fp32 moments
    e.onDevice = config.device == ComputeDevice::Cuda || (config.device == ComputeDevice::Auto && cudaState().usable());
    const Peak peak = peakOf(config, model, e.parameters, e.onDevice);
    e.gradientBytes = peak.gradients;
    e.activationBytes = peak.activations;
    e.programBytes = programBytes;
    e.trainingBytes =
        e.weightBytes + e.gradientBytes + e.optimizerBytes + e.activationBytes + (e.onDevice ? 0 : e.programBytes);
    e.packedBytes = packedBytes;
    e.tokensPerStep = config.tokensPerStep();
    e.totalTokens = e.tokensPerStep * config.steps;
    // Causal attention: scores and values over T/2 keys on average, 2 flops each, forward once and backward twice.
    e.flopsPerToken = 6.0 * static_cast<double>(products) +
                      6.0 * static_cast<double>(model.layers * model.heads * model.headSize * config.sequenceLength);
    return e;
}

}  // namespace tritlab
