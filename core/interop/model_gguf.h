// A GGUF file as a model: of one of the families (core/architecture/family.h), described and
// read under the names and in the row order of a model folder. What a file holds beyond that is refused by name: a bias
// or a scaled rotation that is passed over gives a model that runs and answers nonsense.
#pragma once

#include <algorithm>

#include "core/formats/gguf.h"
#include "core/formats/gguf_blocks.h"
#include "core/interop/model_folder.h"

namespace tritlab {

// Rows of a query or key projection, as `llama` files hold them (each head's pairs side by side) and back: per head [2,
// d/2] <-> [d/2, 2]. T: a weight's type; weights [heads * headSize, in], or a bias with in = 1.
template <class T>
std::vector<T> interleaveHeads(const std::vector<T>& weights, std::int64_t headSize, std::int64_t in, bool back) {
    std::vector<T> out(weights.size());
    const std::int64_t rows = static_cast<std::int64_t>(weights.size()) / in, half = headSize / 2;
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t head = row / headSize * headSize, i = row % headSize;
        const std::int64_t paired = head + i % half * 2 + i / half;  // where row i of [2, d/2] lies among the pairs
        std::copy_n(weights.begin() + (back ? paired : row) * in, in, out.begin() + (back ? row : paired) * in);
    }
    return out;
}

// Whether a tensor of a model folder has rows that a file of the family holds in another order.
inline bool isInterleaved(const FamilyInfo& family, std::string_view tensor) {
    const std::string_view module = tensor.substr(0, tensor.rfind('.'));
    return family.rowOrder == RopeLayout::Pairs && (module.ends_with("q_proj") || module.ends_with("k_proj"));
}

inline constexpr char kGgufRopeDivisors[] = "rope_freqs.weight";  // fp32 [head size / 2], of all layers

class GgufModel {
public:
    explicit GgufModel(const std::filesystem::path& path);
    [[nodiscard]] const ModelDescription& description() const { return description_; }
    [[nodiscard]] DType storedType(const std::string& name) const;  // BF16, F16 or F32: what loses nothing
    [[nodiscard]] std::vector<float> floats(const std::string& name, const std::vector<std::int64_t>& shape) const;
    // The weights in the groups that the file holds them in; none where its type has no groups, or they are scaled once
    // more.
    [[nodiscard]] std::optional<GroupedWeights> grouped(const std::string& name,
                                                        const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] std::optional<GroupForm> groupForm(const std::string& name) const;
    // NAME.weight with NAME.scale, where the file has one. Weights that are not ternary in one of the ways of
    // ternaryValues() are taken for shadow weights.
    [[nodiscard]] TernaryWeights ternaryLinear(const std::string& name, std::int64_t out, std::int64_t in) const;
    [[nodiscard]] std::vector<std::string> names() const;

private:
    void refuseWhatIsUnknown() const;
    [[nodiscard]] const GgufTensor& tensor(const std::string& name) const;
    [[nodiscard]] const GgufTensor& tensor(const std::string& name, const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] bool hasPairs(const std::string& name) const;  // whether its heads' rows lie as pairs
    [[nodiscard]] std::vector<float> stored(const std::string& name, const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] float scaleOf(const std::string& name) const;
    GgufFile file_;
    ModelDescription description_;
};

// Whether a file is of a family whose models have different activations, and does not name its own.
bool namesNoActivation(const GgufFile& file);

// Keys of our own: what the architecture's keys cannot say.
inline constexpr char kGgufTernary[] = "tritlab.ternary_linears";
// Besides rope_freqs.weight, which holds what comes of them: the factors and the context of kind Llama3.
inline constexpr char kGgufRopeFactor[] = "tritlab.rope_factor";
inline constexpr char kGgufRopeLow[] = "tritlab.rope_low_freq_factor";
inline constexpr char kGgufRopeHigh[] = "tritlab.rope_high_freq_factor";
inline constexpr char kGgufRopeContext[] = "tritlab.rope_original_context";
inline constexpr char kGgufTemplate[] = "tritlab.template";

}  // namespace tritlab
