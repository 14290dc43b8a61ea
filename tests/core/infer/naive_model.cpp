#include "naive_model.h"

#include <algorithm>
#include <cmath>

#include "core/base/files.h"
#include "core/base/random.h"
#include "core/base/stop_token.h"
#include "core/data/tokenizer.h"
#include "tests/core/kernels/activation_reference.h"

namespace tritlab::testing {
namespace fs = std::filesystem;

namespace {

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

ModelConfig base() {
    ModelConfig config;
    config.vocabSize = 67;
    config.hiddenSize = 48;
    config.layers = 2;
    config.heads = 4;
    config.kvHeads = 4;
    config.headSize = 12;
    config.ffnSize = 104;
    config.contextLength = 64;
    return config;
}

// transformers' order of steps: the two ends, then the blend.
double scaledFrequency(const RopeScaling& scaling, double frequency) {
    switch (scaling.kind) {
        case RopeScaling::Kind::None: return frequency;
        case RopeScaling::Kind::Linear: return frequency / scaling.factor;
        case RopeScaling::Kind::Llama3: {
            const double turns = static_cast<double>(scaling.originalContext) * frequency / (2 * std::acos(-1.0));
            const double smooth = std::clamp(
                (turns - scaling.lowFreqFactor) / (scaling.highFreqFactor - scaling.lowFreqFactor), 0.0, 1.0);
            return (1 - smooth) * frequency / scaling.factor + smooth * frequency;
        }
    }
    return 0;
}

}  // namespace

std::vector<NamedConfig> tinyConfigs() {
    std::vector<NamedConfig> all;
    ModelConfig notebook = base();
    notebook.normPlacement = NormPlacement::Post;
    notebook.gatedFfn = notebook.subNorms = false;
    notebook.normEps = 1e-6;
    all.push_back({"notebook", notebook});
    ModelConfig module7 = base();
    module7.gatedFfn = module7.subNorms = module7.tieEmbeddings = false;
    all.push_back({"module7", module7});
    ModelConfig b2b4t = base();
    b2b4t.kvHeads = 2;
    b2b4t.ropeTheta = 500000;
    all.push_back({"2b4t", b2b4t});
    ModelConfig llama = base();
    llama.ternaryLinears = llama.subNorms = llama.tieEmbeddings = false;
    llama.activation = Activation::Silu;
    llama.kvHeads = 1;
    all.push_back({"llama", llama});
    ModelConfig converted = llama;
    converted.ternaryLinears = converted.inputNormPerLinear = true;
    converted.denseModules = {"model.layers.0.mlp.up_proj", "model.layers.1.self_attn.k_proj"};
    all.push_back({"converted llama", converted});
    ModelConfig odd = base();  // no size is a multiple of 16, the heads are wider together than the hidden size
    odd.hiddenSize = 37;
    odd.heads = 3;
    odd.kvHeads = 1;
    odd.headSize = 22;
    odd.ffnSize = 131;
    odd.vocabSize = 97;
    all.push_back({"odd sizes", odd});
    ModelConfig dense = notebook;
    dense.ternaryLinears = false;
    dense.gatedFfn = true;
    all.push_back({"dense post-norm", dense});
    ModelConfig gelu = module7;
    gelu.activation = Activation::GeluTanh;
    all.push_back({"gelu", gelu});
    ModelConfig scaled = llama;  // of three pairs one each is as it was, blended, and divided by the whole factor
    scaled.headSize = 6;
    scaled.ropeTheta = 500;
    scaled.ropeScaling = {RopeScaling::Kind::Llama3, 8, 1, 4, 128};
    all.push_back({"llama 3", scaled});
    ModelConfig qwen2 = llama;
    qwen2.attentionBias = AttentionBias::Qkv;
    qwen2.kvHeads = 2;
    qwen2.ropeScaling = {.kind = RopeScaling::Kind::Linear, .factor = 2.5};
    all.push_back({"qwen2", qwen2});
    ModelConfig qwen3 = llama;  // the heads are wider together than the hidden size
    qwen3.qkNorms = qwen3.tieEmbeddings = true;
    qwen3.headSize = 20;
    qwen3.kvHeads = 2;
    all.push_back({"qwen3", qwen3});
    ModelConfig everything = qwen3;
    everything.ternaryLinears = everything.mlpBias = true;
    everything.attentionBias = AttentionBias::All;
    all.push_back({"ternary, with biases and norms", everything});
    return all;
}

ModelConfig tinyConfig(const std::string& name) {
    const auto all = tinyConfigs();
    return std::find_if(all.begin(), all.end(), [&](const NamedConfig& each) { return each.name == name; })->config;
}

void writeRandomModel(const fs::path& folder, const ModelConfig& config, std::uint64_t seed, DType type,
                      Template chatTemplate) {
    fs::create_directories(folder);
    ModelDescription description;
    description.config = config;
    description.chatTemplate = chatTemplate;
    writeFileAtomically(folder / "config.json", modelDescriptionJson(description).dump(2));
    std::vector<std::vector<float>> floats;
    std::vector<std::vector<std::uint16_t>> halves;
    std::vector<TensorToWrite> tensors;
    std::uint64_t stream = 0;
    for (const TensorSpec& spec : tensorSpecs(config)) {
        std::int64_t count = 1;
        for (const std::int64_t length : spec.shape) count *= length;
        std::vector<float> values(size(count));
        const bool isBias = spec.name.ends_with(".bias"), isNorm = spec.shape.size() == 1 && !isBias;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto uniform = static_cast<float>(randomUniform(seed, stream, i) * 2 - 1);
            values[i] = isBias   ? 0.3f * uniform
                        : isNorm ? 1 + 0.3f * uniform
                                 : uniform * (spec.name == "model.embed_tokens.weight" ? 1.f : 0.4f);
        }
        ++stream;
        halves.emplace_back();
        for (float& value : values) {
            if (type == DType::BF16) halves.back().push_back(floatToBf16(value));
            if (type == DType::F16) halves.back().push_back(floatToF16(value));
        }
        floats.push_back(std::move(values));
        tensors.push_back({spec.name, type, spec.shape, nullptr});
    }
    for (std::size_t i = 0; i < tensors.size(); ++i)
        tensors[i].data = type == DType::F32 ? static_cast<const void*>(floats[i].data()) : halves[i].data();
    writeSafetensors(folder / "model.safetensors", tensors);
}

void trainTalkTokenizer(const std::filesystem::path& file, const std::string& besides) {
    TokenizerTraining training;
    training.vocabSize = 400;
    training.userSymbols = {"<|eot_id|>"};
    int document = 0;
    trainTokenizer(
        [&](std::string& text) {
            text = "In the beginning God created the heaven and the earth, and the king said: number " +
                   std::to_string(document) + ". User: hello, Assistant: good day. ### Instruction: say " + besides +
                   " and go.\n";
            return document++ < 50;
        },
        training, file, StopToken());
}

NaiveModel::NaiveModel(const fs::path& folder, bool ternary)
    : description_(readModelDescription(folder)), ternary_(ternary) {
    const ModelWeights weights(folder);
    for (const TensorSpec& spec : tensorSpecs(description_.config))
        tensors_[spec.name] = weights.floats(spec.name, spec.shape);
}

NaiveModel::Vector NaiveModel::norm(const Vector& x, const std::string& name, double eps) const {
    double squares = 0;
    for (const double v : x) squares += v * v;
    Vector out(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        out[i] = x[i] / std::sqrt(squares / static_cast<double>(x.size()) + eps) * tensors_.at(name)[i];
    return out;
}

NaiveModel::Vector NaiveModel::linear(const std::string& module, Vector x) const {
    const ModelConfig& config = description_.config;
    const std::vector<float>& w = tensors_.at(module + ".weight");
    const auto& denseModules = config.denseModules;
    const bool bit =
        config.ternaryLinears && std::find(denseModules.begin(), denseModules.end(), module) == denseModules.end();
    if (bit && config.inputNormPerLinear) x = norm(x, module + ".rms_norm.weight", config.inputNormEps);
    Vector weights(w.begin(), w.end());
    if (bit && ternary_) {
        double mean = 0;
        for (const float v : w) mean += std::fabs(static_cast<double>(v));
        mean = std::max(mean / static_cast<double>(w.size()), 1e-5);
        for (double& v : weights) v = std::clamp(std::nearbyint(v / mean), -1.0, 1.0) * mean;
        double max = 1e-5;
        for (const double v : x) max = std::max(max, std::fabs(v));
        for (double& v : x) v = std::clamp(std::nearbyint(v * 127 / max), -128.0, 127.0) * max / 127;
    }
    Vector out(w.size() / x.size(), 0.0);
    if (const auto bias = tensors_.find(module + ".bias"); bias != tensors_.end())
        out.assign(bias->second.begin(), bias->second.end());
    for (std::size_t r = 0; r < out.size(); ++r)
        for (std::size_t c = 0; c < x.size(); ++c) out[r] += weights[r * x.size() + c] * x[c];
    return out;
}

std::vector<std::vector<double>> NaiveModel::logits(const std::vector<TokenId>& tokens) const {
    const ModelConfig& c = description_.config;
    const auto hidden = size(c.hiddenSize), headSize = size(c.headSize), half = headSize / 2;
    const auto addTo = [](Vector& x, const Vector& y) {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
    };
    std::vector<Vector> x;
    for (const TokenId token : tokens) {
        const float* row = tensors_.at("model.embed_tokens.weight").data() + size(token) * hidden;
        x.emplace_back(row, row + hidden);
    }
    for (std::int64_t layer = 0; layer < c.layers; ++layer) {
        const std::string prefix = "model.layers." + std::to_string(layer) + ".", attn = prefix + "self_attn.",
                          mlp = prefix + "mlp.";
        const bool pre = c.normPlacement == NormPlacement::Pre;
        const auto rotated = [&](Vector v, std::size_t position) {
            for (std::size_t head = 0; head < v.size() / headSize; ++head)
                for (std::size_t i = 0; i < half; ++i) {
                    const double angle =
                        static_cast<double>(position) *
                        scaledFrequency(c.ropeScaling, std::pow(c.ropeTheta, -2.0 * static_cast<double>(i) /
                                                                                 static_cast<double>(headSize)));
                    double& a = v[head * headSize + i];
                    double& b = v[head * headSize + i + half];
                    const double a0 = a, b0 = b;
                    a = a0 * std::cos(angle) - b0 * std::sin(angle);
                    b = b0 * std::cos(angle) + a0 * std::sin(angle);
                }
            return v;
        };
        const auto normedHeads = [&](Vector v, const std::string& name) {
            if (!c.qkNorms) return v;
            for (std::size_t at = 0; at < v.size(); at += headSize) {
                const auto first = v.begin() + static_cast<std::ptrdiff_t>(at);
                const Vector head = norm(Vector(first, first + c.headSize), name, c.normEps);
                std::copy(head.begin(), head.end(), first);
            }
            return v;
        };
        std::vector<Vector> keys, values;
        for (std::size_t t = 0; t < x.size(); ++t) {
            const Vector h = pre ? norm(x[t], prefix + "input_layernorm.weight", c.normEps) : x[t];
            keys.push_back(rotated(normedHeads(linear(attn + "k_proj", h), attn + "k_norm.weight"), t));
            values.push_back(linear(attn + "v_proj", h));
            const Vector query = rotated(normedHeads(linear(attn + "q_proj", h), attn + "q_norm.weight"), t);
            Vector mixed(query.size(), 0.0);
            for (std::size_t head = 0; head < size(c.heads); ++head) {
                const std::size_t shared = head / size(c.heads / c.kvHeads);
                Vector weights(t + 1);
                double total = 0;
                for (std::size_t s = 0; s <= t; ++s) {
                    double score = 0;
                    for (std::size_t i = 0; i < headSize; ++i)
                        score += query[head * headSize + i] * keys[s][shared * headSize + i];
                    total += weights[s] = std::exp(score / std::sqrt(static_cast<double>(headSize)));
                }
                for (std::size_t s = 0; s <= t; ++s)
                    for (std::size_t i = 0; i < headSize; ++i)
                        mixed[head * headSize + i] += weights[s] / total * values[s][shared * headSize + i];
            }
            if (c.subNorms) mixed = norm(mixed, attn + "attn_sub_norm.weight", c.normEps);
            Vector out = x[t];
            addTo(out, linear(attn + "o_proj", mixed));
            if (!pre) out = norm(out, prefix + "input_layernorm.weight", c.normEps);
            const Vector g = pre ? norm(out, prefix + "post_attention_layernorm.weight", c.normEps) : out;
            const auto activation = [&](double v) { return reference::activate(c.activation, v); };
            Vector inner = linear(mlp + "up_proj", g);
            const Vector gate = c.gatedFfn ? linear(mlp + "gate_proj", g) : Vector();
            for (std::size_t i = 0; i < inner.size(); ++i)
                inner[i] = c.gatedFfn ? activation(gate[i]) * inner[i] : activation(inner[i]);
            if (c.subNorms) inner = norm(inner, mlp + "ffn_sub_norm.weight", c.normEps);
            addTo(out, linear(mlp + "down_proj", inner));
            if (!pre) out = norm(out, prefix + "post_attention_layernorm.weight", c.normEps);
            // Keys and values of later tokens do not need x[t] of this layer.
            x[t] = out;
        }
    }
    std::vector<Vector> all;
    const auto& head = tensors_.at(c.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
    for (const Vector& state : x) {
        const Vector h = norm(state, "model.norm.weight", c.normEps);
        Vector row(size(c.vocabSize), 0.0);
        for (std::size_t r = 0; r < row.size(); ++r)
            for (std::size_t i = 0; i < hidden; ++i) row[r] += static_cast<double>(head[r * hidden + i]) * h[i];
        all.push_back(row);
    }
    return all;
}

}  // namespace tritlab::testing
