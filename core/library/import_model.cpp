#include "core/library/import_model.h"

#include <algorithm>

#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/data/chat_template_file.h"
#include "core/data/document_reader.h"
#include "core/data/run_tokenizer.h"
#include "core/infer/packed_file.h"
#include "core/interop/model_folder.h"
#include "core/library/model_notes.h"
#include "core/run/loss_watch.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

// to begin with: a model's whole context is more than most machines can train on
constexpr std::int64_t longestSequence = 512;

void refuse(const fs::path& model, const std::string& what) {
    throw Error(what, model.string(), "It can be used as it lies, with --model, but not become a run");
}

// The model's tensors as a run with `config` has them: fp32, an embedding as long as the tokenizer.
OwnedTensors weightsFor(const fs::path& model, const ModelConfig& config) {
    const ModelDescription description = readModelDescription(model);
    const ModelWeights weights(model);
    weights.requireTensorsOf(description);
    OwnedTensors tensors;
    const std::vector<TensorSpec> wanted = tensorSpecs(config), stored = tensorSpecs(description.config);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        std::vector<float> values = weights.shadowWeights(stored[i], description.storage);
        // rows beyond the tokenizer's pieces are never looked up
        values.resize(static_cast<std::size_t>(elementCount(wanted[i])));
        tensors.add(stored[i].name, wanted[i].shape, std::move(values));
    }
    return tensors;
}

// Moments and health memory of a run that has not begun.
void writeFreshState(const fs::path& folder, const ModelConfig& config) {
    const std::vector<TensorSpec> specs = tensorSpecs(config);
    std::int64_t longest = 2 * static_cast<std::int64_t>(specs.size());
    for (const TensorSpec& spec : specs) longest = std::max(longest, elementCount(spec));
    const std::vector<double> zeros(static_cast<std::size_t>(longest), 0.0);
    std::vector<TensorToWrite> moments;
    std::int64_t ternary = 0;
    for (const TensorSpec& spec : specs) {
        moments.push_back({kFirstMoment + spec.name, DType::F32, spec.shape, zeros.data()});
        moments.push_back({kSecondMoment + spec.name, DType::F32, spec.shape, zeros.data()});
        ternary += spec.ternary ? 1 : 0;
    }
    writeSafetensors(folder / "optimizer.safetensors", moments);
    writeSafetensors(folder / "health.safetensors", {{kReversals, DType::F64, {ternary, 2}, zeros.data()}});
}

void setScaling(ConfigDraft& draft, const RopeScaling& scaling) {
    draft.setText("rope_scaling", ropeScalingInfo(scaling.kind).key);
    if (scaling.kind == RopeScaling::Kind::None) return;
    draft.setValue("rope_factor", scaling.factor);
    if (scaling.kind != RopeScaling::Kind::Llama3) return;
    draft.setValue("rope_low_freq_factor", scaling.lowFreqFactor);
    draft.setValue("rope_high_freq_factor", scaling.highFreqFactor);
    draft.setValue("rope_original_context", scaling.originalContext);
}

void requireRunForm(const fs::path& model, const ModelConfig& config) {
    if (config.inputNormPerLinear || !config.denseModules.empty())
        refuse(model, "some of its linears have norms of their own or stay dense");
}

void requireEmbeddings(const fs::path& model, const Tokenizer& tokenizer, const ModelConfig& config) {
    if (tokenizer.size() > config.vocabSize)
        refuse(model, "its tokenizer has " + std::to_string(tokenizer.size()) + " pieces, it " +
                          std::to_string(config.vocabSize) + " embeddings");
}

// The model that a run with this config has, which has to be the one in the file.
ModelConfig requireSameShape(const fs::path& model, const ModelConfig& file, const RunConfig& run,
                             std::int64_t vocabulary) {
    ModelConfig config = modelConfig(run, vocabulary);
    config.contextLength = file.contextLength;
    ModelConfig same = file;
    same.vocabSize = config.vocabSize;
    same.ternaryLinears = config.ternaryLinears;
    if (!(same == config))
        throw Error("an imported model keeps its shape", model.string(), "Set none of the model's fields");
    return config;
}

// All of importDraft() but the tokenizer.
ConfigDraft shapeDraft(const ModelDescription& description, bool convert) {
    const ModelConfig& config = description.config;
    ConfigDraft draft;
    const FamilyInfo* family = familyOf(config);
    const Architecture architecture = family != nullptr ? family->architecture : Architecture::Llama;
    draft.setText("architecture", architectureInfo(architecture).key);
    draft.setValue("hidden_size", config.hiddenSize);
    draft.setValue("layers", config.layers);
    draft.setValue("heads", config.heads);
    draft.setValue("kv_heads", config.kvHeads);
    draft.setValue("head_size", config.heads * config.headSize == config.hiddenSize ? 0 : config.headSize);
    draft.setValue("gated_ffn", config.gatedFfn);
    draft.setText("activation", activationInfo(config.activation).key);
    draft.setValue("ffn_size", config.ffnSize);
    draft.setText("norm_placement", config.normPlacement == NormPlacement::Pre ? "pre" : "post");
    draft.setValue("sub_norms", config.subNorms);
    draft.setValue("norm_eps", config.normEps);
    draft.setValue("rope_theta", config.ropeTheta);
    setScaling(draft, config.ropeScaling);
    draft.setValue("qk_norms", config.qkNorms);
    draft.setText("attention_bias", attentionBiasInfo(config.attentionBias).key);
    draft.setValue("mlp_bias", config.mlpBias);
    draft.setValue("tie_embeddings", config.tieEmbeddings);
    draft.setValue("ternary_linears", convert || config.ternaryLinears);
    draft.setText("chat_template", templateName(description.chatTemplate));
    draft.setValue("sequence_length", std::min(config.contextLength, longestSequence));
    if (convert) {
        draft.setText("lambda_schedule", "linear");
        draft.setValue("learning_rate", 1e-4);
    }
    return draft;
}

}  // namespace

ConfigDraft importDraft(const fs::path& model, const Workspace& workspace, bool convert) {
    const ModelDescription description = readModelDescription(model);
    requireRunForm(model, description.config);
    if (convert && description.config.ternaryLinears) refuse(model, "is ternary already: there is nothing to convert");
    const std::string bytes = readTokenizerModel(model);
    loadTokenizer(model);  // an error names the person's file
    ConfigDraft draft = shapeDraft(description, convert);
    draft.setText("tokenizer", "file");
    draft.setValue("tokenizer_path", keepTokenizer(workspace, bytes).string());
    return draft;
}

void requireImportable(const fs::path& model) {
    const ModelDescription description = readModelDescription(model);
    requireRunForm(model, description.config);
    if (isPackedFolder(model)) refuse(model, "it is a packed folder, which holds no weights to train on");
    const auto tokenizer = loadTokenizer(model);
    requireEmbeddings(model, *tokenizer, description.config);
    requireSameShape(model, description.config, shapeDraft(description, false).config(), tokenizer->size());
}

std::string importModel(StoreWriter& writer, const fs::path& model, const std::string& name, const RunConfig& frozen) {
    ModelDescription description = readModelDescription(model);
    const auto tokenizer = loadTokenizer(frozen.tokenizerPath);
    requireEmbeddings(model, *tokenizer, description.config);
    const ModelConfig config = requireSameShape(model, description.config, frozen, tokenizer->size());
    const bool trains = !frozen.data.empty();
    const OwnedTensors weights = weightsFor(model, config);
    CheckpointManifest manifest;
    manifest.tokenizerHash = tokenizer->hash();
    manifest.lossWatch = LossWatch(frozen.explodeFactor, frozen.warmupSteps).state();
    manifest.config = toJson(frozen);
    // With which the weights were trained last: the run has done no step yet. A dense model's were trained at 0.
    description.lambda = config.ternaryLinears && description.config.ternaryLinears ? description.lambda : 0;
    description.config = config;
    description.storage = WeightStorage::Master;

    const std::string id = writer.createRun(name, frozen, trains ? RunState::Stopped : RunState::Finished);
    try {
        writer.setTags(id, {"imported"});
        std::string notes = "Imported from " + fs::absolute(model).lexically_normal().string();
        for (const std::string& note : modelNotes(model)) notes += "\n" + note;
        writer.setNotes(id, notes);
        if (const std::string own = readChatTemplate(model).source;
            description.chatTemplate == Template::Plain && !own.empty()) {
            fs::create_directories(writer.workspace().run(id));
            writeFileAtomically(writer.workspace().chatTemplate(id), own);
        }
        const fs::path target = writer.workspace().checkpoints(id) / checkpointName(0);
        writeFolderAtomically(target, [&](const fs::path& folder) {
            writeFileAtomically(folder / "config.json", modelDescriptionJson(description).dump(2) + "\n");
            writeFileAtomically(folder / "tokenizer.model", readFile(frozen.tokenizerPath));
            writeSafetensors(folder / "model.safetensors", weights.list());
            if (trains) writeFreshState(folder, config);
            writeManifest(folder, manifest);
        });
        RunRecorder recorder(writer, id);
        recorder.onCheckpoint({0, (fs::path("checkpoints") / target.filename()).string(), manifest.bytes, true, {}});
        recorder.flush();
    } catch (...) {
        writer.purge(id);
        throw;
    }
    return id;
}

std::string importModel(StoreWriter& writer, const fs::path& model, const ImportChoice& choice) {
    if (choice.convert && choice.text.empty())
        throw Error("a conversion is trained: it needs text", model.string(), "Name some");
    ConfigDraft draft = importDraft(model, writer.workspace(), choice.convert);
    if (choice.text.empty()) {
        draft.setValue("steps", std::int64_t{1});
        draft.setValue("warmup_steps", std::int64_t{0});
    } else {
        draft.setValue("data", std::vector<DataSource>{parseSource(choice.text)});
    }
    const RunConfig config = frozen(draft.config());
    if (!choice.text.empty()) {
        for (const DataSource& source : config.data) listSource(resolveSource(source.path).string());
        if (const std::vector<Problem> problems = check(config); !problems.empty())
            throw Error(problems.front().message, model.string());
    }
    const std::string name = RunStore(writer.workspace()).freeName(model.stem().string());
    return importModel(writer, model, name, config);
}

}  // namespace tritlab
