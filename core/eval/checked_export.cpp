#include "core/eval/checked_export.h"

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/tokenizer.h"
#include "core/eval/agreement.h"
#include "core/infer/packed_model.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t mostTokens = 65;  // after the last of them nothing is compared

TokenizerIds idsOf(const fs::path& model) {
    std::error_code error;
    if (!fs::exists(model / "tokenizer.model", error)) return {};
    const auto tokenizer = loadTokenizer(model / "tokenizer.model");
    return {tokenizer->bos(), tokenizer->eos(), tokenizer->unknown(), tokenizer->dummyPrefix()};
}

}  // namespace

CheckedExport exportAndCheck(const fs::path& model, const fs::path& out, HuggingFaceLayout layout) {
    CheckedExport result;
    result.written = exportHuggingFace(model, out, layout, idsOf(model));
    const auto source = PackedModel::load(model);
    const ModelConfig& config = source->description().config;
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < std::clamp<std::int64_t>(config.contextLength, 2, mostTokens); ++i)
        tokens.push_back(static_cast<TokenId>(randomBits(1, 1, static_cast<std::uint64_t>(i)) % static_cast<std::uint64_t>(config.vocabSize)));
    std::vector<float> logits;  // [tokens, vocabulary]
    PackedSession::create(source, static_cast<std::int64_t>(tokens.size()))
        ->feed(tokens, [&logits](std::int64_t, std::span<const float> each) { logits.insert(logits.end(), each.begin(), each.end()); });
    AgreementMeter meter(PackedModel::load(out));
    meter.add(tokens, logits);
    const Agreement agreement = meter.result();
    result.positions = agreement.positions;
    result.sameArgmax = agreement.sameArgmax;
    result.largestDifference = agreement.largestDifference;
    if (result.sameArgmax * 10 < result.positions * 9)
        throw Error("reads back differently: the likeliest token is another one at " + std::to_string(result.positions - result.sameArgmax) +
                        " of " + std::to_string(result.positions) + " positions",
                    out.string(), "Do not use the folder; the checkpoint itself is untouched");
    return result;
}

}  // namespace tritlab
