// What is said of a model before it is taken in, over files that the test makes: a folder, a checkpoint, GGUF files of
// several types, one of another architecture, one without a tokenizer, one that does not name its activation, event
// files; beside what the readers themselves say. Memory is beside what the packed engine takes.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>

#include "../infer/naive_model.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/tokenizer.h"
#include "core/infer/chat_session.h"
#include "core/interop/chosen_activation.h"
#include "core/interop/model_gguf.h"
#include "core/library/checked_export.h"
#include "core/library/import_model.h"
#include "core/library/model_licence.h"
#include "core/library/model_report.h"
#include "tests/core/store/event_writer.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

namespace {

// A model of one of tinyConfigs() with a tokenizer of its own, as a Hugging Face folder.
void writeModel(const fs::path& folder, ModelConfig config, DType type = DType::F32) {
    const fs::path tokenizer = folder.string() + ".tokenizer";
    trainTalkTokenizer(tokenizer, "report");
    config.vocabSize = loadTokenizer(tokenizer)->size();
    writeRandomModel(folder, config, 3, type);
    fs::rename(tokenizer, folder / "tokenizer.model");
}

ModelConfig llama() {
    ModelConfig config = tinyConfigs()[3].config;
    config.hiddenSize = 64;
    config.heads = 4;
    config.kvHeads = 2;
    config.headSize = 16;
    config.ffnSize = 96;
    return config;
}

ModelConfig bitnet() {
    ModelConfig config = tinyConfigs()[2].config;
    config.hiddenSize = config.ffnSize = 256;
    config.headSize = 64;
    config.activation = Activation::Silu;
    return config;
}

std::string textOf(const ModelReport& report, const std::string& title, const std::string& label,
                   std::int64_t context = 0) {
    for (const ReportSection& section : reportSections(report, context))
        for (const ReportLine& line : section.lines)
            if (section.title == title && line.label == label) return line.text;
    return {};
}

#define SAYS(text, part) \
    QVERIFY2((text).find(part) != std::string::npos, ((text) + "\n  does not say: " + std::string(part)).c_str())

}  // namespace

class TestModelReport : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path at(const std::string& name) const { return fs::path(dir_.path().toStdString()) / name; }

    // A GGUF file written anew with some entries and tensors changed.
    template <class Change>
    fs::path changed(const fs::path& from, const std::string& name, Change change) {
        const GgufFile read(from);
        std::map<std::string, GgufValue> keys = read.metadata();
        std::map<std::string, GgufTensor> tensors = read.tensors();
        change(keys, tensors);
        std::vector<GgufTensorToWrite> list;
        for (const auto& [tensor, view] : tensors)
            list.push_back({tensor, view.type, view.shape, [bytes = view.bytes] {
                                const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
                                return std::vector<std::uint8_t>(first, first + bytes.size());
                            }});
        writeGguf(at(name), GgufEntries(keys.begin(), keys.end()), list);
        return at(name);
    }

private Q_SLOTS:
    void initTestCase() {
        writeModel(at("llama"), llama());
        writeModel(at("bitnet"), bitnet());
        (void)exportAndCheck(at("llama"), at("llama.gguf"), ExportFormat::GgufF16);
        (void)exportAndCheck(at("bitnet"), at("bitnet.gguf"), ExportFormat::GgufTq2);
    }

    void aFolderIsDescribed() {
        const fs::path folder = at("llama");
        writeFileAtomically(folder / "README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\n");
        writeFileAtomically(folder / "chat_template.jinja", "{{ messages }}");
        const ModelReport report = inspectModel(folder);
        QVERIFY(report.kind == ReportedKind::Folder);
        QCOMPARE(report.architecture, std::string("llama"));
        QVERIFY(report.description && report.description->config == readModelDescription(folder).config);
        const ModelConfig& config = report.description->config;
        const ReportedSizes& sizes = report.sizes;
        QCOMPARE(sizes.layers, config.layers);
        QCOMPARE(sizes.hidden, 64);
        QCOMPARE(sizes.heads, 4);
        QCOMPARE(sizes.kvHeads, 2);
        QCOMPARE(sizes.headSize, 16);
        QCOMPARE(sizes.ffn, 96);
        QCOMPARE(sizes.context, config.contextLength);
        QCOMPARE(sizes.vocabulary, config.vocabSize);
        QCOMPARE(sizes.parameters, parameterCount(config));
        QCOMPARE(report.types.size(), std::size_t{1});
        QCOMPARE(report.types.front().type, std::string("F32"));
        QCOMPARE(report.types.front().weights, sizes.parameters);
        QCOMPARE(report.types.front().bytes, 4 * sizes.parameters);
        const auto tokenizer = loadTokenizer(folder);
        QVERIFY(report.tokenizer);
        QCOMPARE(report.tokenizer->pieces, tokenizer->size());
        QCOMPARE(report.tokenizer->bos.id, tokenizer->bos());
        QCOMPARE(report.tokenizer->bos.text, std::string("<s>"));
        QCOMPARE(report.tokenizer->eos.text, std::string("</s>"));
        QVERIFY(report.tokenizer->addsBos && report.tokenizer->lossless);
        SAYS(report.tokenizer->kind, "sentencepiece");
        QCOMPARE(report.licence, std::string("apache-2.0"));
        QCOMPARE(report.licenceFrom, std::string("README.md"));
        QCOMPARE(report.templateFrom, std::string("chat_template.jinja"));
        QCOMPARE(report.templateBytes, 14);
        QVERIFY2(report.obstacles.empty(), report.obstacle(ReportedUse::Import).c_str());
        QCOMPARE(report.runBytes, 4 * sizes.parameters);
        SAYS(textOf(report, "Sizes", "Heads"), "4, 2 for keys and values");
        SAYS(textOf(report, "Weights", "Types"), "F32: 100.0 % of the weights");
        SAYS(textOf(report, "What it is", "Licence"), "apache-2.0 (README.md)");
        SAYS(textOf(report, "What it is", "Block"), "pre-norm, gated feed-forward with silu, a head of its own");
        SAYS(textOf(report, "Tokenizer", "BOS"), "<s>, put first in each text");
        // A file of the folder is the folder.
        for (const char* file : {"config.json", "model.safetensors", "tokenizer.model"})
            QCOMPARE(inspectModel(folder / file).path, report.path);
    }

    void aGgufFileIsDescribed() {
        const fs::path file = changed(at("bitnet.gguf"), "licensed.gguf", [](auto& keys, auto&) {
            keys["general.license"] = std::string("mit");
            keys["general.name"] = std::string("Bit & Net");
            keys["tokenizer.chat_template"] = std::string("{{ bos_token }}");
        });
        const ModelReport report = inspectModel(file);
        QVERIFY(report.kind == ReportedKind::Gguf);
        QVERIFY(report.description && report.description->config == readModelDescription(file).config);
        QCOMPARE(report.name, std::string("Bit & Net"));
        QCOMPARE(report.licence, std::string("mit"));
        QCOMPARE(report.licenceFrom, std::string("general.license"));
        QCOMPARE(report.templateFrom, std::string("tokenizer.chat_template"));
        QCOMPARE(report.types.front().type, std::string("TQ2_0"));
        std::int64_t weights = 0, tensors = 0, bytes = 0;
        for (const TensorTypeShare& type : report.types) {
            weights += type.weights;
            tensors += type.tensors;
            bytes += type.bytes;
        }
        const GgufFile read(file);
        QCOMPARE(tensors, static_cast<std::int64_t>(read.tensors().size()));
        std::int64_t stored = 0, storedBytes = 0;
        for (const auto& [name, tensor] : read.tensors()) {
            std::int64_t count = 1;
            for (const std::int64_t length : tensor.shape) count *= length;
            stored += count;
            storedBytes += static_cast<std::int64_t>(tensor.bytes.size());
        }
        QCOMPARE(weights, stored);
        QCOMPARE(bytes, storedBytes);
        QCOMPARE(report.diskBytes, static_cast<std::int64_t>(fs::file_size(file)));
        SAYS(textOf(report, "Weights", "Linears"), "ternary, stored as codes");
        SAYS(textOf(report, "Weights", "Types"), "TQ2_0");
        QVERIFY2(report.obstacles.empty(), report.obstacle(ReportedUse::Import).c_str());
    }

    // What cannot be computed is told of as far as its file goes, in the refusal's own words.
    void anotherArchitectureIsToldOf() {
        const fs::path file = changed(at("llama.gguf"), "other.gguf", [](auto& keys, auto&) {
            std::map<std::string, GgufValue> renamed;
            for (auto& [key, value] : keys)
                renamed[key.starts_with("llama.") ? "mamba9" + key.substr(5) : key] = std::move(value);
            keys = std::move(renamed);
            keys["general.architecture"] = std::string("mamba9");
        });
        const ModelReport report = inspectModel(file);
        QCOMPARE(report.architecture, std::string("mamba9"));
        QVERIFY(!report.description);
        QCOMPARE(report.sizes.hidden, 64);
        QCOMPARE(report.sizes.layers, 2);
        QVERIFY(report.sizes.parameters > 0 && !report.types.empty() && report.tokenizer);
        std::string words;
        try {
            (void)readModelDescription(file);
        } catch (const Error& error) {
            words = error.what();
        }
        QCOMPARE(report.obstacle(ReportedUse::Chat), words);
        QCOMPARE(report.obstacle(ReportedUse::Import), words);
        QCOMPARE(textOf(report, "What it cannot do", "Cannot be used"), words);
        QCOMPARE(report.packedBytes, 0);
        QCOMPARE(report.runBytes, 0);
        QVERIFY(textOf(report, "Costs", "Weights in memory").empty() && !textOf(report, "Costs", "On disk").empty());
    }

    void aModelWithoutATokenizerCannotChat() {
        const fs::path folder = at("mute");
        writeRandomModel(folder, llama(), 4);
        const ModelReport report = inspectModel(folder);
        QVERIFY(report.description && !report.tokenizer);
        SAYS(report.obstacle(ReportedUse::Chat), "holds no tokenizer");
        QVERIFY(report.packedBytes > 0);
    }

    // A tensor that is missing is found before the model is opened.
    void missingWeightsAreToldOf() {
        const fs::path file =
            changed(at("llama.gguf"), "cut.gguf", [](auto&, auto& tensors) { tensors.erase("blk.1.ffn_up.weight"); });
        SAYS(inspectModel(file).obstacle(ReportedUse::Chat), "blk.1.ffn_up.weight");
    }

    // It may chat and have no form as a run: then that alone is said.
    void whatHasNoFormAsARunStillChats() {
        ModelConfig config = llama();
        config.ternaryLinears = true;
        config.denseModules = {"model.layers.0.mlp.up_proj"};
        writeModel(at("mixed"), config);
        const ModelReport report = inspectModel(at("mixed"));
        QVERIFY(report.obstacle(ReportedUse::Chat).empty());
        SAYS(report.obstacle(ReportedUse::Import), "stay dense");
        QVERIFY(!textOf(report, "What it cannot do", "Cannot become a run").empty());
        QVERIFY(textOf(report, "What it cannot do", "Cannot be used").empty());
        QVERIFY_THROWS_EXCEPTION(Error, requireImportable(at("mixed")));
        (void)ChatSession(at("mixed"));  // and so it is
    }

    void aSilentFileAsks() {
        const fs::path file = changed(at("bitnet.gguf"), "silent.gguf",
                                      [](auto& keys, auto&) { keys.erase("bitnet.hidden_activation"); });
        const ModelReport before = inspectModel(file);
        QVERIFY(before.asksForActivation && !before.description);
        SAYS(before.obstacle(ReportedUse::Chat), "does not say which activation");
        chooseActivation(file, Activation::ReluSquared);
        const ModelReport after = inspectModel(file);
        QVERIFY(!after.asksForActivation && after.description && after.obstacles.empty());
        QCOMPARE(after.notes.size(), std::size_t{1});
        SAYS(textOf(after, "What is odd about it", "Note"), "computed with relu2");
    }

    void aNewerFileSaysWhatIsUnknown() {
        const fs::path file = changed(at("llama.gguf"), "newer.gguf", [](auto& keys, auto&) {
            keys["llama.attention.sliding_moonbeam"] = std::uint32_t{7};
        });
        const ModelReport report = inspectModel(file);
        QVERIFY(std::any_of(report.notes.begin(), report.notes.end(), [](const std::string& note) {
            return note.find("sliding_moonbeam") != std::string::npos;
        }));
    }

    // About what the packed engine takes, in every storage that chat chooses.
    void memoryIsWhatThePackedEngineTakes_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("hidden");
        QTest::addColumn<bool>("bf16");
        QTest::addColumn<bool>("ternary");
        QTest::newRow("small, fp32") << "small" << 64 << false << false;
        QTest::newRow("small, bf16") << "small16" << 64 << true << false;
        QTest::newRow("small, ternary") << "small3" << 64 << false << true;
        QTest::newRow("large embedding: all bf16") << "large" << 1024 << false << false;
    }
    void memoryIsWhatThePackedEngineTakes() {
        QFETCH(QString, name);
        QFETCH(int, hidden);
        QFETCH(bool, bf16);
        QFETCH(bool, ternary);
        ModelConfig config = llama();
        config.hiddenSize = hidden;
        config.headSize = hidden / config.heads;
        config.ternaryLinears = ternary;
        const fs::path folder = at(name.toStdString());
        writeModel(folder, config, bf16 ? DType::BF16 : DType::F32);
        if (hidden > 64) {  // chatOptions() looks at the embedding alone
            config.vocabSize = 9000;
            const fs::path tokenizer = at("large.model");
            fs::rename(folder / "tokenizer.model", tokenizer);
            fs::remove_all(folder);
            writeRandomModel(folder, config, 5);
            fs::rename(tokenizer, folder / "tokenizer.model");
        }
        const ModelReport report = inspectModel(folder);
        QVERIFY2(report.obstacle(ReportedUse::Chat).empty(), report.obstacle(ReportedUse::Chat).c_str());
        const PackedOptions options = chatOptions(folder, 1);
        QCOMPARE(options.cache == CacheFormat::Bf16, hidden > 64);
        const auto model = PackedModel::load(folder, options);
        const auto session = PackedSession::create(model, 16);
        QCOMPARE(report.cacheBytesPerToken, session->bytesPerPosition());
        const double share = static_cast<double>(report.packedBytes) / static_cast<double>(model->residentBytes());
        QVERIFY2(std::fabs(share - 1) < 0.03, qPrintable(QString::number(share)));
        QCOMPARE(report.chatBytes(100), report.packedBytes + 100 * report.cacheBytesPerToken);
        QVERIFY(textOf(report, "Costs", "Cache in memory", 100).find("at 100 tokens") != std::string::npos);
    }

    void eventFilesAreToldOf() {
        EventWriter events;
        events.scalar("loss", 1, 2);
        events.save(at("board") / "train" / "events.out.tfevents.1");
        const ModelReport report = inspectModel(at("board"));
        QVERIFY(report.kind == ReportedKind::Events);
        QCOMPARE(report.eventFolders, std::vector<std::string>{"train"});
        SAYS(textOf(report, "What it is", "Folders"), "train");
        QVERIFY(!report.obstacle(ReportedUse::Chat).empty());
    }

    void whatIsNothingIsRefused() {
        writeFileAtomically(at("note.txt"), "In the beginning\n");
        fs::create_directories(at("empty"));
        for (const fs::path& path : {at("note.txt"), at("empty"), at("missing")})
            QVERIFY_THROWS_EXCEPTION(Error, inspectModel(path));
        std::ofstream(at("short.gguf"), std::ios::binary) << "GGUF\3";
        QVERIFY_THROWS_EXCEPTION(Error, inspectModel(at("short.gguf")));
    }

    void licencesAreFound() {
        const fs::path folder = at("licences");
        fs::create_directories(folder);
        const auto found = [&] { return licenceOf(folder).name + "|" + licenceOf(folder).from; };
        QCOMPARE(found(), std::string("|"));
        writeFileAtomically(folder / "LICENSE", "\n\n          Apache License\n   Version 2.0\n");
        QCOMPARE(found(), std::string("Apache License|LICENSE"));
        writeFileAtomically(folder / "README.md", "# license: no front matter\nlicense: mit\n");
        QCOMPARE(found(), std::string("Apache License|LICENSE"));
        writeFileAtomically(folder / "README.md", "---\r\nlicense: \"llama3.2\"\r\n---\r\n");
        QCOMPARE(found(), std::string("llama3.2|README.md"));
        writeFileAtomically(folder / "README.md", "---\nlicense: other\nlicense_name: qwen-research\n---\n");
        QCOMPARE(found(), std::string("qwen-research|README.md"));
        writeFileAtomically(folder / "README.md",
                            std::string("---\nlicense: a\xFF") + std::string(5000, 'b') + "\n---\n");
        QCOMPARE(licenceOf(folder).name.size(), std::size_t{200});  // what a stranger wrote stays short, and UTF-8
    }

    // The JSON says what the sections say.
    void jsonHoldsTheSame() {
        const ModelReport report = inspectModel(at("bitnet.gguf"));
        const auto json = reportJson(report, 32);
        QCOMPARE(json["kind"].get<std::string>(), std::string("gguf"));
        QCOMPARE(json["sizes"]["hidden_size"].get<std::int64_t>(), report.sizes.hidden);
        QCOMPARE(json["types"].size(), report.types.size());
        QCOMPARE(json["tokenizer"]["bos"]["text"].get<std::string>(), std::string("<s>"));
        QCOMPARE(json["costs"]["context"].get<std::int64_t>(), 32);
        QCOMPARE(json["costs"]["chat_bytes"].get<std::int64_t>(), report.chatBytes(32));
        QVERIFY(json["ternary"].get<bool>() && json["obstacles"].empty());
    }
};

QTEST_APPLESS_MAIN(TestModelReport)
#include "test_model_report.moc"
