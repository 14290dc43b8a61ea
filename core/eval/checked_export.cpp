#include "core/eval/checked_export.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/tokenizer.h"
#include "core/infer/packed_model.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t mostPositions = 64;

TokenizerIds idsOf(const fs::path& model) {
    std::error_code error;
    if (!fs::exists(model / "tokenizer.model", error)) return {};
    const auto tokenizer = loadTokenizer(model / "tokenizer.model");
    return {tokenizer->bos(), tokenizer->eos(), tokenizer->unknown(), tokenizer->dummyPrefix()};
}

// [positions, vocabulary]
std::vector<std::vector<float>> logitsOf(const fs::path& folder, std::span<const TokenId> tokens) {
    const auto session = PackedSession::create(PackedModel::load(folder), static_cast<std::int64_t>(tokens.size()));
    std::vector<std::vector<float>> all;
    session->feed(tokens, [&all](std::int64_t, std::span<const float> logits) { all.emplace_back(logits.begin(), logits.end()); });
    return all;
}

}  // namespace

CheckedExport exportAndCheck(const fs::path& model, const fs::path& out, HuggingFaceLayout layout) {
    CheckedExport result;
    result.written = exportHuggingFace(model, out, layout, idsOf(model));
    const ModelConfig config = readModelDescription(out).config;
    result.positions = std::min(mostPositions, config.contextLength);
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < result.positions; ++i)
        tokens.push_back(static_cast<TokenId>(randomBits(1, 1, static_cast<std::uint64_t>(i)) % static_cast<std::uint64_t>(config.vocabSize)));
    const auto before = logitsOf(model, tokens), after = logitsOf(out, tokens);
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto likeliest = [](const std::vector<float>& logits) { return std::max_element(logits.begin(), logits.end()) - logits.begin(); };
        result.sameArgmax += likeliest(before[i]) == likeliest(after[i]) ? 1 : 0;
        for (std::size_t token = 0; token < before[i].size(); ++token)
            result.largestDifference = std::max(result.largestDifference, std::abs(static_cast<double>(before[i][token]) - static_cast<double>(after[i][token])));
    }
    if (result.sameArgmax * 10 < result.positions * 9)
        throw Error("reads back differently: the likeliest token is another one at " + std::to_string(result.positions - result.sameArgmax) +
                        " of " + std::to_string(result.positions) + " positions",
                    out.string(), "Do not use the folder; the checkpoint itself is untouched");
    return result;
}

}  // namespace tritlab
