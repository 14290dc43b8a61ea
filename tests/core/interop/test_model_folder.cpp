// config.json both ways, packed linears against the layout's definition, shadow weights that quantize back.
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/base/utf8.h"
#include "core/interop/known_keys.h"
#include "core/interop/model_folder.h"

using namespace tritlab;
namespace fs = std::filesystem;
using nlohmann::json;

class TestModelFolder : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }

    static json bitnet() {
        return json::parse(R"({"model_type":"bitnet","vocab_size":128,"hidden_size":64,"num_hidden_layers":2,
            "num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":96,"hidden_act":"relu2",
            "quantization_config":{"quant_method":"bitnet","linear_class":"autobitlinear",
            "quantization_mode":"online"}})");
    }
    ModelDescription read(const json& object) const {
        writeFileAtomically(root() / "config.json", object.dump());
        return readModelDescription(root());
    }
    void refused(const json& object, const char* part) {
        try {
            (void)read(object);
            QFAIL(part);
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find(part) != std::string::npos, error.what());
        }
    }

private Q_SLOTS:
    // The defaults are those of transformers' BitNetConfig and LlamaConfig.
    void readsWhatHuggingFaceWrites() {
        ModelDescription description = read(bitnet());
        QVERIFY(description.config.subNorms && description.config.gatedFfn && description.config.ternaryLinears);
        QVERIFY(!description.config.tieEmbeddings);
        QCOMPARE(description.config.contextLength, 2048);
        QCOMPARE(description.config.ropeTheta, 500000.0);
        QCOMPARE(description.config.normEps, 1e-5);
        QCOMPARE(description.lambda, 1.0);
        QVERIFY(description.storage == WeightStorage::Master);

        json object = bitnet();
        object["rope_parameters"] = {{"rope_theta", 1234.0}, {"rope_type", "default"}};
        object["quantization_config"]["quantization_mode"] = "offline";
        description = read(object);
        QCOMPARE(description.config.ropeTheta, 1234.0);
        QVERIFY(description.storage == WeightStorage::PackedAbsmean);
        object["quantization_config"] = {{"quant_method", "bitnet"}};  // the class's own defaults: bitlinear, offline
        object["tie_word_embeddings"] = true;
        QVERIFY(read(object).storage == WeightStorage::PackedInverse);

        object.erase("quantization_config");
        object["model_type"] = "llama";
        object["hidden_act"] = "silu";
        object.erase("rope_parameters");
        description = read(object);
        QVERIFY(!description.config.ternaryLinears && !description.config.subNorms);
        QVERIFY(description.config.activation == Activation::Silu);
        QCOMPARE(description.config.ropeTheta, 10000.0);
        QCOMPARE(description.config.normEps, 1e-6);
        QCOMPARE(description.lambda, 0.0);
    }
    // Every key that transformers' classes write by default is in the table, and none of those values is refused.
    void everyKeyOfTransformersIsKnown() {
        const json fixture = json::parse(readFile(fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/model_keys.json"));
        QCOMPARE(fixture.at("configs").size(), std::size_t{4});
        for (const auto& [name, config] : fixture.at("configs").items()) {
            for (const auto& [key, value] : config.items())
                QVERIFY2(std::ranges::any_of(configKeys(), [&](const KnownKey& known) { return known.key == key; }),
                         (name + ": " + key).c_str());
            QVERIFY2(checkConfigKeys(config, name).empty(), name.c_str());
        }
        std::set<std::string_view> seen;
        for (const KnownKey& known : configKeys()) {
            QVERIFY2(seen.insert(known.key).second, std::string(known.key).c_str());
            QVERIFY(known.neutral.empty() || known.use == KeyUse::Neutral);
        }
    }

    // What changes the computation is used or refused by name, whatever program wrote it; what is unknown is told.
    void nothingThatChangesTheComputationIsIgnored() {
        const std::pair<const char*, json> refusedOnes[] = {{"weight_bits", 1},
                                                            {"sliding_window", 4096},
                                                            {"use_sliding_window", true},
                                                            {"partial_rotary_factor", 0.5},
                                                            {"final_logit_softcapping", 30.0},
                                                            {"attn_logit_softcapping", 50.0},
                                                            {"logit_scale", 0.0625},
                                                            {"embedding_multiplier", 12.0},
                                                            {"query_pre_attn_scalar", 256},
                                                            {"qk_norm", true},
                                                            {"clip_qkv", 8.0},
                                                            {"num_local_experts", 8},
                                                            {"layer_types", {"full_attention", "sliding_attention"}},
                                                            {"hidden_activation", "gelu"},
                                                            {"norm_type", "layernorm"},
                                                            {"mlp_bias", true}};
        for (const auto& [key, value] : refusedOnes) {
            json object = bitnet();
            object[key] = value;
            refused(object, key);
        }
        json object = bitnet();
        object.update({{"partial_rotary_factor", 1},
                       {"logit_scale", 1.0},
                       {"final_logit_softcapping", nullptr},
                       {"use_sliding_window", false},
                       {"sliding_window", 4096},
                       {"max_window_layers", 28},
                       {"layer_types", {"full_attention", "full_attention"}},
                       {"weight_bits", 16},
                       {"transformers_version", "9"}});
        QVERIFY(read(object).notes.empty());
        object["rotary_twist"] = 3;
        const ModelDescription description = read(object);
        QCOMPARE(description.notes.size(), std::size_t{1});
        QVERIFY(description.notes[0].find("\"rotary_twist\"") != std::string::npos);
        // Within the objects that it holds, too: of a newer version, or of another program.
        for (const char* name : {"quantization_config", "rope_parameters", "tritlab"}) {
            json nested = bitnet();
            nested[name]["twist"] = 2;
            const ModelDescription twisted = read(nested);
            QCOMPARE(twisted.notes.size(), std::size_t{1});
            QVERIFY(twisted.notes[0].find(std::string(name) + ".twist") != std::string::npos);
        }
        object = bitnet();
        object["rope_parameters"] = {{"rope_theta", 1e4}, {"rope_type", "default"}, {"partial_rotary_factor", 0.25}};
        refused(object, "partial_rotary_factor");
    }

    // A tensor that no part of the model takes, and one that is missing, are refused by name.
    void everyTensorHasAPlace() {
        json object = bitnet();
        object["tie_word_embeddings"] = true;
        const ModelDescription description = read(object);
        std::map<std::string, std::vector<std::int64_t>> shapes;
        for (const TensorSpec& spec : tensorSpecs(description.config)) shapes[spec.name] = spec.shape;
        const auto fault = [&](const std::map<std::string, std::vector<std::int64_t>>& present) -> std::string {
            std::vector<std::vector<float>> values;
            std::vector<TensorToWrite> tensors;
            for (const auto& [name, shape] : present) {
                std::int64_t count = 1;
                for (const std::int64_t length : shape) count *= length;
                values.emplace_back(static_cast<std::size_t>(count), 0.5F);
                tensors.push_back({name, DType::F32, shape, values.back().data()});
            }
            writeSafetensors(root() / "model.safetensors", tensors);
            try {
                ModelWeights(root()).requireTensorsOf(description);
                return {};
            } catch (const Error& error) {
                return error.what();
            }
        };
        QCOMPARE(fault(shapes), std::string());
        auto harmless = shapes;
        harmless["model.layers.0.self_attn.rotary_emb.inv_freq"] = {8};
        harmless["lm_head.weight"] = {128, 64};  // tied: transformers takes the embedding
        QCOMPARE(fault(harmless), std::string());
        for (const char* extra : {"model.layers.0.self_attn.q_proj.bias", "model.layers.1.self_attn.q_norm.weight",
                                  "model.layers.2.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight_scale"}) {
            auto more = shapes;
            more[extra] = {4};
            QVERIFY2(fault(more).find(extra) != std::string::npos, fault(more).c_str());
        }
        for (const char* lost : {"model.norm.weight", "model.layers.1.mlp.ffn_sub_norm.weight"}) {
            auto less = shapes;
            less.erase(lost);
            QVERIFY2(fault(less).find(lost) != std::string::npos, fault(less).c_str());
        }
    }

    // Defaults and keys of transformers' Qwen2Config and Qwen3Config.
    void readsQwen() {
        json object = bitnet();
        object.erase("quantization_config");
        object.erase("hidden_act");
        object["model_type"] = "qwen2";
        ModelDescription description = read(object);
        QVERIFY(description.config.attentionBias == AttentionBias::Qkv && !description.config.qkNorms);
        QVERIFY(!description.config.subNorms && description.config.activation == Activation::Silu);
        QCOMPARE(description.config.headSize, 16);
        QCOMPARE(description.config.contextLength, 32768);
        QCOMPARE(description.config.normEps, 1e-6);
        object["attention_bias"] = false;  // transformers' class has no such key
        QVERIFY(read(object).config.attentionBias == AttentionBias::Qkv);
        object["mlp_bias"] = true;
        refused(object, "mlp_bias");
        object.erase("mlp_bias");
        // A window counts only where it is switched on.
        object["sliding_window"] = 4096;
        object["max_window_layers"] = 1;
        QVERIFY(read(object).notes.empty());
        object["use_sliding_window"] = true;
        refused(object, "max_window_layers");
        object.erase("max_window_layers");
        refused(object, "sliding_window");
        object.erase("sliding_window");  // the class has a window of its own then
        refused(object, "use_sliding_window");
        object["use_sliding_window"] = false;
        object["layer_types"] = {"full_attention", "sliding_attention"};
        refused(object, "layer_types");
        object["layer_types"] = {"full_attention", "full_attention"};

        object["model_type"] = "qwen3";
        description = read(object);
        QVERIFY(description.config.qkNorms && description.config.attentionBias == AttentionBias::None);
        QCOMPARE(description.config.headSize, 128);
        object["head_dim"] = 24;
        object["attention_bias"] = true;
        description = read(object);
        QVERIFY(description.config.attentionBias == AttentionBias::All);
        QCOMPARE(description.config.headSize, 24);
    }
    void readsScaledRotations() {
        json object = bitnet();
        const json llama3 = {{"rope_type", "llama3"},
                             {"factor", 32.0},
                             {"low_freq_factor", 1.0},
                             {"high_freq_factor", 4.0},
                             {"original_max_position_embeddings", 8192}};
        const RopeScaling wanted{RopeScaling::Kind::Llama3, 32, 1, 4, 8192};
        object["rope_theta"] = 500000.0;
        object["rope_scaling"] = llama3;
        QVERIFY(read(object).config.ropeScaling == wanted);
        json older = object;  // "type" was the key at first
        older["rope_scaling"].erase("rope_type");
        older["rope_scaling"]["type"] = "llama3";
        QVERIFY(read(older).config.ropeScaling == wanted);
        json newer = bitnet();
        newer["rope_parameters"] = llama3;
        newer["rope_parameters"]["rope_theta"] = 1234.0;
        QVERIFY(read(newer).config.ropeScaling == wanted);
        QCOMPARE(read(newer).config.ropeTheta, 1234.0);
        newer["rope_scaling"] = llama3;  // both, as this program writes them
        QVERIFY(read(newer).config.ropeScaling == wanted && read(newer).notes.empty());
        newer["rope_scaling"]["factor"] = 8.0;
        refused(newer, "rope_parameters");
        json without = object;
        without["rope_scaling"].erase("original_max_position_embeddings");
        QCOMPARE(read(without).config.ropeScaling.originalContext, 2048);  // the model's whole context
        without["original_max_position_embeddings"] = 512;
        QCOMPARE(read(without).config.ropeScaling.originalContext, 512);
        for (const char* key : {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
            json less = object;
            less["rope_scaling"].erase(key);
            if (key != std::string_view("original_max_position_embeddings")) refused(less, key);
            less["rope_scaling"][key] = "many";
            refused(less, key);
        }
        object["rope_scaling"]["high_freq_factor"] = 1.0;
        refused(object, "scaling");
        object["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}};
        QVERIFY(read(object).config.ropeScaling == (RopeScaling{.kind = RopeScaling::Kind::Linear, .factor = 4}));
        object["rope_scaling"]["factor"] = -1;
        refused(object, "scaling");
        for (const char* type : {"yarn", "dynamic", "longrope", "mrope", "proportional"}) {
            object["rope_scaling"] = {{"rope_type", type}, {"factor", 4.0}};
            refused(object, type);
        }
    }
    // transformers computes (x W + b) s for packed linears, not x W s + b.
    void packedLinearsWithBiasesAreRefused() {
        json object = bitnet();
        object["attention_bias"] = true;
        QVERIFY(read(object).config.attentionBias == AttentionBias::All);
        object["quantization_config"]["quantization_mode"] = "offline";
        refused(object, "biases");
        object["quantization_config"]["linear_class"] = "bitlinear";
        object["tie_word_embeddings"] = true;
        QVERIFY(read(object).storage == WeightStorage::PackedInverse);
    }

    void resolvesModulesThatStayDense() {
        json object = bitnet();
        object["quantization_config"]["modules_to_not_convert"] = {"model.layers.1", "o_proj", "lm_head"};
        const auto dense = read(object).config.denseModules;
        QCOMPARE(dense.size(), std::size_t{8});  // seven of layer 1, and layer 0's o_proj
        QVERIFY(std::count(dense.begin(), dense.end(), "model.layers.0.self_attn.o_proj") == 1);
        object["quantization_config"]["modules_to_not_convert"] = {"model.layers.1"};
        refused(object, "lm_head");
    }
    void refusesWhatItCannotHonour() {
        for (const char* key :
             {"hidden_size", "vocab_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"}) {
            json object = bitnet();
            object.erase(key);
            refused(object, key);
            object[key] = "many";
            refused(object, key);
            object[key] = -3;
            refused(object, key);
        }
        json object = bitnet();
        object["rope_scaling"] = {{"rope_type", "yarn"}, {"factor", 4.0}};
        refused(object, "yarn");
        object = bitnet();
        object["hidden_act"] = "gelu";
        refused(object, "gelu");
        object = bitnet();
        object["model_type"] = "gpt2";
        refused(object, "gpt2");
        object = bitnet();
        object["quantization_config"]["quant_method"] = "gptq";
        refused(object, "gptq");
        object = bitnet();
        object["quantization_config"]["quantization_mode"] = "later";
        refused(object, "quantization_mode");
        object = bitnet();
        object["quantization_config"]["rms_norm_eps"] = 0.5;  // of norms that it does not have
        QCOMPARE(read(object).config.inputNormEps, ModelConfig().inputNormEps);
        object = bitnet();
        object["num_key_value_heads"] = 3;
        refused(object, "num_key_value_heads");
        writeFileAtomically(root() / "config.json", "{\"model_type\": ");
        QVERIFY_EXCEPTION_THROWN(readModelDescription(root()), Error);
        QVERIFY_EXCEPTION_THROWN(readModelDescription(root() / "absent"), Error);
    }
    // Numbers that a file can hold and no model has: refused where they are read, not where they are computed with.
    void refusesNumbersThatCannotBeComputed() {
        const auto with = [](const char* key, const json& value) {
            json object = bitnet();
            object[key] = value;
            return object;
        };
        refused(with("rms_norm_eps", -1e-5), "epsilon");
        refused(with("rope_theta", 0), "rotation");
        refused(with("rope_parameters", {{"rope_theta", -1}}), "rotation");
        refused(with("vocab_size", std::uint64_t{18446744073709551615U}), "18446744073709551615, not between 1");
        refused(with("tritlab", {{"lambda", 2}}), "lambda");
        refused(with("tritlab", {{"lambda", -0.5}}), "lambda");
        json object = with("hidden_size", 2);  // less than one number for each head
        refused(object, "a size is 0");
        object = with("hidden_size", 1 << 24);
        object["num_attention_heads"] = object["num_key_value_heads"] = object["head_dim"] = 65536;
        object["num_hidden_layers"] = 4096;  // 2^70 parameters
        refused(object, "2^50");
        QCOMPARE(read(with("rms_norm_eps", 0)).config.normEps, 0.0);
    }
    void aLongValueIsCutBetweenCharacters() {
        for (const std::size_t ascii : {0, 1}) {
            json object = bitnet();
            std::string text(ascii, 'a');
            for (int i = 0; i < 60; ++i) text += "\xC3\xA9";
            object["norm_type"] = text;
            try {
                (void)read(object);
                QFAIL("not refused");
            } catch (const Error& error) {
                QVERIFY2(isUtf8(error.what()), error.what());
            }
        }
    }
    void deepNestingIsRefused() {
        const std::string text = bitnet().dump();
        for (const std::size_t depth : {std::size_t{400}, std::size_t{1'000'000}}) {
            writeFileAtomically(root() / "config.json", text.substr(0, text.size() - 1) + ",\"sliding_window\":" +
                                                            std::string(depth, '[') + std::string(depth, ']') + "}");
            try {
                (void)readModelDescription(root());
                QFAIL("not refused");
            } catch (const Error& error) {
                const char* part = depth == 400 ? "sliding_window" : "no JSON object";
                QVERIFY2(std::string(error.what()).find(part) != std::string::npos, error.what());
            }
        }
    }
    // A regular expression that backtracks without end, one that nests without end, and more patterns than can be
    // tried.
    void patternsThatTakeTooLong() {
        json object = bitnet();
        auto& patterns = object["quantization_config"]["modules_to_not_convert"];
        patterns = {"(.*)*(.*)*(.*)*[xz]", "lm_head"};
        refused(object, "cannot be matched in time");
        patterns = {std::string(100'000, '(') + "a" + std::string(100'000, ')'), "lm_head"};
        QVERIFY(read(object).config.denseModules.empty());  // no regular expression, and no module has that name
        patterns = {"[", "model\\.layers\\.[01]\\.mlp", "lm_head"};
        QCOMPARE(read(object).config.denseModules.size(), std::size_t{6});
        object["num_hidden_layers"] = 4096;
        patterns = std::vector<std::string>(100, "no.such.module");
        refused(object, "too many to be tried");
        patterns = {".*"};
        const ModelConfig config = read(object).config;
        QCOMPARE(config.denseModules.size(), std::size_t{4096 * 7});
        for (const TensorSpec& spec : tensorSpecs(config)) QVERIFY(!spec.ternary);
    }
    void ownFoldersRoundTrip() {
        for (const NormPlacement placement : {NormPlacement::Pre, NormPlacement::Post}) {
            for (int bits = 0; bits < 256; ++bits) {
                ModelDescription description;
                ModelConfig& config = description.config;
                config.vocabSize = 300;
                config.hiddenSize = 32;
                config.layers = 3;
                config.heads = 4;
                config.kvHeads = 2;
                config.headSize = 16;
                config.ffnSize = 80;
                config.contextLength = 128;
                config.ropeTheta = 12345.0;
                config.normPlacement = placement;
                config.gatedFfn = (bits & 1) != 0;
                config.subNorms = (bits & 2) != 0;
                config.ternaryLinears = (bits & 4) != 0;
                config.tieEmbeddings = (bits & 8) != 0;
                config.qkNorms = (bits & 16) != 0;
                config.mlpBias = (bits & 32) != 0;
                config.attentionBias = static_cast<AttentionBias>((bits >> 6) % 3);
                if (bits % 3 == 1) config.ropeScaling = {RopeScaling::Kind::Llama3, 8, 1.5, 4.25, 77};
                if (bits % 3 == 2) config.ropeScaling = {.kind = RopeScaling::Kind::Linear, .factor = 3};
                description.chatTemplate = Template::Instruction;
                description.lambda = 0.25;
                description.origin = "tritlab";
                const ModelDescription back = read(json::parse(modelDescriptionJson(description).dump()));
                QVERIFY2(back.config == config && back.notes.empty(), modelDescriptionJson(description).dump().c_str());
                QVERIFY(back.chatTemplate == Template::Instruction && back.lambda == 0.25 && back.origin == "tritlab");
            }
        }
    }
    void packedLinearsFollowTheLayout() {
        const std::int64_t out = 12, in = 7, rows = out / 4;
        std::vector<std::int8_t> codes(static_cast<std::size_t>(out * in));
        for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int8_t>(randomBits(1, 2, i) % 3) - 1;
        std::vector<std::uint8_t> packed(static_cast<std::size_t>(rows * in), 0);
        for (std::int64_t i = 0; i < 4; ++i)
            for (std::int64_t r = 0; r < rows; ++r)
                for (std::int64_t c = 0; c < in; ++c)
                    packed[static_cast<std::size_t>(r * in + c)] |= static_cast<std::uint8_t>(
                        (codes[static_cast<std::size_t>((i * rows + r) * in + c)] + 1) << (2 * i));
        const float scale = 0.25F, inverse = 4.0F;
        for (const bool inverted : {false, true}) {
            writeSafetensors(root() / "model.safetensors",
                             {{"l.weight", DType::U8, {rows, in}, packed.data()},
                              {"l.weight_scale", DType::F32, {1}, inverted ? &inverse : &scale}});
            const TernaryWeights linear = ModelWeights(root()).ternaryLinear(
                "l", out, in, inverted ? WeightStorage::PackedInverse : WeightStorage::PackedAbsmean);
            QVERIFY(linear.codes == codes);
            QCOMPARE(linear.tensorScale("l"), 0.25F);
            // Quantized again, by the formula: the same codes and scale.
            const std::vector<float> weight = shadowWeightOf(linear, "l");
            double mean = 0;
            for (const float w : weight) mean += std::abs(w);
            mean /= static_cast<double>(weight.size());
            QVERIFY(std::abs(mean - 0.25) < 1e-7);
            for (std::size_t i = 0; i < weight.size(); ++i)
                QCOMPARE(static_cast<int>(std::clamp(std::nearbyint(weight[i] / mean), -1.0, 1.0)), int(codes[i]));
        }
        packed[3] = 0xff;
        writeSafetensors(root() / "model.safetensors", {{"l.weight", DType::U8, {rows, in}, packed.data()},
                                                        {"l.weight_scale", DType::F32, {1}, &scale}});
        QVERIFY_EXCEPTION_THROWN((void)ModelWeights(root()).ternaryLinear("l", out, in, WeightStorage::PackedAbsmean),
                                 Error);
        fs::remove(root() / "model.safetensors");
    }
    void readsShards() {
        const float one = 1, two = 2;
        writeSafetensors(root() / "a.safetensors", {{"x", DType::F32, {1}, &one}});
        writeSafetensors(root() / "b.safetensors", {{"y", DType::F32, {1}, &two}});
        const json index = {{"weight_map", {{"x", "a.safetensors"}, {"y", "b.safetensors"}}}};
        writeFileAtomically(root() / "model.safetensors.index.json", index.dump());
        const ModelWeights weights(root());
        QCOMPARE(weights.floats("y", {1}).front(), 2.0F);
        QVERIFY_EXCEPTION_THROWN((void)weights.floats("z", {1}), Error);
        QVERIFY_EXCEPTION_THROWN((void)weights.floats("x", {2}), Error);
        writeFileAtomically(root() / "model.safetensors.index.json",
                            json{{"weight_map", {{"x", "../a.safetensors"}}}}.dump());
        QVERIFY_EXCEPTION_THROWN(ModelWeights{root()}, Error);
    }
};

QTEST_APPLESS_MAIN(TestModelFolder)
#include "test_model_folder.moc"
