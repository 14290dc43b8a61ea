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

// What the backward pass needs of one token: per layer the inputs of the two norms, q, k, v and the attention's output, the
// feed-forward's inner values, and each linear's input (int8 codes in bf16 training of ternary linears, shared by q, k, v
// and by gate, up); and once the logits of one chunk of the cross-entropy, which is never held whole.
std::int64_t activationBytes(const RunConfig& c, const ModelConfig& m) {
    const std::int64_t element = c.precision == Precision::Bf16 ? 2 : 4;
    const std::int64_t input = c.precision == Precision::Bf16 && m.ternaryLinears ? 1 : element;
    const std::int64_t attention = m.heads * m.headSize, keys = 2 * m.kvHeads * m.headSize;
    const std::int64_t kept = 2 * m.hiddenSize + 2 * attention + keys + (m.gatedFfn ? 3 : 2) * m.ffnSize;
    const std::int64_t inputs = 2 * m.hiddenSize + attention + m.ffnSize;
    const std::int64_t tokens = c.batchSize * c.sequenceLength;
    constexpr std::int64_t chunk = 1024;
    return tokens * (m.layers * (kept * element + inputs * input) + 2 * m.hiddenSize * element) +
           2 * std::min(tokens, chunk) * m.vocabSize * 4;
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
        e.weightBytes += e.ternaryParameters + 2 * (e.parameters - e.ternaryParameters);
    e.gradientBytes = 4 * e.parameters;
    e.optimizerBytes = 8 * e.parameters;  // two fp32 moments
    e.activationBytes = activationBytes(config, model);
    e.trainingBytes = e.weightBytes + e.gradientBytes + e.optimizerBytes + e.activationBytes;
    e.packedBytes = packedBytes;
    e.tokensPerStep = config.tokensPerStep();
    e.totalTokens = e.tokensPerStep * config.steps;
    // Causal attention: scores and values over T/2 keys on average, 2 flops each, forward once and backward twice.
    e.flopsPerToken = 6.0 * static_cast<double>(products) +
                      6.0 * static_cast<double>(model.layers * model.heads * model.headSize * config.sequenceLength);
    return e;
}

}  // namespace tritlab
