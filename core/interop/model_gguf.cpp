#include "core/interop/model_gguf.h"

#include <cmath>
#include <set>

#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/formats/gguf_codecs.h"
#include "core/interop/chosen_activation.h"
#include "core/interop/known_keys.h"
#include "core/kernels/quantizers.h"

namespace tritlab {
namespace {

[[noreturn]] void refuse(const GgufFile& file, const std::string& what) {
    throw Error(what, file.path().string(),
                "This program reads models of the architectures " + std::string(familyNames()) +
                    ": take another file, or another form");
}

// The metadata of one architecture, with errors that name file and key.
class Keys {
public:
    Keys(const GgufFile& file, std::string architecture) : file_(file), prefix_(std::move(architecture) + ".") {}
    [[nodiscard]] std::int64_t size(const std::string& key, std::optional<std::int64_t> fallback,
                                    std::int64_t max) const {
        const auto value = file_.integer(prefix_ + key);
        if (!value && !fallback) refuse(file_, "key " + prefix_ + key + " is missing");
        const std::int64_t number = value.value_or(fallback.value_or(0));
        if (number < 1 || number > max)
            refuse(file_, "key " + prefix_ + key + " is " + std::to_string(number) + ", not between 1 and " +
                              std::to_string(max));
        return number;
    }
    [[nodiscard]] double real(const std::string& key, double fallback) const {
        return file_.real(prefix_ + key).value_or(fallback);
    }
    [[nodiscard]] std::string text(const std::string& key, const std::string& fallback) const {
        return file_.text(prefix_ + key).value_or(fallback);
    }
    void mustBe(const std::string& key, std::int64_t expected, const std::string& why) const {
        const std::int64_t value = file_.integer(prefix_ + key).value_or(expected);
        if (value != expected) refuse(file_, "key " + prefix_ + key + " is " + std::to_string(value) + ": " + why);
    }

private:
    const GgufFile& file_;
    std::string prefix_;
};

Activation readActivation(const GgufFile& file, const Keys& keys, const FamilyInfo& family) {
    if (namesNoActivation(file)) {
        if (const auto chosen = chosenActivation(file.path())) return *chosen;
        throw Error("does not say which activation its feed-forward has", file.path().string(),
                    "Say it with --activation: " + activationChoices() + ". The wrong one answers nonsense");
    }
    const std::string name = keys.text("hidden_activation", std::string(activationInfo(family.graph).names.front()));
    const auto known = activationFromName(name);
    if (!known) refuse(file, "the activation is '" + name + "', this program knows " + activationNames());
    return *known;
}

Template readTemplate(const GgufFile& file, const std::string& architecture) {
    const auto name = file.text(kGgufTemplate);
    // The official file of 2B4T carries a chat template that is not the one that the model was trained with.
    if (!name) return architecture == "bitnet-b1.58" ? Template::B2B4T : Template::Plain;
    const auto known = templateOf(*name);
    if (!known)
        refuse(file, std::string("key ") + kGgufTemplate + " is '" + *name + "', which this program does not know");
    return *known;
}

// llama.cpp takes a factor without a type for a linear scaling, and knows that of Llama 3 by its divisors alone.
RopeScaling readScaling(const GgufFile& file, const Keys& keys, const FamilyInfo& family, const ModelConfig& config) {
    RopeScaling scaling;
    const std::string type = keys.text("rope.scaling.type", "linear");
    const double factor = keys.real("rope.scaling.factor", 0);
    if (type == "linear" && factor != 0 && factor != 1) scaling = {.kind = RopeScaling::Kind::Linear, .factor = factor};
    else if (type != "linear" && type != "none" && factor != 1)
        refuse(file, "scaled rotary embeddings ('" + type + "') are not supported");
    const GgufTensor* tensor = family.ropeDivisors ? file.find(kGgufRopeDivisors) : nullptr;
    if (tensor == nullptr) return scaling;
    const std::string name = std::string("the tensor ") + kGgufRopeDivisors;
    if (tensor->shape != std::vector{config.headSize / 2})
        refuse(file, name + " has not one value for each pair of a head");
    if (scaling.kind != RopeScaling::Kind::None) refuse(file, name + " comes with another scaling of the rotation");
    const std::vector<float> divisors =
        decodeGgml(tensor->type, tensor->bytes, file.path().string() + ": " + kGgufRopeDivisors);
    const auto said = file.real(kGgufRopeFactor), low = file.real(kGgufRopeLow), high = file.real(kGgufRopeHigh);
    const auto context = file.integer(kGgufRopeContext);
    if (said && low && high && context) {
        scaling = {RopeScaling::Kind::Llama3, *said, *low, *high, *context};
        if (!hasDivisors(scaling, config.ropeTheta, divisors)) refuse(file, name + " is not what the file's keys say");
        return scaling;
    }
    const auto known = scalingOfDivisors(divisors, config.ropeTheta);
    if (!known) refuse(file, name + " holds the divisors of no scaling that is known here");
    return *known;
}

// Biases that the family leaves open are those of the first layer; a later one that has others is refused by name.
void readBiases(const GgufFile& file, const FamilyInfo& family, ModelConfig& config) {
    config.attentionBias = family.attentionBias;
    if (!family.optionalBiases) return;
    const auto has = [&](const char* linear) {
        return file.find(ggufName(layerPrefix(0) + linear + ".bias")) != nullptr;
    };
    if (has("self_attn.o_proj")) config.attentionBias = AttentionBias::All;
    else if (has("self_attn.q_proj")) config.attentionBias = AttentionBias::Qkv;
    config.mlpBias = has("mlp.up_proj");
}

ModelDescription readDescription(const GgufFile& file) {
    const std::string architecture = file.text("general.architecture").value_or("");
    const FamilyInfo* family = findFamily(architecture);
    if (family == nullptr) refuse(file, "is of the architecture '" + architecture + "'");
    const Keys keys(file, architecture);
    ModelDescription description;
    description.notes = checkGgufKeys(file, architecture);
    if (namesNoActivation(file))
        description.notes.push_back(
            "the file does not say which activation its feed-forward has: it is computed with " +
            std::string(activationInfo(readActivation(file, keys, *family)).names.front()) + ", as was chosen");
    description.origin = architecture;
    ModelConfig& config = description.config;
    constexpr std::int64_t large = 1 << 24;
    const GgufTensor* embedding = file.find("token_embd.weight");
    if (embedding == nullptr || embedding->shape.size() != 2)
        refuse(file, "has no tensor token_embd.weight of two dimensions");
    config.vocabSize = embedding->shape[0];
    config.hiddenSize = keys.size("embedding_length", std::nullopt, large);
    config.layers = keys.size("block_count", std::nullopt, 4096);
    config.heads = keys.size("attention.head_count", std::nullopt, 65536);
    config.kvHeads = keys.size("attention.head_count_kv", config.heads, 65536);
    config.headSize = keys.size("attention.key_length", config.hiddenSize / config.heads, 65536);
    config.ffnSize = keys.size("feed_forward_length", std::nullopt, large);
    config.contextLength = keys.size("context_length", std::nullopt, 1 << 30);
    config.ropeTheta = keys.real("rope.freq_base", 10000);
    config.normEps = keys.real("attention.layer_norm_rms_epsilon", 1e-5);
    config.activation = readActivation(file, keys, *family);
    config.subNorms = family->subNorms;
    config.qkNorms = family->qkNorms;
    readBiases(file, *family, config);
    config.tieEmbeddings = file.find("output.weight") == nullptr;
    config.ternaryLinears = file.flag(kGgufTernary).value_or(family->ternaryLinears);
    if (config.heads % config.kvHeads != 0) refuse(file, "the key/value heads do not divide the query heads");
    if (config.headSize % 2 != 0)
        refuse(file, "the head size " + std::to_string(config.headSize) + " is odd: rotary embeddings need pairs");
    keys.mustBe("attention.value_length", config.headSize, "keys and values of different length are not supported");
    keys.mustBe("rope.dimension_count", config.headSize, "a rotation of a part of each head is not supported");
    keys.mustBe("expert_count", 0, "experts are not supported");
    config.ropeScaling = readScaling(file, keys, *family, config);
    description.storage = config.ternaryLinears ? WeightStorage::PackedAbsmean : WeightStorage::Master;
    description.chatTemplate = readTemplate(file, architecture);
    description.lambda = config.ternaryLinears ? 1 : 0;
    requireComputable(config, file.path().string());
    return description;
}

}  // namespace

bool namesNoActivation(const GgufFile& file) {
    const std::string architecture = file.text("general.architecture").value_or("");
    const FamilyInfo* family = findFamily(architecture);
    return family != nullptr && !family->oneActivation && !file.text(architecture + ".hidden_activation");
}

GgufModel::GgufModel(const std::filesystem::path& path) : file_(path), description_(readDescription(file_)) {
    refuseWhatIsUnknown();
}

void GgufModel::refuseWhatIsUnknown() const {
    std::set<std::string> known;
    for (const TensorSpec& spec : tensorSpecs(description_.config)) {
        known.insert(ggufName(spec.name));
        if (spec.shape.size() == 2) known.insert(ggufScaleName(spec.name));
    }
    if (findFamily(description_.origin)->ropeDivisors) known.insert(kGgufRopeDivisors);
    for (const auto& [name, each] : file_.tensors())
        if (!known.contains(name))
            refuse(file_, "holds the tensor " + name + ", for which this architecture has no place here");
}

const GgufTensor& GgufModel::tensor(const std::string& name) const {
    const GgufTensor* found = file_.find(ggufName(name));
    if (found == nullptr)
        throw Error("has no tensor " + ggufName(name), file_.path().string(),
                    "The file is not whole: copy or download it again");
    return *found;
}

DType GgufModel::storedType(const std::string& name) const {
    if (file_.find(ggufScaleName(name)) != nullptr) return DType::F32;
    const GgmlType type = tensor(name).type;
    return type == GgmlType::BF16 ? DType::BF16 : type == GgmlType::F16 ? DType::F16 : DType::F32;
}

const GgufTensor& GgufModel::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const GgufTensor& found = tensor(name);
    if (found.shape != shape) {
        const auto text = [](const std::vector<std::int64_t>& sizes) {
            std::string list;
            for (const std::int64_t size : sizes) list += (list.empty() ? "" : " x ") + std::to_string(size);
            return list;
        };
        throw Error("tensor " + ggufName(name) + " is " + text(found.shape) + ", the metadata asks for " + text(shape),
                    file_.path().string(),
                    "The file is damaged or of another program's making: convert the model anew");
    }
    return found;
}

bool GgufModel::hasPairs(const std::string& name) const {
    return isInterleaved(*findFamily(description_.origin), name);
}

std::vector<float> GgufModel::stored(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const GgufTensor& found = tensor(name, shape);
    std::vector<float> values = decodeGgml(found.type, found.bytes, file_.path().string() + ": " + ggufName(name));
    if (hasPairs(name))
        values = interleaveHeads(values, description_.config.headSize, shape.size() == 2 ? shape[1] : 1, true);
    return values;
}

std::optional<GroupForm> GgufModel::groupForm(const std::string& name) const {
    return file_.find(ggufScaleName(name)) == nullptr ? groupFormOf(tensor(name).type) : std::nullopt;
}

std::optional<GroupedWeights> GgufModel::grouped(const std::string& name,
                                                 const std::vector<std::int64_t>& shape) const {
    const GgufTensor& found = tensor(name, shape);
    if (!groupForm(name)) return std::nullopt;
    GroupedWeights weights = decodeGroups(found.type, found.bytes);
    if (!hasPairs(name)) return weights;
    const std::int64_t head = description_.config.headSize, columns = shape.back();
    weights.codes = interleaveHeads(weights.codes, head, columns, true);
    weights.scales = interleaveHeads(weights.scales, head, columns / weights.form.size, true);
    if (weights.form.minimums)
        weights.minimums = interleaveHeads(weights.minimums, head, columns / weights.form.size, true);
    return weights;
}

float GgufModel::scaleOf(const std::string& name) const {
    const std::string scale = ggufScaleName(name);
    const GgufTensor* found = file_.find(scale);
    if (found == nullptr) return 1;
    const std::vector<float> values = decodeGgml(found->type, found->bytes, file_.path().string() + ": " + scale);
    if (values.size() != 1 || !std::isfinite(values.front()) || values.front() <= 0)
        throw Error("tensor " + scale + " is not one positive number", file_.path().string(), "Convert the model anew");
    return values.front();
}

std::vector<float> GgufModel::floats(const std::string& name, const std::vector<std::int64_t>& shape) const {
    std::vector<float> values = stored(name, shape);
    if (const float scale = shape.size() == 2 ? scaleOf(name) : 1; scale != 1)
        for (float& value : values) value *= scale;
    return values;
}

TernaryWeights GgufModel::ternaryLinear(const std::string& name, std::int64_t out, std::int64_t in) const {
    const std::string weight = name + ".weight";
    const std::vector<float> values = stored(weight, {out, in});
    const float scale = scaleOf(weight);
    if (auto ternary = ternaryValues(values, in)) {
        for (float& each : ternary->scales) each *= scale;
        // Nothing but zeros: the quantizer's smallest scale.
        if (ternary->scales.size() == 1 && ternary->scales.front() == 0) ternary->scales = {absmean(values)};
        return {std::move(ternary->codes), std::move(ternary->scales)};
    }
    TernaryWeights quantized = quantizeWeights(description_.config.quantizer, values);
    for (float& each : quantized.scales) each *= scale;
    return quantized;
}

std::vector<std::string> GgufModel::names() const {
    std::vector<std::string> out;
    for (const TensorSpec& spec : tensorSpecs(description_.config))
        if (file_.find(ggufName(spec.name)) != nullptr) out.push_back(spec.name);
    return out;
}

}  // namespace tritlab
