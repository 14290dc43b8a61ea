// The field table, group Model: the architecture, and the block's parts that it decides until the person does.
#include <cmath>

#include "core/architecture/activations.h"
#include "core/config/field_builders.h"

namespace tritlab::field {
namespace {

constexpr auto group = FieldGroup::Model;

const ArchitectureInfo& architectureOf(const RunConfig& c) { return architectureInfo(c.architecture); }

std::int64_t defaultKvHeads(const RunConfig& c) {
    const std::int64_t share = architectureOf(c).queryHeadsPerKeyHead;
    return c.heads % share == 0 ? c.heads / share : c.heads;
}

// Gated: 8/3 x hidden keeps the weights of an ungated 4 x hidden; a multiple of 256 packs without a rest.
std::int64_t defaultFfnSize(const RunConfig& c) {
    if (!c.gatedFfn) return 4 * c.hiddenSize;
    return (8 * c.hiddenSize + 3 * 256 - 1) / (3 * 256) * 256;
}

const std::vector<Option<Initialization>> initializations = {
    {Initialization::Notebook, "notebook", QT_TRANSLATE_NOOP("Field", "Notebook (Kaiming uniform)")},
    {Initialization::Normal, "normal", QT_TRANSLATE_NOOP("Field", "Normal")},
    {Initialization::DepthScaled, "depth_scaled", QT_TRANSLATE_NOOP("Field", "Normal, outputs scaled by depth")},
};

std::string initializationKey(Initialization initialization) {
    for (const auto& option : initializations)
        if (option.value == initialization) return option.key;
    return {};
}

std::vector<Field> sizes() {
    return {
        choice<Architecture>(
            "architecture", group, &RunConfig::architecture,
            optionsOf(architectures(), &ArchitectureInfo::architecture), QT_TRANSLATE_NOOP("Field", "Architecture"),
            QT_TRANSLATE_NOOP(
                "Field",
                "Sets the defaults of the block's parts. 2b4t, llama, qwen2 and qwen3 run in transformers' and "
                "llama.cpp's own code; notebook and module7 in TritLab alone, and do not leave as GGUF.")),
        integer("hidden_size", group, &RunConfig::hiddenSize, 8, 65536, "", QT_TRANSLATE_NOOP("Field", "Hidden size"),
                QT_TRANSLATE_NOOP("Field",
                                  "Width of the residual stream. A multiple of the heads unless these have a size of "
                                  "their own; of 256 for TQ2_0 files.")),
        integer("layers", group, &RunConfig::layers, 1, 1024, "", QT_TRANSLATE_NOOP("Field", "Layers"),
                QT_TRANSLATE_NOOP("Field", "Transformer blocks, each with attention and a feed-forward part.")),
        integer("heads", group, &RunConfig::heads, 1, 1024, "", QT_TRANSLATE_NOOP("Field", "Query heads"),
                QT_TRANSLATE_NOOP("Field",
                                  "Attention heads. The head size, hidden size / heads, has to be even for RoPE.")),
        derived(integer("head_size", group, &RunConfig::headSize, 0, 4096, "", QT_TRANSLATE_NOOP("Field", "Head size"),
                        QT_TRANSLATE_NOOP("Field",
                                          "Width of each attention head; 0: hidden size / heads. Even, for RoPE. "
                                          "Qwen3 has 128 in every size.")),
                [](const RunConfig& c) { return FieldValue(architectureOf(c).headSize); }),
        derived(
            integer("kv_heads", group, &RunConfig::kvHeads, 1, 1024, "", QT_TRANSLATE_NOOP("Field", "Key/value heads"),
                    QT_TRANSLATE_NOOP(
                        "Field",
                        "Grouped-query attention: fewer than the query heads, and dividing them (2B4T: 5 for 20). "
                        "2b4t: a quarter of the heads where that divides; else all.")),
            [](const RunConfig& c) { return FieldValue(defaultKvHeads(c)); }),
        derived(
            boolean("gated_ffn", group, &RunConfig::gatedFfn, QT_TRANSLATE_NOOP("Field", "Gated feed-forward"),
                    QT_TRANSLATE_NOOP(
                        "Field", "down(act(gate x) * up x) instead of down(act(up x)). Off for notebook and module7.")),
            [](const RunConfig& c) { return FieldValue(architectureOf(c).gatedFfn); }),
        derived(choice<Activation>(
                    "activation", group, &RunConfig::activation, optionsOf(activations(), &ActivationInfo::activation),
                    QT_TRANSLATE_NOOP("Field", "Activation"),
                    QT_TRANSLATE_NOOP(
                        "Field",
                        "Squared ReLU in every BitNet recipe; llama.cpp's bitnet graph computes SiLU whatever the "
                        "file says.")),
                [](const RunConfig& c) {
                    return FieldValue(std::string(activationInfo(architectureOf(c).activation).key));
                }),
        derived(
            integer("ffn_size", group, &RunConfig::ffnSize, 8, 262144, "",
                    QT_TRANSLATE_NOOP("Field", "Feed-forward size"),
                    QT_TRANSLATE_NOOP(
                        "Field",
                        "Width between up and down. Ungated 4 x hidden (notebook); gated 8/3 x hidden, rounded up to "
                        "a multiple of 256.")),
            [](const RunConfig& c) { return FieldValue(defaultFfnSize(c)); }),
    };
}

std::vector<Field> norms() {
    return {
        derived(choice<NormPlacement>(
                    "norm_placement", group, &RunConfig::normPlacement,
                    {{NormPlacement::Pre, "pre", QT_TRANSLATE_NOOP("Field", "Before each sub-layer")},
                     {NormPlacement::Post, "post", QT_TRANSLATE_NOOP("Field", "After the residual sum")}},
                    QT_TRANSLATE_NOOP("Field", "Norm placement"),
                    QT_TRANSLATE_NOOP(
                        "Field", "Post is the notebook's, norm(x + f(x)); pre is that of all others, x + f(norm(x)).")),
                [](const RunConfig& c) {
                    return FieldValue(
                        std::string(architectureOf(c).normPlacement == NormPlacement::Post ? "post" : "pre"));
                }),
        derived(
            boolean(
                "sub_norms", group, &RunConfig::subNorms, QT_TRANSLATE_NOOP("Field", "Sub-norms"),
                QT_TRANSLATE_NOOP(
                    "Field",
                    "RMS norms before the attention's output and the feed-forward's down projection, as 2B4T has.")),
            [](const RunConfig& c) { return FieldValue(architectureOf(c).subNorms); }),
        derived(boolean("qk_norms", group, &RunConfig::qkNorms, QT_TRANSLATE_NOOP("Field", "Query and key norms"),
                        QT_TRANSLATE_NOOP("Field",
                                          "An RMS norm of each query and key head before the rotation, as Qwen3 has.")),
                [](const RunConfig& c) { return FieldValue(architectureOf(c).qkNorms); }),
        derived(real("norm_eps", group, &RunConfig::normEps, 0, 0.1, "", QT_TRANSLATE_NOOP("Field", "Norm epsilon"),
                     QT_TRANSLATE_NOOP(
                         "Field", "Added to the mean square in each RMS norm: 1e-6 in the notebook, 1e-5 in 2B4T.")),
                [](const RunConfig& c) { return FieldValue(architectureOf(c).normEps); }),
        derived(
            real("rope_theta", group, &RunConfig::ropeTheta, 1, 1e9, "", QT_TRANSLATE_NOOP("Field", "RoPE theta"),
                 QT_TRANSLATE_NOOP("Field", "Base of the rotary frequencies: 10000 in the notebook, 500000 in 2B4T.")),
            [](const RunConfig& c) { return FieldValue(architectureOf(c).ropeTheta); }),
    };
}

// Reaching beyond the context of before: imported models bring theirs.
std::vector<Field> ropeScaling() {
    const auto scaled = [](const RunConfig& c) { return c.ropeScaling != RopeScaling::Kind::None; };
    const auto llama3 = [](const RunConfig& c) { return c.ropeScaling == RopeScaling::Kind::Llama3; };
    constexpr const char* whereLlama3 = "rope_scaling is llama3";
    return {
        choice<RopeScaling::Kind>(
            "rope_scaling", group, &RunConfig::ropeScaling, optionsOf(ropeScalings(), &RopeScalingInfo::kind),
            QT_TRANSLATE_NOOP("Field", "RoPE scaling"),
            QT_TRANSLATE_NOOP(
                "Field",
                "Slows the rotation for contexts beyond those trained on first. Linear: every pair; Llama "
                "3: the slow pairs alone (Llama 3.1 and 3.2).")),
        when(real("rope_factor", group, &RunConfig::ropeFactor, 1, 4096, "", QT_TRANSLATE_NOOP("Field", "RoPE factor"),
                  QT_TRANSLATE_NOOP("Field", "What the frequencies are divided by: 8 in Llama 3.1, 32 in Llama 3.2.")),
             "rope_scaling is linear or llama3", scaled),
        when(real("rope_low_freq_factor", group, &RunConfig::ropeLowFreqFactor, 0.001, 4096, "",
                  QT_TRANSLATE_NOOP("Field", "RoPE low frequency factor"),
                  QT_TRANSLATE_NOOP("Field",
                                    "Pairs with a wavelength above the original context over this are divided by the "
                                    "whole factor (Llama 3.1: 1).")),
             whereLlama3, llama3),
        when(real("rope_high_freq_factor", group, &RunConfig::ropeHighFreqFactor, 0.001, 4096, "",
                  QT_TRANSLATE_NOOP("Field", "RoPE high frequency factor"),
                  QT_TRANSLATE_NOOP("Field",
                                    "Pairs with a wavelength below the original context over this stay as they are "
                                    "(Llama 3.1: 4).")),
             whereLlama3, llama3),
        when(integer("rope_original_context", group, &RunConfig::ropeOriginalContext, 1, 1 << 30, "tokens",
                     QT_TRANSLATE_NOOP("Field", "RoPE original context"),
                     QT_TRANSLATE_NOOP("Field", "Longest context before the scaling (Llama 3.1: 8192).")),
             whereLlama3, llama3),
    };
}

std::vector<Field> biases() {
    return {
        derived(
            choice<AttentionBias>(
                "attention_bias", group, &RunConfig::attentionBias,
                optionsOf(attentionBiases(), &AttentionBiasInfo::bias), QT_TRANSLATE_NOOP("Field", "Attention biases"),
                QT_TRANSLATE_NOOP("Field",
                                  "Added to the linears' outputs: of queries, keys and values in Qwen2. They start "
                                  "at 0 and stay in full precision.")),
            [](const RunConfig& c) {
                return FieldValue(std::string(attentionBiasInfo(architectureOf(c).attentionBias).key));
            }),
        boolean("mlp_bias", group, &RunConfig::mlpBias, QT_TRANSLATE_NOOP("Field", "Feed-forward biases"),
                QT_TRANSLATE_NOOP("Field", "Added to the outputs of gate, up and down: mlp_bias of transformers.")),
    };
}

std::vector<Field> weights() {
    return {
        derived(
            boolean("tie_embeddings", group, &RunConfig::tieEmbeddings, QT_TRANSLATE_NOOP("Field", "Tied output head"),
                    QT_TRANSLATE_NOOP(
                        "Field",
                        "The head is the embedding (notebook, 2B4T) or a matrix of its own (all others). Both stay "
                        "in full precision.")),
            [](const RunConfig& c) { return FieldValue(architectureOf(c).tieEmbeddings); }),
        derived(
            boolean("ternary_linears", group, &RunConfig::ternaryLinears, QT_TRANSLATE_NOOP("Field", "Ternary linears"),
                    QT_TRANSLATE_NOOP(
                        "Field",
                        "Linears are BitLinear: ternary weights, 8-bit activations. Off trains the dense baseline. Off "
                        "by default for llama, qwen2 and qwen3.")),
            [](const RunConfig& c) { return FieldValue(architectureOf(c).ternaryLinears); }),
        derived(choice<Initialization>(
                    "initialization", group, &RunConfig::initialization, initializations,
                    QT_TRANSLATE_NOOP("Field", "Initialization"),
                    QT_TRANSLATE_NOOP(
                        "Field",
                        "Notebook: kaiming_uniform(a = sqrt 5), embedding N(0, 0.02). Normal: N(0, std) (Module 7). "
                        "Depth-scaled: output projections divided by sqrt(2 layers).")),
                [](const RunConfig& c) { return FieldValue(initializationKey(architectureOf(c).initialization)); }),
        when(real("init_std", group, &RunConfig::initStd, 0, 1, "",
                  QT_TRANSLATE_NOOP("Field", "Initial standard deviation"),
                  QT_TRANSLATE_NOOP("Field", "Of the normal initializations (Module 7: 0.02).")),
             "initialization is normal or depth_scaled",
             [](const RunConfig& c) { return c.initialization != Initialization::Notebook; }),
    };
}

}  // namespace

std::vector<Field> modelFields() {
    std::vector<Field> all = sizes();
    for (const auto& part : {norms(), ropeScaling(), biases(), weights()})
        for (const auto& field : part) all.push_back(field);
    return all;
}

}  // namespace tritlab::field
