// config.json both ways. What is not understood is refused by key, never ignored: a wrong rotation or a missing bias
// gives a model that runs and answers nonsense.
#include "core/interop/model_folder.h"

#include <algorithm>
#include <array>
#include <deque>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/base/json_file.h"
#include "core/base/utf8.h"
#include "core/checkpoint/integrity.h"
#include "core/interop/known_keys.h"
#include "core/interop/model_gguf.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* ownModelType = "tritlab";

template <class E>
struct Name {
    E value;
    const char* text;
};
constexpr std::array<Name<NormPlacement>, 2> placements{{{NormPlacement::Pre, "pre"}, {NormPlacement::Post, "post"}}};
constexpr std::array<Name<Template>, 3> templates{
    {{Template::Plain, "plain"}, {Template::Instruction, "instruction"}, {Template::B2B4T, "2b4t"}}};

template <class E, std::size_t N>
const char* nameOf(E value, const std::array<Name<E>, N>& names) {
    return std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.value == value; })->text;
}

// Typed access to one object of config.json with errors that name file and key.
class Reader {
public:
    Reader(const json& object, std::string where) : object_(object), where_(std::move(where)) {}
    [[nodiscard]] bool has(const char* key) const { return object_.contains(key) && !object_[key].is_null(); }

    [[nodiscard]] std::int64_t integer(const char* key, std::optional<std::int64_t> fallback, std::int64_t max) const {
        if (!has(key)) return fallback ? *fallback : missing<std::int64_t>(key);
        if (!object_[key].is_number_integer()) fail(key, "is no integer");
        const bool huge =
            object_[key].is_number_unsigned() && object_[key].get<std::uint64_t>() > static_cast<std::uint64_t>(max);
        const auto value = object_[key].get<std::int64_t>();
        if (value < 1 || huge || value > max)
            fail(key, "is " + object_[key].dump() + ", not between 1 and " + std::to_string(max));
        return value;
    }
    [[nodiscard]] double real(const char* key, std::optional<double> fallback) const {
        if (!has(key)) return fallback ? *fallback : missing<double>(key);
        if (!object_[key].is_number()) fail(key, "is no number");
        return object_[key].get<double>();
    }
    [[nodiscard]] bool flag(const char* key, bool fallback) const {
        if (!has(key)) return fallback;
        if (!object_[key].is_boolean()) fail(key, "is neither true nor false");
        return object_[key].get<bool>();
    }
    [[nodiscard]] std::string text(const char* key, const std::string& fallback) const {
        if (!has(key)) return fallback;
        if (!object_[key].is_string()) fail(key, "is no text");
        return object_[key].get<std::string>();
    }
    template <class E, std::size_t N>
    [[nodiscard]] E choice(const char* key, E fallback, const std::array<Name<E>, N>& names) const {
        if (!has(key)) return fallback;
        const std::string value = text(key, "");
        for (const auto& name : names)
            if (value == name.text) return name.value;
        std::string known;
        for (const auto& name : names) known += (known.empty() ? "" : ", ") + std::string(name.text);
        fail(key, "is '" + value + "', this program knows " + known);
    }
    [[nodiscard]] json child(const char* key) const {
        if (!has(key)) return json::object();
        if (!object_[key].is_object()) fail(key, "is no object");
        return object_[key];
    }
    [[nodiscard]] std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> out;
        if (!has(key)) return out;
        if (!object_[key].is_array()) fail(key, "is no list");
        for (const json& entry : object_[key]) {
            if (!entry.is_string()) fail(key, "holds something that is no text");
            out.push_back(entry.get<std::string>());
        }
        return out;
    }
    [[noreturn]] void fail(const std::string& key, const std::string& what) const {
        throw Error("'" + key + "' " + what, where_, "Check that the folder holds a model this program can read");
    }

private:
    template <class T>
    [[nodiscard]] T missing(const char* key) const {
        fail(key, "is missing");
    }
    const json& object_;
    std::string where_;
};

Activation readActivation(const Reader& reader, Activation fallback) {
    if (!reader.has("hidden_act")) return fallback;
    const std::string name = reader.text("hidden_act", "");
    if (const auto known = activationFromName(name)) return *known;
    reader.fail("hidden_act", "is '" + name + "', this program knows " + activationNames());
}

// Of the object rope_parameters or rope_scaling. The context before the scaling may stand outside of it, which then
// counts, or nowhere: it is the model's then (transformers, modeling_rope_utils.py).
RopeScaling readScaling(const Reader& rope, const Reader& reader, std::int64_t contextLength) {
    if (rope.real("partial_rotary_factor", 1) != 1)
        rope.fail("partial_rotary_factor", "is not 1: a rotation of a part of each head is not supported");
    const char* key = rope.has("rope_type") ? "rope_type" : "type";
    const std::string type = rope.text(key, "default");
    const RopeScalingInfo* known = findRopeScaling(type);
    if (known == nullptr) rope.fail(key, "is '" + type + "': rotary embeddings scaled in this way are not supported");
    RopeScaling scaling;
    scaling.kind = known->kind;
    if (scaling.kind != RopeScaling::Kind::None) scaling.factor = rope.real("factor", std::nullopt);
    if (scaling.kind != RopeScaling::Kind::Llama3) return scaling;
    scaling.lowFreqFactor = rope.real("low_freq_factor", std::nullopt);
    scaling.highFreqFactor = rope.real("high_freq_factor", std::nullopt);
    constexpr const char* original = "original_max_position_embeddings";
    scaling.originalContext = reader.integer(original, rope.integer(original, contextLength, 1 << 30), 1 << 30);
    return scaling;
}

// transformers 5 writes rope_parameters, with the base in it; older files have rope_theta and rope_scaling.
void readRope(const Reader& reader, double fallback, ModelConfig& config, const std::string& where) {
    config.ropeTheta = reader.real("rope_theta", fallback);
    for (const char* key : {"rope_scaling", "rope_parameters"}) {
        if (!reader.has(key)) continue;
        const json object = reader.child(key);
        const Reader rope(object, where + ": " + key);
        const RopeScaling scaling = readScaling(rope, reader, config.contextLength);
        if (key == std::string_view("rope_parameters") && reader.has("rope_scaling") &&
            !(scaling == config.ropeScaling))
            reader.fail("rope_parameters", "says something else than rope_scaling");
        config.ropeScaling = scaling;
        config.ropeTheta = rope.real("rope_theta", config.ropeTheta);
    }
}

void readBiases(const Reader& reader, const FamilyInfo& family, ModelConfig& config) {
    config.attentionBias = family.attentionBias;
    if (family.attentionBiasKey && reader.flag("attention_bias", false)) config.attentionBias = AttentionBias::All;
    config.mlpBias = reader.flag("mlp_bias", false);
    if (config.mlpBias && !family.mlpBiasKey)
        reader.fail("mlp_bias", std::string("is true: ") + family.name + " has no biases in its feed-forward");
}

// An entry of modules_to_not_convert by transformers' rule (quantizers_utils.should_convert_module): it matches from
// the start to a module border, as a regular expression with the same border, or as a suffix. What is no regular
// expression is a name. One that would be tried for seconds is refused.
class ModulePattern {
public:
    ModulePattern(const std::string& pattern, const Reader& reader)
        : pattern_(pattern), reader_(reader), context_(pcre2_match_context_create(nullptr), pcre2_match_context_free) {
        const std::string bordered = "(?:" + pattern + ")(?=\\.|$)";
        int error = 0;
        std::size_t at = 0;
        code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(bordered.data()), bordered.size(), PCRE2_ANCHORED,
                                  &error, &at, nullptr));
        if (!code_ || !context_) return;
        match_.reset(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
        pcre2_set_match_limit(context_.get(), 5000);
        pcre2_set_depth_limit(context_.get(), 500);
    }
    [[nodiscard]] bool matches(const std::string& name) const {
        if (name.ends_with(pattern_)) return true;
        if (!match_) return name.starts_with(pattern_ + ".") || name == pattern_;
        const int result = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(name.data()), name.size(), 0, 0,
                                       match_.get(), context_.get());
        if (result < 0 && result != PCRE2_ERROR_NOMATCH)
            reader_.fail("modules_to_not_convert",
                         "holds a pattern that cannot be matched in time: " + utf8Prefix(pattern_, 100));
        return result >= 0;
    }

private:
    std::string pattern_;
    const Reader& reader_;
    std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context_;
    std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code_{nullptr, pcre2_code_free};
    std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match_{nullptr, pcre2_match_data_free};
};

void readQuantization(const Reader& reader, ModelDescription& description, const std::string& where) {
    const json object = reader.child("quantization_config");
    const Reader quant(object, where + ": quantization_config");
    ModelConfig& config = description.config;
    config.ternaryLinears = reader.has("quantization_config");
    if (!config.ternaryLinears) return;
    if (const auto method = quant.text("quant_method", ""); method != "bitnet")
        quant.fail("quant_method", "is '" + method + "': only bitnet is supported");
    const auto linear = quant.text("linear_class", "bitlinear"), mode = quant.text("quantization_mode", "offline");
    if (mode != "online" && mode != "offline")
        quant.fail("quantization_mode", "is '" + mode + "', this program knows online and offline");
    if (linear == "autobitlinear")
        description.storage = mode == "online" ? WeightStorage::Master : WeightStorage::PackedAbsmean;
    else if (linear == "bitlinear") description.storage = WeightStorage::PackedInverse;
    else quant.fail("linear_class", "is '" + linear + "', this program knows autobitlinear and bitlinear");
    config.inputNormPerLinear = quant.flag("use_rms_norm", false);
    if (config.inputNormPerLinear) config.inputNormEps = quant.real("rms_norm_eps", config.inputNormEps);
    const auto texts = quant.texts("modules_to_not_convert");
    const std::vector<std::string> linears = texts.empty() ? std::vector<std::string>() : linearNames(config);
    constexpr std::size_t mostTrials = 2'000'000;  // the largest models that name each of their linears need half of it
    if (texts.size() * linears.size() > mostTrials)
        quant.fail("modules_to_not_convert", "has " + std::to_string(texts.size()) + " entries for " +
                                                 std::to_string(linears.size()) + " linears: too many to be tried");
    std::deque<ModulePattern> patterns;
    for (const std::string& text : texts) patterns.emplace_back(text, quant);
    const auto isDense = [&](const std::string& name) {
        return std::any_of(patterns.begin(), patterns.end(),
                           [&](const ModulePattern& pattern) { return pattern.matches(name); });
    };
    for (const std::string& name : linears)
        if (isDense(name)) config.denseModules.push_back(name);
    if (quant.has("modules_to_not_convert") && !config.tieEmbeddings && !isDense("lm_head"))
        quant.fail("modules_to_not_convert", "leaves out lm_head: a ternary output head is not supported");
}

// What Hugging Face's keys cannot say; absent from folders of other programs.
void readOwn(const Reader& reader, ModelDescription& description, const std::string& where) {
    const json object = reader.child("tritlab");
    const Reader own(object, where + ": tritlab");
    ModelConfig& config = description.config;
    config.normPlacement = own.choice("norm_placement", config.normPlacement, placements);
    config.gatedFfn = own.flag("gated_ffn", config.gatedFfn);
    config.subNorms = own.flag("sub_norms", config.subNorms);
    config.qkNorms = own.flag("qk_norms", config.qkNorms);
    if (own.has("attention_bias")) {
        const std::string key = own.text("attention_bias", "");
        const AttentionBiasInfo* known = findAttentionBias(key);
        if (known == nullptr) own.fail("attention_bias", "is '" + key + "', which this program does not know");
        config.attentionBias = known->bias;
    }
    description.chatTemplate = own.choice("template", description.chatTemplate, templates);
    description.lambda = own.real("lambda", description.config.ternaryLinears ? 1.0 : 0.0);
    if (!(description.lambda >= 0 && description.lambda <= 1)) own.fail("lambda", "is not between 0 and 1");
    if (reader.has("tritlab")) description.origin = ownModelType;
}

}  // namespace

bool isGgufModel(const fs::path& model) {
    std::error_code error;
    return fs::is_regular_file(model, error);
}

fs::path tokenizerFile(const fs::path& model) {
    if (isGgufModel(model)) return model;
    std::error_code error;
    const fs::path json = model / "tokenizer.json";
    return !fs::exists(model / "tokenizer.model", error) && fs::exists(json, error) ? json : model / "tokenizer.model";
}

const char* templateName(Template chatTemplate) { return nameOf(chatTemplate, templates); }

std::optional<Template> templateOf(const std::string& name) {
    for (const auto& each : templates)
        if (name == each.text) return each.value;
    return std::nullopt;
}

const FamilyInfo* familyOf(const ModelConfig& config) {
    if (config.normPlacement != NormPlacement::Pre || !config.gatedFfn) return nullptr;
    const auto fits = [&](const FamilyInfo& family) {
        const bool attention = config.attentionBias == family.attentionBias ||
                               (family.attentionBiasKey && config.attentionBias == AttentionBias::All);
        return family.subNorms == config.subNorms && family.qkNorms == config.qkNorms && attention &&
               (family.mlpBiasKey || !config.mlpBias);
    };
    const auto found = std::find_if(families().begin(), families().end(), fits);
    return found != families().end() ? &*found : nullptr;
}

ModelDescription readModelDescription(const fs::path& folder) {
    if (isGgufModel(folder)) {
        ModelDescription description = GgufModel(folder).description();
        tellOnce(description.notes, folder.string());
        return description;
    }
    if (!fs::is_directory(folder))
        throw Error("is no model folder", folder.string(), "Name a folder that holds config.json, or a GGUF file");
    requireUndamaged(folder, {"config.json", "tokenizer.model"});  // before either is read
    const fs::path path = folder / "config.json";
    const std::string text = readFile(path, 1 << 24);
    const json object = nestsTooDeeply(text) ? json() : json::parse(text, nullptr, false);
    if (!object.is_object()) throw Error("is no JSON object", path.string(), "Check that the file is whole");
    const std::string where = path.string();
    const Reader reader(object, where);

    ModelDescription description;
    description.notes = checkConfigKeys(object, where);
    std::error_code error;
    if (fs::exists(folder / "model.safetensors", error) && fs::exists(folder / "model.safetensors.index.json", error))
        description.notes.emplace_back(
            "the folder holds model.safetensors and an index of shards: model.safetensors is read, as transformers "
            "does");
    tellOnce(description.notes, folder.string());
    description.origin = reader.text("model_type", "");
    if (description.origin != ownModelType && findFamily(description.origin) == nullptr)
        reader.fail("model_type", "is '" + description.origin + "', this program reads " + std::string(familyNames()) +
                                      ", and its own " + ownModelType);
    // A folder of a block that no family has says everything itself; what Hugging Face's keys leave out is as in llama.
    const FamilyInfo& family = *findFamily(description.origin == ownModelType ? "llama" : description.origin);
    ModelConfig& config = description.config;
    constexpr std::int64_t large = 1 << 24;
    config.vocabSize = reader.integer("vocab_size", std::nullopt, large);
    config.hiddenSize = reader.integer("hidden_size", std::nullopt, large);
    config.layers = reader.integer("num_hidden_layers", std::nullopt, 4096);
    config.heads = reader.integer("num_attention_heads", std::nullopt, 65536);
    config.kvHeads = reader.integer("num_key_value_heads", config.heads, 65536);
    config.headSize =
        reader.integer("head_dim", family.headSize > 0 ? family.headSize : config.hiddenSize / config.heads, 65536);
    config.ffnSize = reader.integer("intermediate_size", std::nullopt, large);
    config.contextLength = reader.integer("max_position_embeddings", family.contextLength, 1 << 30);
    config.normEps = reader.real("rms_norm_eps", family.normEps);
    readRope(reader, family.ropeTheta, config, where);
    config.tieEmbeddings = reader.flag("tie_word_embeddings", false);
    config.activation = readActivation(reader, family.activation);
    config.gatedFfn = true;
    config.subNorms = family.subNorms;
    config.qkNorms = family.qkNorms;
    readBiases(reader, family, config);
    if (config.heads % config.kvHeads != 0) reader.fail("num_key_value_heads", "does not divide num_attention_heads");
    if (config.headSize % 2 != 0) reader.fail("head_dim", "is odd: rotary embeddings need pairs");
    readOwn(reader, description, where);  // before the linears' names are needed: they depend on the gate
    readQuantization(reader, description, where);
    if (!reader.has("tritlab") && description.storage == WeightStorage::PackedAbsmean && hasBiases(config))
        reader.fail("quantization_config",
                    "packs linears with biases as autobitlinear: transformers multiplies these by the weights' scale");
    requireComputable(config, where);
    if (!reader.has("tritlab")) description.lambda = config.ternaryLinears ? 1.0 : 0.0;
    return description;
}

namespace {

ordered_json scalingJson(const RopeScaling& scaling) {
    ordered_json out;
    out["rope_type"] = ropeScalingInfo(scaling.kind).type;
    if (scaling.kind != RopeScaling::Kind::None) out["factor"] = scaling.factor;
    if (scaling.kind == RopeScaling::Kind::Llama3) {
        out["low_freq_factor"] = scaling.lowFreqFactor;
        out["high_freq_factor"] = scaling.highFreqFactor;
        out["original_max_position_embeddings"] = scaling.originalContext;
    }
    return out;
}

}  // namespace

ordered_json modelDescriptionJson(const ModelDescription& description) {
    const ModelConfig& config = description.config;
    const FamilyInfo* family = familyOf(config);
    ordered_json out;
    out["model_type"] = family != nullptr ? family->name : ownModelType;
    out["architectures"] = {family != nullptr ? family->className : "TritLabForCausalLM"};
    out["vocab_size"] = config.vocabSize;
    out["hidden_size"] = config.hiddenSize;
    out["num_hidden_layers"] = config.layers;
    out["num_attention_heads"] = config.heads;
    out["num_key_value_heads"] = config.kvHeads;
    out["head_dim"] = config.headSize;
    out["intermediate_size"] = config.ffnSize;
    out["max_position_embeddings"] = config.contextLength;
    out["rms_norm_eps"] = config.normEps;
    out["rope_theta"] = config.ropeTheta;
    out["rope_parameters"]["rope_theta"] = config.ropeTheta;
    out["rope_parameters"].update(scalingJson(config.ropeScaling));
    // For transformers 4, which would pass over the scaling otherwise.
    if (config.ropeScaling.kind != RopeScaling::Kind::None) out["rope_scaling"] = scalingJson(config.ropeScaling);
    out["hidden_act"] = activationInfo(config.activation).names.front();
    out["tie_word_embeddings"] = config.tieEmbeddings;
    if (family == nullptr || family->attentionBiasKey)
        out["attention_bias"] = config.attentionBias == AttentionBias::All;
    if (config.mlpBias) out["mlp_bias"] = true;
    if (config.ternaryLinears) {
        ordered_json quant;
        quant["quant_method"] = "bitnet";
        quant["linear_class"] = description.storage == WeightStorage::PackedInverse ? "bitlinear" : "autobitlinear";
        quant["quantization_mode"] = description.storage == WeightStorage::Master ? "online" : "offline";
        if (config.inputNormPerLinear) {
            quant["use_rms_norm"] = true;
            quant["rms_norm_eps"] = config.inputNormEps;
        }
        if (!config.denseModules.empty()) {
            quant["modules_to_not_convert"] = config.denseModules;
            quant["modules_to_not_convert"].push_back("lm_head");
        }
        out["quantization_config"] = quant;
    }
    out["tritlab"] = {{"norm_placement", nameOf(config.normPlacement, placements)},
                      {"gated_ffn", config.gatedFfn},
                      {"sub_norms", config.subNorms},
                      {"template", nameOf(description.chatTemplate, templates)},
                      {"lambda", description.lambda}};
    if (family == nullptr) {  // what no key of Hugging Face's then says
        if (config.qkNorms) out["tritlab"]["qk_norms"] = true;
        if (config.attentionBias != AttentionBias::None)
            out["tritlab"]["attention_bias"] = attentionBiasInfo(config.attentionBias).key;
    }
    return out;
}

}  // namespace tritlab
