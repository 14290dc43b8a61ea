// The quantizers over whole tensors: blocks and lanes in a fixed order, the inner loops from the kernel set of this
// machine.
#include "core/kernels/quantizers.h"

#include <string>

#include "core/base/error.h"
#include "core/kernels/train_kernels.h"

namespace tritlab {

namespace {

void checkSizes(std::size_t values, std::size_t codes) {
    if (values != codes)
        throw Error(
            "the quantizer got " + std::to_string(values) + " values and room for " + std::to_string(codes) + " codes",
            "quantizer", "Both have to be of one length.", ErrorKind::Failed);
}

}  // namespace

float absmeanOfBlocks(std::span<const double> blockSums, std::size_t count) {
    double total = 0;
    for (const double block : blockSums) total += block;
    const auto mean = static_cast<float>(count == 0 ? 0.0 : total / static_cast<double>(count));
    return mean < 1e-5F ? 1e-5F : mean;  // NaN stays NaN: it must reach the loss
}

float absmean(std::span<const float> weights) {
    const TrainKernels& kernels = trainKernels();
    double total = 0;
    for (std::size_t first = 0; first < weights.size(); first += absmeanBlock)
        total += kernels.absoluteSum(
            weights.data() + first,
            static_cast<std::int64_t>(weights.size() - first < absmeanBlock ? weights.size() - first : absmeanBlock));
    return absmeanOfBlocks({&total, 1}, weights.size());
}

void ternaryCodes(std::span<const float> weights, float absmean, std::span<std::int8_t> codes) {
    checkSizes(weights.size(), codes.size());
    trainKernels().ternaryCodes(weights.data(), static_cast<std::int64_t>(weights.size()), 1.0F / absmean,
                                codes.data());
}

float TernaryWeights::tensorScale(const std::string& where) const {
    if (scales.size() != 1)
        throw Error("has " + std::to_string(scales.size()) + " scales, and there is room for one", where,
                    "Use a quantizer with one scale a tensor");
    return scales.front();
}

void requireTensorScale(const WeightQuantizer& quantizer) {
    if (quantizer.groupSize != 0)
        throw Error("scales of groups of " + std::to_string(quantizer.groupSize) + " weights are not supported",
                    "quantizer", "Use one scale a tensor");
}

TernaryWeights quantizeWeights(const WeightQuantizer& quantizer, std::span<const float> weights) {
    requireTensorScale(quantizer);
    TernaryWeights quantized;
    quantized.codes.resize(weights.size());
    switch (quantizer.kind) {
        case WeightQuantizer::Kind::Absmean:
            quantized.scales = {absmean(weights)};
            ternaryCodes(weights, quantized.scales.front(), quantized.codes);
    }
    return quantized;
}

float int8Codes(std::span<const float> x, std::span<std::int8_t> codes) {
    checkSizes(x.size(), codes.size());
    return trainKernels().int8Codes(x.data(), static_cast<std::int64_t>(x.size()), codes.data());
}

}  // namespace tritlab
