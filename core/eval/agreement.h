// Whether the packed engine says what the training model says: both read the same texts, each position given the text's
// own tokens before it, and their logits are compared.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/data/dataset.h"
#include "core/infer/packed_model.h"

namespace tritlab {

struct Agreement {
    std::int64_t texts = 0, positions = 0;
    std::int64_t sameArgmax = 0;  // positions where both have the same likeliest token
    double widestGap = 0;  // where they have not: the largest distance of the training model's two likeliest logits
    double meanDifference = 0, largestDifference = 0;  // of a logit, over all positions and tokens
    double trainingLoss = 0, packedLoss = 0;           // nats a token
    [[nodiscard]] double sameShare() const;
    [[nodiscard]] double trainingPerplexity() const;
    [[nodiscard]] double packedPerplexity() const;
    [[nodiscard]] double perplexityDifference() const;  // relative to the training model's
};

class AgreementMeter {
public:
    explicit AgreementMeter(std::shared_ptr<const PackedModel> model);
    // text: at least two tokens. training: the training model's logits after each, [tokens, vocabulary]; those after
    // the last token are not looked at, since nothing follows it. Throws Error where the sizes do not fit or the packed
    // model refuses the tokens.
    void add(std::span<const TokenId> text, std::span<const float> training);
    [[nodiscard]] Agreement result() const;

private:
    std::shared_ptr<const PackedModel> model_;
    Agreement sum_;  // losses and differences as sums
};

// At most `count` texts of `tokens` + 1 held-out tokens each, evenly spread over the held-out stream, none overlapping.
// Document borders are not looked at: a text is a stretch of the stream. Throws Error where the stream is shorter than
// one text.
std::vector<std::vector<TokenId>> heldOutTexts(const Dataset& data, std::int64_t count, std::int64_t tokens);

}  // namespace tritlab
