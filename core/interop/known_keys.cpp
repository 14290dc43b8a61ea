#include "core/interop/known_keys.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "core/architecture/family.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/utf8.h"

namespace tritlab {
namespace {

using nlohmann::json;

constexpr auto used = KeyUse::Used;
constexpr auto harmless = KeyUse::Harmless;
constexpr auto neutral = KeyUse::Neutral;

// Numbers are compared by value: 1 and 1.0 are one.
bool sameValue(const json& a, const json& b) {
    if (a.is_number() && b.is_number()) return a.get<double>() == b.get<double>();
    return a == b;
}

bool isNeutral(const KnownKey& known, const json& value) {
    return value.is_null() || std::any_of(known.neutral.begin(), known.neutral.end(),
                                          [&](const json& each) { return sameValue(each, value); });
}

const KnownKey* findKey(std::span<const KnownKey> table, std::string_view key) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const KnownKey& known) { return known.key == key; });
    return found != table.end() ? &*found : nullptr;
}

// A window that is switched off, and a list of layers that are all of the plain kind, change nothing.
bool isSwitchedOff(const json& config, std::string_view key, const json& value) {
    if (key == "sliding_window" || key == "max_window_layers") {
        if (const auto on = config.find("use_sliding_window"); on != config.end()) return *on == false;
        const auto type = config.find("model_type");
        const FamilyInfo* family =
            type != config.end() && type->is_string() ? findFamily(type->get<std::string>()) : nullptr;
        return family != nullptr && family->windowIsOptIn;
    }
    if (key != "layer_types" || !value.is_array()) return false;
    return std::all_of(value.begin(), value.end(), [](const json& type) { return type == "full_attention"; });
}

std::string shortText(const json& value) {
    constexpr std::size_t longest = 60;
    const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    return text.size() > longest ? utf8Prefix(text, longest) + "…" : text;
}

json jsonOf(const GgufValue& value) {
    return std::visit(
        [](const auto& each) -> json {
            if constexpr (std::is_same_v<std::decay_t<decltype(each)>, GgufArray>) return "a list";
            else return each;
        },
        value);
}

}  // namespace

std::span<const KnownKey> configKeys() {
    static const std::vector<KnownKey> table = {
        // What describes the model.
        {"attention_bias", used},
        {"bos_token_id", used},
        {"eos_token_id", used},
        {"head_dim", used},
        {"hidden_act", used},
        {"hidden_size", used},
        {"intermediate_size", used},
        {"max_position_embeddings", used},
        {"mlp_bias", used},
        {"model_type", used},
        {"num_attention_heads", used},
        {"num_hidden_layers", used},
        {"num_key_value_heads", used},
        {"original_max_position_embeddings", used},
        {"quantization_config", used},
        {"rms_norm_eps", used},
        {"rope_parameters", used},
        {"rope_scaling", used},
        {"rope_theta", used},
        {"tie_word_embeddings", used},
        {"tritlab", used},
        {"vocab_size", used},
        // What says nothing of the computation: names, versions, training, how an output is given.
        {"_attn_implementation_autoset", harmless},
        {"_commit_hash", harmless},
        {"_name_or_path", harmless},
        {"architectures", harmless},
        {"attention_dropout", harmless},
        {"auto_map", harmless},
        {"chunk_size_feed_forward", harmless},
        {"dtype", harmless},
        {"embd_pdrop", harmless},
        {"finetuning_task", harmless},
        {"hidden_dropout", harmless},
        {"id2label", harmless},
        {"ignore_keys_at_rope_validation", harmless},
        {"initializer_range", harmless},
        {"is_decoder", harmless},
        {"label2id", harmless},
        {"output_attentions", harmless},
        {"output_hidden_states", harmless},
        {"pad_token_id", harmless},
        {"prefix", harmless},
        {"pretraining_tp", harmless},
        {"problem_type", harmless},
        {"resid_pdrop", harmless},
        {"return_dict", harmless},
        {"sep_token_id", harmless},
        {"task_specific_params", harmless},
        {"tokenizer_class", harmless},
        {"torch_dtype", harmless},
        {"torchscript", harmless},
        {"transformers.js_config", harmless},
        {"transformers_version", harmless},
        {"unsloth_fixed", harmless},
        {"unsloth_version", harmless},
        {"use_bfloat16", harmless},
        {"use_cache", harmless},
        // What changes the computation, but for these values.
        {"add_cross_attention", neutral, {false}},
        {"attention_logit_softcapping", neutral, {0}},
        {"attention_multiplier", neutral},
        {"attn_logit_softcapping", neutral, {0}},
        {"clip_qkv", neutral},
        {"cross_attention_hidden_size", neutral},
        {"embedding_multiplier", neutral, {1}},
        {"embedding_scale", neutral, {1}},
        {"final_logit_softcapping", neutral, {0}},
        {"hidden_activation", neutral},
        {"input_bits", neutral, {16, 32}},
        {"is_encoder_decoder", neutral, {false}},
        {"layer_types", neutral, {json::array()}},
        {"logit_scale", neutral, {1}},
        {"logit_softcapping", neutral, {0}},
        {"logits_scaling", neutral, {1}},
        {"max_window_layers", neutral},
        {"mup_enabled", neutral, {false}},
        {"no_rope_layers", neutral, {json::array()}},
        {"norm_type", neutral, {"rmsnorm", "rms_norm"}},
        {"num_experts", neutral, {0, 1}},
        {"num_experts_per_tok", neutral, {0, 1}},
        {"num_local_experts", neutral, {0, 1}},
        {"parallel_residual", neutral, {false}},
        {"partial_rotary_factor", neutral, {1}},
        {"pruned_heads", neutral, {json::object()}},
        {"qk_layernorm", neutral, {false}},
        {"qk_norm", neutral, {false}},
        {"qkv_bias", neutral, {false}},
        {"query_pre_attn_scalar", neutral},
        {"residual_multiplier", neutral, {1}},
        {"rope_interleaved", neutral, {false}},
        {"rope_local_base_freq", neutral},
        {"scale_depth", neutral},
        {"scale_emb", neutral, {1}},
        {"sliding_window", neutral},
        {"sliding_window_pattern", neutral, {0, 1}},
        {"text_config", neutral},
        {"tie_encoder_decoder", neutral, {false}},
        {"use_parallel_residual", neutral, {false}},
        {"use_qk_norm", neutral, {false}},
        {"use_sliding_window", neutral, {false}},
        {"vision_config", neutral},
        {"weight_bits", neutral, {16, 32}},
    };
    return table;
}

std::span<const KnownKey> ggufKeys() {
    static const std::vector<KnownKey> table = {
        {"attention.head_count", used},
        {"attention.head_count_kv", used},
        {"attention.key_length", used},
        {"attention.layer_norm_rms_epsilon", used},
        {"attention.value_length", used},
        {"block_count", used},
        {"context_length", used},
        {"embedding_length", used},
        {"expert_count", used},
        {"feed_forward_length", used},
        {"hidden_activation", used},
        {"rope.dimension_count", used},
        {"rope.freq_base", used},
        {"rope.scaling.factor", used},
        {"rope.scaling.type", used},
        {"rope.scaling.finetuned", harmless},
        {"rope.scaling.original_context_length", harmless},
        {"tensor_data_layout", harmless},
        {"vocab_size", harmless},
        {"attention.causal", neutral, {true}},
        {"attention.clamp_kqv", neutral, {0}},
        {"attention.max_alibi_bias", neutral, {0}},
        {"attention.scale", neutral, {0}},
        {"attention.sliding_window", neutral, {0}},
        {"attn_logit_softcapping", neutral, {0}},
        {"embedding_scale", neutral, {1}},
        {"expert_used_count", neutral, {0}},
        {"final_logit_softcapping", neutral, {0}},
        {"leading_dense_block_count", neutral, {0}},
        {"logit_scale", neutral, {1}},
        {"residual_scale", neutral, {1}},
        {"rope.scale_linear", neutral, {1}},
        {"rope.scaling.attn_factor", neutral, {1}},
        {"use_parallel_residual", neutral, {false}},
    };
    return table;
}

// Of the objects within config.json. What belongs to a type of rotation that is refused changes nothing in the others.
std::span<const KnownObject> configObjects() {
    static const std::vector<KnownKey> rope{{"rope_theta", used},
                                            {"rope_type", used},
                                            {"type", used},
                                            {"partial_rotary_factor", used},
                                            {"factor", used},
                                            {"high_freq_factor", used},
                                            {"low_freq_factor", used},
                                            {"original_max_position_embeddings", used},
                                            {"attention_factor", harmless},
                                            {"beta_fast", harmless},
                                            {"beta_slow", harmless},
                                            {"long_factor", harmless},
                                            {"mscale", harmless},
                                            {"mscale_all_dim", harmless},
                                            {"short_factor", harmless},
                                            {"truncate", harmless}};
    static const std::vector<KnownKey> quantization{{"linear_class", used}, {"modules_to_not_convert", used},
                                                    {"quant_method", used}, {"quantization_mode", used},
                                                    {"rms_norm_eps", used}, {"use_rms_norm", used}};
    static const std::vector<KnownKey> own{{"attention_bias", used}, {"gated_ffn", used}, {"lambda", used},
                                           {"norm_placement", used}, {"qk_norms", used},  {"sub_norms", used},
                                           {"template", used}};
    static const std::vector<KnownObject> objects{
        {"quantization_config", quantization}, {"rope_parameters", rope}, {"rope_scaling", rope}, {"tritlab", own}};
    return objects;
}

std::vector<std::string> checkConfigKeys(const json& config, const std::string& where) {
    std::vector<std::string> notes;
    for (const KnownObject& object : configObjects()) {
        const auto found = config.find(object.key);
        if (found == config.end() || !found->is_object()) continue;
        for (const auto& [key, value] : found->items())
            if (findKey(object.keys, key) == nullptr)
                notes.push_back("config.json: the key \"" + std::string(object.key) + "." + key +
                                "\" is not known here and was ignored");
    }
    for (const auto& [key, value] : config.items()) {
        const KnownKey* known = findKey(configKeys(), key);
        if (known == nullptr) {
            notes.push_back("config.json: the key \"" + key + "\" is not known here and was ignored");
            continue;
        }
        if (known->use != KeyUse::Neutral || isNeutral(*known, value) || isSwitchedOff(config, key, value)) continue;
        throw Error("'" + key + "' is " + shortText(value) + ", which this program does not compute", where,
                    "Use another model: this one would run and answer wrongly");
    }
    return notes;
}

std::vector<std::string> checkGgufKeys(const GgufFile& file, const std::string& architecture) {
    std::vector<std::string> notes;
    const std::string prefix = architecture + ".";
    for (const auto& [key, value] : file.metadata()) {
        // Weights that are stored rotated: they look like any others and mean nothing as they are.
        if (key.starts_with("prism."))
            throw Error(
                "key " + key + " says that its weights are transformed in a way that this program does not undo",
                file.path().string(), "Use another form of the model: this one would run and answer wrongly");
        if (!key.starts_with(prefix)) continue;
        const KnownKey* known = findKey(ggufKeys(), std::string_view(key).substr(prefix.size()));
        if (known == nullptr) {
            notes.push_back("the key \"" + key + "\" is not known here and was ignored");
            continue;
        }
        if (known->use != KeyUse::Neutral || isNeutral(*known, jsonOf(value))) continue;
        throw Error("key " + key + " is " + shortText(jsonOf(value)) + ", which this program does not compute",
                    file.path().string(), "Use another model: this one would run and answer wrongly");
    }
    if (file.integer("split.count").value_or(1) > 1)
        throw Error("is one of " + std::to_string(*file.integer("split.count")) + " parts of a model",
                    file.path().string(), "Join them first: llama-gguf-split --merge");
    return notes;
}

void tellOnce(const std::vector<std::string>& notes, const std::string& where) {
    static std::mutex mutex;
    static std::set<std::string> told;
    const std::lock_guard lock(mutex);
    for (const std::string& note : notes)
        if (const std::string line = where + ": " + note; told.insert(line).second) logWarning(line);
}

}  // namespace tritlab
