// Models as GGUF files: names, row order, scales and activations as llama.cpp has them; what comes back is what went
// in; what has no form is refused with what to do instead, and so is every file that holds more than is understood.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <deque>
#include <fstream>
#include <limits>

#include "../infer/naive_model.h"
#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/formats/gguf_codecs.h"
#include "core/interop/chosen_activation.h"
#include "core/interop/export_model.h"
#include "core/interop/model_gguf.h"
#include "core/kernels/quantizers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestModelGguf : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    int made_ = 0;
    fs::path root() const { return dir_.path().toStdString(); }

    // Four random codes of two bits, none of them 3.
    static std::uint8_t tritsOf(std::uint64_t random) {
        return static_cast<std::uint8_t>(random % 3 | random / 3 % 3 << 2 | random / 9 % 3 << 4 | random / 27 % 3 << 6);
    }
    static ModelConfig bitnet() {
        ModelConfig config;
        config.vocabSize = 60;
        config.hiddenSize = 256;
        config.layers = 2;
        config.heads = 4;
        config.kvHeads = 2;
        config.headSize = 64;
        config.ffnSize = 160;  // no multiple of 256: the down projection goes to Q4_0
        config.contextLength = 96;
        config.ropeTheta = 500000;
        config.activation = Activation::Silu;
        return config;
    }
    static ModelConfig llama() {
        ModelConfig config = bitnet();
        config.subNorms = config.tieEmbeddings = config.ternaryLinears = false;
        config.headSize = 32;  // the heads are together narrower than the hidden size
        return config;
    }
    // A random model and its export.
    std::pair<fs::path, fs::path> exported(const ModelConfig& config, ExportFormat format,
                                           Template chatTemplate = Template::Plain) {
        const fs::path folder = root() / ("m" + std::to_string(made_)),
                       out = root() / ("m" + std::to_string(made_) + ".gguf");
        ++made_;
        writeRandomModel(folder, config, 3, DType::F32, chatTemplate);
        exportGguf(folder, out, format, {});
        return {folder, out};
    }
    // The file written anew with some entries and tensors changed.
    template <class Change>
    fs::path changed(const fs::path& from, Change change) {
        const GgufFile read(from);
        std::map<std::string, GgufValue> keys = read.metadata();
        std::map<std::string, GgufTensor> tensors = read.tensors();
        change(keys, tensors);
        std::vector<GgufTensorToWrite> list;
        for (const auto& [name, tensor] : tensors)
            list.push_back({name, tensor.type, tensor.shape, [bytes = tensor.bytes] {
                                const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
                                return std::vector<std::uint8_t>(first, first + bytes.size());
                            }});
        const fs::path out = root() / ("changed" + std::to_string(made_++) + ".gguf");
        writeGguf(out, GgufEntries(keys.begin(), keys.end()), list);
        return out;
    }
    template <class Change>
    void refused(const fs::path& from, const char* part, Change change) {
        const fs::path file = changed(from, change);
        try {
            (void)GgufModel(file).names();
            QFAIL(part);
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find(part) != std::string::npos, error.what());
            QVERIFY(std::string(error.what()).find(file.filename()) != std::string::npos && !error.hint().empty());
        }
    }

private Q_SLOTS:
    void bitnetLosesNothingOfItsLinears_data() {
        QTest::addColumn<int>("format");
        for (const ExportFormat format :
             {ExportFormat::GgufTq2, ExportFormat::GgufTq1, ExportFormat::GgufQ2, ExportFormat::GgufF16})
            QTest::newRow(exportFormat(format).key) << static_cast<int>(format);
    }
    void bitnetLosesNothingOfItsLinears() {
        QFETCH(int, format);
        ModelConfig config = bitnet();
        config.activation = Activation::ReluSquared;
        const auto [folder, out] = exported(config, static_cast<ExportFormat>(format), Template::B2B4T);
        const ModelDescription description = readModelDescription(out);
        QVERIFY(description.config == config);
        QVERIFY(description.chatTemplate == Template::B2B4T && description.storage == WeightStorage::PackedAbsmean &&
                description.lambda == 1);
        const ModelWeights before(folder), after(out);
        QCOMPARE(after.names().size(), tensorSpecs(config).size());
        for (const TensorSpec& spec : tensorSpecs(config)) {
            const std::vector<float> weights = before.floats(spec.name, spec.shape);
            if (spec.ternary) {
                std::vector<std::int8_t> codes(weights.size());
                ternaryCodes(weights, absmean(weights), codes);
                const TernaryWeights linear = after.ternaryLinear(spec.name.substr(0, spec.name.size() - 7),
                                                                  spec.shape[0], spec.shape[1], description.storage);
                QVERIFY(linear.codes == codes);
                QCOMPARE(linear.tensorScale(spec.name), absmean(weights));
                QVERIFY(after.floats(spec.name, spec.shape).front() ==
                        static_cast<float>(codes.front()) * absmean(weights));
            } else if (spec.shape.size() == 1) {
                QVERIFY(after.floats(spec.name, spec.shape) == weights);
            } else {
                QVERIFY(std::abs(after.floats(spec.name, spec.shape)[5] - weights[5]) <= std::abs(weights[5]) / 2048);
            }
        }
        const GgufFile read(out);
        QCOMPARE(*read.text("general.architecture"), std::string("bitnet"));
        QCOMPARE(*read.text("bitnet.hidden_activation"), std::string("relu2"));
        QCOMPARE(*read.integer("bitnet.rope.dimension_count"), std::int64_t{64});
        QVERIFY(read.find("blk.1.attn_sub_norm.weight") != nullptr && read.find("output.weight") == nullptr);
        const bool half = format == static_cast<int>(ExportFormat::GgufF16);
        QVERIFY(read.find("blk.0.ffn_down.weight")->type == (half ? GgmlType::F16 : GgmlType::Q4_0));
        QVERIFY(read.find("blk.0.ffn_up.scale")->shape == (std::vector<std::int64_t>{1}));
    }
    // Row i of llama.cpp's query is, per head, half i % 2 and pair i / 2 of the half-split order.
    void llamaRowsArePaired() {
        const auto [folder, out] = exported(llama(), ExportFormat::GgufF16);
        const GgufFile read(out);
        const ModelWeights before(folder), after(out);
        for (const char* name : {"attn_q", "attn_k"}) {
            const std::string ours = name == std::string("attn_q") ? "model.layers.1.self_attn.q_proj.weight"
                                                                   : "model.layers.1.self_attn.k_proj.weight";
            const std::int64_t rows = name == std::string("attn_q") ? 128 : 64;
            const std::vector<float> mine = before.floats(ours, {rows, 256}), back = after.floats(ours, {rows, 256});
            const GgufTensor* tensor = read.find(std::string("blk.1.") + name + ".weight");
            const std::vector<float> theirs = decodeGgml(tensor->type, tensor->bytes, name);
            for (std::int64_t row = 0; row < rows; ++row) {
                const std::int64_t head = row / 32, i = row % 32, from = head * 32 + i % 2 * 16 + i / 2;
                for (std::int64_t c = 0; c < 256; c += 51) {
                    const float there = theirs[static_cast<std::size_t>(row * 256 + c)],
                                here = mine[static_cast<std::size_t>(from * 256 + c)];
                    QVERIFY(std::abs(there - here) <= std::abs(here) / 2048);
                    QVERIFY(back[static_cast<std::size_t>(from * 256 + c)] == there);
                }
            }
        }
        QVERIFY(readModelDescription(out).config == llama());
        QVERIFY(read.find("output.weight") != nullptr);
    }
    void ternaryLlamaKeepsItsCodes() {
        ModelConfig config = llama();
        config.ternaryLinears = true;
        const auto [folder, out] = exported(config, ExportFormat::GgufTq2);
        const ModelDescription description = readModelDescription(out);
        QVERIFY(description.config == config);
        const ModelWeights before(folder), after(out);
        for (const TensorSpec& spec : tensorSpecs(config)) {
            if (!spec.ternary) continue;
            const std::vector<float> weights = before.floats(spec.name, spec.shape);
            std::vector<std::int8_t> codes(weights.size());
            ternaryCodes(weights, absmean(weights), codes);
            const TernaryWeights linear = after.ternaryLinear(spec.name.substr(0, spec.name.size() - 7), spec.shape[0],
                                                              spec.shape[1], description.storage);
            QVERIFY(linear.codes == codes);
            QVERIFY(std::abs(linear.tensorScale(spec.name) - absmean(weights)) <= absmean(weights) / 2048);
        }
        QVERIFY(GgufFile(out).find("blk.0.ffn_up.scale") == nullptr);  // older llama.cpp would refuse it here
    }
    // Of other programs: no keys of ours, weights as they are, in any type.
    void othersFilesAreRead() {
        const auto strip = [](auto& keys, auto&) {
            std::erase_if(keys, [](const auto& each) { return each.first.starts_with("tritlab."); });
        };
        const auto [folder, dense] = exported(llama(), ExportFormat::GgufF16);
        QVERIFY(readModelDescription(changed(dense, strip)).config == llama());
        const auto [bitFolder, bit] = exported(bitnet(), ExportFormat::GgufF16);
        const fs::path foreign = changed(bit, [&](auto& keys, auto& tensors) {
            strip(keys, tensors);
            std::erase_if(tensors, [](const auto& each) { return each.first.ends_with(".scale"); });
        });
        const ModelDescription description = readModelDescription(foreign);
        QVERIFY(description.config == bitnet());
        QCOMPARE(ModelWeights(foreign)
                     .ternaryLinear("model.layers.0.mlp.up_proj", 160, 256, description.storage)
                     .tensorScale("up_proj"),
                 1.0F);
    }
    // microsoft/BitNet's own files: another name for the architecture, squared ReLU, I2_S with a scale of its own, and
    // a chat template that is not the model's.
    void officialBitnetFilesAreRead() {
        ModelConfig config = bitnet();
        config.activation = Activation::ReluSquared;
        const auto [folder, out] = exported(config, ExportFormat::GgufTq2);
        std::deque<std::vector<std::uint8_t>> made;
        std::map<std::string, std::vector<std::int8_t>> codesOf;
        const fs::path official = changed(out, [&](auto& keys, auto& tensors) {
            std::map<std::string, GgufValue> renamed{{"general.architecture", std::string("bitnet-b1.58")},
                                                     {"general.file_type", std::uint32_t{40}},
                                                     {"tokenizer.chat_template", std::string("Human: ...")}};
            for (const auto& [key, value] : keys)
                if (key.starts_with("bitnet.") && key != "bitnet.hidden_activation")
                    renamed.emplace("bitnet-b1.58." + key.substr(7), value);
            keys = renamed;
            std::erase_if(tensors, [](const auto& each) { return each.first.ends_with(".scale"); });
            for (auto& [name, tensor] : tensors) {
                if (tensor.shape.size() != 2 || name == "token_embd.weight") continue;
                const std::vector<float> values = decodeGgml(tensor.type, tensor.bytes, name);
                std::vector<std::uint8_t>& bytes = made.emplace_back(values.size() / 4 + 32);
                for (std::size_t e = 0; e < values.size(); ++e) {
                    codesOf[name].push_back(static_cast<std::int8_t>(values[e]));
                    std::uint8_t& byte = bytes[32 * (e / 128) + e % 32];
                    byte = static_cast<std::uint8_t>(byte | (codesOf[name][e] + 1) << (6 - 2 * (e % 128 / 32)));
                }
                const float scale = 0.75F;
                std::memcpy(bytes.data() + values.size() / 4, &scale, sizeof scale);
                tensor.type = GgmlType::I2_S;
                tensor.bytes = std::as_bytes(std::span(bytes));
            }
        });
        const ModelDescription description = readModelDescription(official);
        QVERIFY(description.config == config);
        QVERIFY(description.chatTemplate == Template::B2B4T && description.storage == WeightStorage::PackedAbsmean);
        const ModelWeights weights(official);
        for (const TensorSpec& spec : tensorSpecs(config)) {
            if (!spec.ternary) continue;
            const TernaryWeights linear = weights.ternaryLinear(spec.name.substr(0, spec.name.size() - 7),
                                                                spec.shape[0], spec.shape[1], description.storage);
            QVERIFY(linear.codes == codesOf.at(ggufName(spec.name)));
            QCOMPARE(linear.tensorScale(spec.name), 0.75F);
        }
    }
    // A scale for each 64 weights stays one: in the groups themselves, and where the linears are ternary.
    void groupsKeepTheirScales() {
        const auto [folder, out] = exported(llama(), ExportFormat::GgufF16);
        std::deque<std::vector<std::uint8_t>> made;
        const fs::path grouped = changed(out, [&](auto&, auto& tensors) {
            for (auto& [name, tensor] : tensors) {
                if (tensor.shape.size() != 2 || tensor.shape.back() % 64 != 0) continue;
                const auto blocks = static_cast<std::size_t>(tensor.shape[0] * tensor.shape[1] / 64);
                std::vector<std::uint8_t>& bytes = made.emplace_back(18 * blocks);
                for (std::size_t i = 0; i < blocks; ++i) {
                    const std::uint16_t half = floatToF16(0.25F * static_cast<float>(1 + i % 9));
                    std::memcpy(bytes.data() + 18 * i, &half, sizeof half);
                    for (std::size_t j = 0; j < 16; ++j) bytes[18 * i + 2 + j] = tritsOf(randomBits(made.size(), i, j));
                }
                tensor.type = GgmlType::Q2_0;
                tensor.bytes = std::as_bytes(std::span(bytes));
            }
        });
        const ModelWeights weights(grouped);
        const ModelConfig config = llama();
        for (const TensorSpec& spec : tensorSpecs(config)) {
            if (spec.shape.size() != 2 || spec.shape.back() % 64 != 0) continue;
            const std::vector<float> values = weights.floats(spec.name, spec.shape);
            const auto groups = weights.grouped(spec.name, spec.shape);
            QVERIFY(groups && groups->form == (GroupForm{2, 64, false, true}));
            for (std::size_t i = 0; i < values.size(); ++i)
                QCOMPARE(groups->scales[i / 64] * static_cast<float>(groups->codes[i]), values[i]);
        }
        // As a model of ternary linears: every weight is what the file says, none is quantized once more.
        const TensorSpec up{"model.layers.0.mlp.up_proj.weight", {160, 256}, true};
        const TernaryWeights linear = weights.ternaryLinear("model.layers.0.mlp.up_proj", 160, 256, {});
        const std::vector<float> values = weights.floats(up.name, up.shape);
        QCOMPARE(linear.scales.size(), values.size() / 64);
        for (std::size_t i = 0; i < values.size(); ++i)
            QCOMPARE(linear.scales[i / 64] * static_cast<float>(linear.codes[i]), values[i]);
        QVERIFY_EXCEPTION_THROWN((void)linear.tensorScale("up"), Error);
        refused(out, "prism.hadamard", [](auto& keys, auto&) { keys["prism.hadamard.group"] = std::uint32_t{128}; });
    }
    // A file of the architecture bitnet may have any activation; where it does not say, only a person can.
    void anActivationIsNeverGuessed() {
        const auto [folder, named] = exported(bitnet(), ExportFormat::GgufTq2);
        const auto drop = [](auto& keys, auto&) { keys.erase("bitnet.hidden_activation"); };
        const fs::path silent = changed(named, drop), other = changed(named, drop);
        refused(named, "does not say which activation", drop);
        QVERIFY(lacksActivation(silent) && !lacksActivation(named) && !lacksActivation(folder));
        for (const Activation activation : {Activation::ReluSquared, Activation::Silu}) {
            chooseActivation(silent, activation);
            const ModelDescription description = readModelDescription(silent);
            QVERIFY(description.config.activation == activation && !lacksActivation(silent));
            QVERIFY(description.notes.size() == 1 &&
                    description.notes[0].find(activationInfo(activation).names.front()) != std::string::npos);
        }
        // The same file by another path is chosen for too, another file is not.
        QVERIFY(readModelDescription(root() / "." / silent.filename()).config.activation == Activation::Silu);
        QVERIFY(lacksActivation(other));
        // A model that says it itself is not overruled.
        chooseActivation(named, Activation::Silu);
        QVERIFY_EXCEPTION_THROWN(chooseActivation(named, Activation::ReluSquared), Error);
        QVERIFY_EXCEPTION_THROWN(chooseActivation(folder, Activation::ReluSquared), Error);
        // llama has one activation, and no key for it.
        const auto [llamaFolder, llamaFile] = exported(llama(), ExportFormat::GgufF16);
        const fs::path plain = changed(llamaFile, [](auto& keys, auto&) { keys.erase("llama.hidden_activation"); });
        QVERIFY(!lacksActivation(plain) && readModelDescription(plain).config.activation == Activation::Silu);
        QVERIFY_EXCEPTION_THROWN(chooseActivation(plain, Activation::ReluSquared), Error);
        // What is written from the file says it from then on.
        exportGguf(silent, root() / "said.gguf", ExportFormat::GgufTq2, {});
        QVERIFY(!lacksActivation(root() / "said.gguf"));
    }
    void bf16AndQ8AreRead() {
        std::vector<float> values(60 * 256);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(randomUniform(4, 1, i)) - 0.5F;
        for (const GgmlType type : {GgmlType::BF16, GgmlType::Q8_0, GgmlType::F32}) {
            const std::vector<std::uint8_t> bytes = encodeGgml(type, values);
            const auto [folder, out] = exported(llama(), ExportFormat::GgufF16);
            const fs::path file = changed(out, [&](auto&, auto& tensors) {
                tensors["token_embd.weight"] = {type, {60, 256}, std::as_bytes(std::span(bytes))};
            });
            const ModelWeights weights(file);
            QVERIFY(weights.floats("model.embed_tokens.weight", {60, 256}) ==
                    decodeGgml(type, std::as_bytes(std::span(bytes)), "t"));
            QVERIFY(weights.storedType("model.embed_tokens.weight", {60, 256}) ==
                    (type == GgmlType::BF16 ? DType::BF16 : DType::F32));
            QVERIFY_EXCEPTION_THROWN((void)weights.floats("model.embed_tokens.weight", {61, 256}), Error);
        }
    }
    void refusesWhatItDoesNotUnderstand() {
        const auto [folder, out] = exported(bitnet(), ExportFormat::GgufTq2);
        const auto key = [](const char* name, GgufValue value) {
            return [name, value](auto& keys, auto&) { keys[name] = value; };
        };
        refused(out, "qwen2moe", key("general.architecture", std::string("qwen2moe")));
        refused(out, "bitnet.block_count is missing", [](auto& keys, auto&) { keys.erase("bitnet.block_count"); });
        refused(out, "between 1 and", key("bitnet.embedding_length", std::uint32_t{0}));
        refused(out, "another kind", key("bitnet.embedding_length", std::string("wide")));
        refused(out, "do not divide", key("bitnet.attention.head_count_kv", std::uint32_t{3}));
        refused(out, "part of each head", key("bitnet.rope.dimension_count", std::uint32_t{32}));
        refused(out, "yarn", key("bitnet.rope.scaling.type", std::string("yarn")));
        refused(out, "experts", key("bitnet.expert_count", std::uint32_t{8}));
        refused(out, "gelu", key("bitnet.hidden_activation", std::string("gelu")));
        refused(out, "rotation", key("bitnet.rope.freq_base", std::numeric_limits<float>::quiet_NaN()));
        refused(out, "epsilon", key("bitnet.attention.layer_norm_rms_epsilon", -1.0F));
        refused(out, "tritlab.template", key("tritlab.template", std::string("opera")));
        refused(out, "attn_q.bias",
                [](auto&, auto& tensors) { tensors["blk.0.attn_q.bias"] = tensors["output_norm.weight"]; });
        refused(out, "token_embd.weight", [](auto&, auto& tensors) { tensors.erase("token_embd.weight"); });
        const fs::path cut = changed(out, [](auto&, auto& tensors) { tensors.erase("blk.1.ffn_up.weight"); });
        QVERIFY_EXCEPTION_THROWN(
            (void)ModelWeights(cut).ternaryLinear("model.layers.1.mlp.up_proj", 160, 256, WeightStorage::PackedAbsmean),
            Error);
    }
    void saysWhatCannotLeave() {
        for (const auto& [name, config] : tinyConfigs()) {
            const auto obstacle = exportObstacle(config, ExportFormat::GgufTq2);
            const bool leaves = name == "2b4t";
            QVERIFY2(obstacle.has_value() != leaves, name.c_str());
            if (obstacle) QVERIFY(!obstacle->hint().empty());
            QVERIFY(!exportObstacle(config, ExportFormat::HuggingFace));
            const bool computes = name == "llama" || name == "llama 3" || name == "qwen2" || name == "qwen3";
            QVERIFY2(readerComputes(config, ExportReader::LlamaCpp) == computes, name.c_str());
        }
        QVERIFY(readerComputes(bitnet(), ExportReader::LlamaCpp) && !exportObstacle(llama(), ExportFormat::GgufF16));
        const auto [folder, out] = exported(bitnet(), ExportFormat::GgufTq2);
        QVERIFY_EXCEPTION_THROWN(exportGguf(folder, out, ExportFormat::GgufTq1, {}), Error);  // it is there
        writeRandomModel(root() / "dense", llama(), 1);
        QVERIFY_EXCEPTION_THROWN(exportGguf(root() / "dense", root() / "dense.gguf", ExportFormat::GgufTq2, {}), Error);
        QVERIFY(!fs::exists(root() / "dense.gguf"));
    }
    // Biases, norms of the heads, a head size of its own: under llama.cpp's names, in its order of rows.
    void qwenRoundTrips() {
        ModelConfig qwen2 = llama(), qwen3 = llama();
        qwen2.attentionBias = AttentionBias::Qkv;
        qwen2.headSize = 64;
        qwen2.ropeScaling = {.kind = RopeScaling::Kind::Linear, .factor = 2};
        qwen3.qkNorms = qwen3.tieEmbeddings = true;
        for (const auto& [name, config] : {std::pair{std::string("qwen2"), qwen2}, {std::string("qwen3"), qwen3}}) {
            for (const bool ternary : {false, true}) {
                ModelConfig made = config;
                made.ternaryLinears = ternary;
                const auto [folder, out] = exported(made, ternary ? ExportFormat::GgufTq2 : ExportFormat::GgufF16);
                const ModelDescription description = readModelDescription(out);
                QVERIFY(description.config == made && description.origin == name);
                const GgufFile read(out);
                QCOMPARE(*read.text("general.architecture"), name);
                QCOMPARE(*read.integer(name + ".attention.key_length"), made.headSize);
                const ModelWeights before(folder), after(out);
                QCOMPARE(after.names().size(), tensorSpecs(made).size());
                for (const TensorSpec& spec : tensorSpecs(made)) {
                    if (spec.ternary) continue;
                    const std::vector<float> mine = before.floats(spec.name, spec.shape);
                    const GgufTensor* tensor = read.find(ggufName(spec.name));
                    QVERIFY2(tensor != nullptr && tensor->shape == spec.shape, spec.name.c_str());
                    const std::vector<float> theirs = decodeGgml(tensor->type, tensor->bytes, spec.name);
                    QVERIFY2(after.floats(spec.name, spec.shape) == theirs, spec.name.c_str());
                    const float half = spec.shape.size() == 1 ? 0 : 1.0F / 2048;  // f16's rounding; vectors are fp32
                    for (std::size_t i = 0; i < mine.size(); i += 37)
                        QVERIFY(std::abs(mine[i] - theirs[i]) <= half * std::max(std::abs(mine[i]), 0x1.0p-14F));
                }
            }
        }
        const auto [second, qwen2File] = exported(qwen2, ExportFormat::GgufF16);
        const auto [third, qwen3File] = exported(qwen3, ExportFormat::GgufF16);
        const auto like = [](const char* name, const char* other) {
            return [name, other](auto&, auto& tensors) { tensors[name] = tensors.at(other); };
        };
        refused(qwen2File, "blk.0.attn_output.bias", like("blk.0.attn_output.bias", "output_norm.weight"));
        refused(qwen3File, "blk.1.attn_q.bias", like("blk.1.attn_q.bias", "output_norm.weight"));
        refused(qwen2File, "blk.1.attn_q_norm.weight", like("blk.1.attn_q_norm.weight", "output_norm.weight"));
        refused(qwen3File, "rope_freqs.weight", like("rope_freqs.weight", "output_norm.weight"));
        refused(qwen2File, "sliding_window",
                [](auto& keys, auto&) { keys["qwen2.attention.sliding_window"] = std::uint32_t{512}; });
        const auto unreadable = [&](const fs::path& from, const char* part, const TensorSpec& spec, auto change) {
            const fs::path file = changed(from, change);
            try {
                (void)ModelWeights(file).floats(spec.name, spec.shape);
                QFAIL(part);
            } catch (const Error& error) {
                QVERIFY2(std::string(error.what()).find(part) != std::string::npos, error.what());
            }
        };
        unreadable(qwen2File, "blk.1.attn_k.bias", {"model.layers.1.self_attn.k_proj.bias", {128}},
                   [](auto&, auto& tensors) { tensors.erase("blk.1.attn_k.bias"); });
        unreadable(qwen3File, "blk.0.attn_q_norm.weight", {"model.layers.0.self_attn.q_norm.weight", {32}},
                   like("blk.0.attn_q_norm.weight", "output_norm.weight"));
        // What llama.cpp's graph of an architecture cannot take.
        const auto obstacle = [](ModelConfig config, auto change) {
            change(config);
            return exportObstacle(config, ExportFormat::GgufF16).has_value();
        };
        QVERIFY(obstacle(qwen3, [](ModelConfig& c) { c.attentionBias = AttentionBias::All; }));
        QVERIFY(obstacle(qwen3, [](ModelConfig& c) { c.ropeScaling.kind = RopeScaling::Kind::Llama3; }));
        QVERIFY(obstacle(qwen2, [](ModelConfig& c) { c.headSize = 32; }));
        QVERIFY(obstacle(qwen2, [](ModelConfig& c) { c.qkNorms = true; }));
        QVERIFY(!obstacle(qwen2, [](ModelConfig&) {}) && !obstacle(qwen3, [](ModelConfig&) {}));
    }
    // A bias lies as its rows do.
    void biasesOfLlamaArePairedAsItsRows() {
        ModelConfig config = llama();
        config.attentionBias = AttentionBias::All;
        config.mlpBias = true;
        const auto [folder, out] = exported(config, ExportFormat::GgufF16);
        QVERIFY(readModelDescription(out).config == config);
        const GgufFile read(out);
        const ModelWeights before(folder), after(out);
        for (const TensorSpec& spec : tensorSpecs(config)) {
            if (!spec.name.ends_with(".bias")) continue;
            const std::vector<float> mine = before.floats(spec.name, spec.shape);
            QVERIFY(after.floats(spec.name, spec.shape) == mine);
            const GgufTensor* tensor = read.find(ggufName(spec.name));
            const std::vector<float> theirs = decodeGgml(tensor->type, tensor->bytes, spec.name);
            const bool paired = spec.name.ends_with("q_proj.bias") || spec.name.ends_with("k_proj.bias");
            for (std::size_t row = 0; row < mine.size(); ++row) {
                const std::size_t from = paired ? row / 32 * 32 + row % 2 * 16 + row % 32 / 2 : row;
                QCOMPARE(theirs[row], mine[from]);
            }
        }
        refused(out, "blk.0.ffn_down.bias", [](auto&, auto& tensors) { tensors.erase("blk.0.ffn_up.bias"); });
        // without those of output and feed-forward it is qwen2's block, whatever the file calls it
        const fs::path fewer = changed(out, [](auto&, auto& tensors) {
            std::erase_if(tensors, [](const auto& each) {
                return each.first.ends_with(".bias") && (each.first.find("attn_output") != std::string::npos ||
                                                         each.first.find("ffn") != std::string::npos);
            });
        });
        const ModelDescription description = readModelDescription(fewer);
        QVERIFY(description.config.attentionBias == AttentionBias::Qkv && !description.config.mlpBias);
        QCOMPARE(std::string(familyOf(description.config)->name), std::string("qwen2"));
        ModelWeights(fewer).requireTensorsOf(description);
    }
    // As llama.cpp's converter writes it: divisors alone, from which the scaling is found again.
    void llama3ScalingGoesAsDivisors() {
        ModelConfig config = llama();
        config.headSize = 64;
        for (const RopeScaling& scaling : {RopeScaling{RopeScaling::Kind::Llama3, 32, 1, 4, 8192},
                                           RopeScaling{RopeScaling::Kind::Llama3, 8, 0.5, 3.5, 1000}}) {
            config.ropeScaling = scaling;
            const auto [folder, out] = exported(config, ExportFormat::GgufF16);
            QVERIFY(readModelDescription(out).config == config);
            const GgufFile read(out);
            const GgufTensor* tensor = read.find("rope_freqs.weight");
            QVERIFY(tensor != nullptr && tensor->shape == std::vector<std::int64_t>{32});
            const std::vector<float> divisors = decodeGgml(tensor->type, tensor->bytes, "divisors");
            QVERIFY(divisors.front() == 1 && divisors.back() == static_cast<float>(scaling.factor));
            const fs::path foreign = changed(out, [](auto& keys, auto&) {
                std::erase_if(keys, [](const auto& each) { return each.first.starts_with("tritlab."); });
            });
            const RopeScaling found = readModelDescription(foreign).config.ropeScaling;
            QVERIFY(hasDivisors(found, config.ropeTheta, divisors));
            if (scaling.lowFreqFactor == 1) QVERIFY(found == scaling);
            std::vector<float> other = divisors;
            other[20] *= 1.5F;
            const auto with = [](const std::vector<float>& values) {
                return [&values](auto&, auto& tensors) {
                    tensors["rope_freqs.weight"] = {
                        GgmlType::F32, {static_cast<std::int64_t>(values.size())}, std::as_bytes(std::span(values))};
                };
            };
            refused(foreign, "rope_freqs.weight holds the divisors of no scaling", with(other));
            refused(out, "rope_freqs.weight is not what the file's keys say", with(other));
            other.pop_back();
            refused(out, "rope_freqs.weight has not one value for each pair", with(other));
            refused(out, "another scaling", [](auto& keys, auto&) { keys["llama.rope.scaling.factor"] = 2.0F; });
        }
    }
    // Random damage to a model's metadata: an Error that names the file, or a model whose weights can all be read or
    // are refused.
    void survivesMutations() {
        ModelConfig tiny = bitnet();
        tiny.hiddenSize = tiny.ffnSize = 32;
        tiny.headSize = 8;
        tiny.vocabSize = 9;
        tiny.layers = 1;
        const auto [folder, out] = exported(tiny, ExportFormat::GgufTq2);
        const std::string good = readFile(out);
        int described = 0;
        for (std::uint64_t round = 0; round < 1500; ++round) {
            std::string bad = good;
            for (std::uint64_t k = 0; k <= randomBits(1, round, 0) % 3; ++k)
                bad[randomBits(2, round, k) % 2600] = static_cast<char>(randomBits(3, round, k));
            if (round % 7 == 0) bad.resize(randomBits(4, round, 0) % bad.size());
            const fs::path file = root() / "bad.gguf";
            fs::remove(file);
            std::ofstream(file, std::ios::binary).write(bad.data(), static_cast<std::streamsize>(bad.size()));
            try {
                const ModelConfig config = readModelDescription(file).config;
                const ModelWeights weights(file);
                ++described;
                for (const TensorSpec& spec : tensorSpecs(config))
                    QVERIFY(!weights.floats(spec.name, spec.shape).empty());
            } catch (const Error& error) {
                QVERIFY2(std::string(error.what()).find("bad.gguf") != std::string::npos, error.what());
            }
        }
        QVERIFY(described > 20 && described < 1400);
    }
};

QTEST_APPLESS_MAIN(TestModelGguf)
#include "test_model_gguf.moc"
