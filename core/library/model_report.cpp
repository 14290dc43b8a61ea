#include "core/library/model_report.h"

#include <algorithm>
#include <functional>
#include <map>

#include "core/base/error.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/data/chat_template_file.h"
#include "core/data/gguf_byte_vocabulary.h"
#include "core/data/gguf_vocabulary.h"
#include "core/data/tokenizer.h"
#include "core/data/tokenizer_files.h"
#include "core/formats/gguf.h"
#include "core/formats/safetensors.h"
#include "core/infer/chat_session.h"
#include "core/infer/kv_cache.h"
#include "core/infer/model_parts.h"
#include "core/infer/packed_file.h"
#include "core/interop/chosen_activation.h"
#include "core/library/import_model.h"
#include "core/library/model_licence.h"
#include "core/library/model_notes.h"
#include "core/store/tensorboard_runs.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

bool isFile(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

// A file of a model folder stands for the folder.
fs::path modelOf(const fs::path& path) {
    const std::string name = path.filename().string();
    const bool part = path.extension() == ".safetensors" || name == "config.json" || name.starts_with("tokenizer");
    return isFile(path) && part && isFile(path.parent_path() / "config.json") ? path.parent_path() : path;
}

std::int64_t bytesOf(const fs::path& path) {
    std::error_code error;
    if (isFile(path)) return static_cast<std::int64_t>(fs::file_size(path, error));
    std::int64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(path, error))
        if (entry.is_regular_file(error)) bytes += static_cast<std::int64_t>(entry.file_size(error));
    return bytes;
}

// Does what may be refused, and keeps the refusal's words.
bool tried(ModelReport& report, ReportedUse use, const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const Error& error) {
        report.obstacles.push_back({use, error.what()});
        return false;
    }
}

void takeTemplate(const fs::path& model, ModelReport& report) {
    const ChatTemplateText own = readChatTemplate(model);
    if (own.source.empty()) return;
    report.templateFrom = own.from;
    report.templateBytes = static_cast<std::int64_t>(own.source.size());
}

class TypeCount {
public:
    void add(const std::string& type, const std::vector<std::int64_t>& shape, std::size_t bytes) {
        std::int64_t weights = 1;
        for (const std::int64_t length : shape) weights *= length;
        TensorTypeShare& share = types_[type];
        share.type = type;
        ++share.tensors;
        share.weights += weights;
        share.bytes += static_cast<std::int64_t>(bytes);
    }
    [[nodiscard]] std::vector<TensorTypeShare> sorted() const {
        std::vector<TensorTypeShare> out;
        for (const auto& [type, share] : types_) out.push_back(share);
        std::stable_sort(out.begin(), out.end(),
                         [](const auto& left, const auto& right) { return left.weights > right.weights; });
        return out;
    }

private:
    std::map<std::string, TensorTypeShare> types_;
};

// Of a GGUF file, whether or not this program computes its architecture.
void readGguf(const GgufFile& file, ModelReport& report) {
    report.architecture = file.text("general.architecture").value_or("");
    report.name = file.text("general.name").value_or("");
    const std::string prefix = report.architecture + ".";
    const auto size = [&](const char* key) -> std::int64_t {
        try {
            return file.integer(prefix + key).value_or(-1);
        } catch (const Error&) {
            return -1;  // one a layer, as some architectures have it
        }
    };
    ReportedSizes& sizes = report.sizes;
    sizes.layers = size("block_count");
    sizes.hidden = size("embedding_length");
    sizes.heads = size("attention.head_count");
    sizes.kvHeads = size("attention.head_count_kv");
    sizes.headSize = size("attention.key_length");
    sizes.ffn = size("feed_forward_length");
    sizes.context = size("context_length");
    sizes.vocabulary = size("vocab_size");
    TypeCount types;
    for (const auto& [name, tensor] : file.tensors())
        types.add(ggmlTypeName(tensor.type), tensor.shape, tensor.bytes.size());
    report.types = types.sorted();
    takeTemplate(file.path(), report);
}

// Of a folder's config.json and safetensors, whether or not this program computes its architecture.
void readFolder(const fs::path& folder, ModelReport& report) {
    const json config = objectOf(folder / "config.json");
    const auto text = [&](const char* key) {
        const json* value = valueOf(config, key);
        return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
    };
    const auto size = [&](const char* key) {
        const json* value = valueOf(config, key);
        return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : -1;
    };
    report.architecture = text("model_type");
    report.name = text("_name_or_path");
    report.sizes = {.layers = size("num_hidden_layers"),
                    .hidden = size("hidden_size"),
                    .heads = size("num_attention_heads"),
                    .kvHeads = size("num_key_value_heads"),
                    .headSize = size("head_dim"),
                    .ffn = size("intermediate_size"),
                    .context = size("max_position_embeddings"),
                    .vocabulary = size("vocab_size")};
    takeTemplate(folder, report);
}

// The files that hold weights: not those of an optimizer.
void readTensorTypes(const fs::path& folder, ModelReport& report) {
    std::error_code error;
    TypeCount types;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() != ".safetensors" || !(name.starts_with("model") || name.starts_with("packed")))
            continue;
        const SafetensorsFile file(entry.path());
        for (const auto& [tensor, view] : file.tensors())
            types.add(dtypeName(view.type), view.shape, view.bytes.size());
    }
    report.types = types.sorted();
}

// The texts under which a model's files speak of control tokens, for those that are named by number alone.
std::vector<std::string> controlTexts(const fs::path& model) {
    std::vector<std::string> texts{"<s>",        "</s>",          "<unk>",         "<|im_start|>",
                                   "<|im_end|>", "<|endoftext|>", "<|eot_id|>",    "<|end_of_text|>",
                                   "<bos>",      "<eos>",         "<end_of_turn>", "<|begin_of_text|>"};
    if (isGgufModel(model)) return texts;
    const json config = objectOf(model / "tokenizer_config.json");
    for (const char* key : {"bos_token", "eos_token", "unk_token"})
        if (const auto text = tokenText(valueOf(config, key))) texts.push_back(*text);
    if (const json* added = valueOf(config, "added_tokens_decoder"); added != nullptr && added->is_object())
        for (const auto& [id, token] : added->items())
            if (const auto text = tokenText(&token)) texts.push_back(*text);
    return texts;
}

class TokenNames {
public:
    TokenNames(const fs::path& model, const Tokenizer& tokenizer) : tokenizer_(tokenizer), texts_(controlTexts(model)) {
        if (!isGgufModel(model)) return;
        const GgufFile file(model);
        if (const auto* list = file.list<std::string>("tokenizer.ggml.tokens")) pieces_ = *list;
    }
    [[nodiscard]] NamedToken named(TokenId id) const {
        if (id < 0) return {};
        if (static_cast<std::size_t>(id) < pieces_.size()) return {id, pieces_[static_cast<std::size_t>(id)]};
        for (const std::string& text : texts_)
            if (tokenizer_.special(text) == id) return {id, text};
        return {id, tokenizer_.piece(id)};
    }

private:
    const Tokenizer& tokenizer_;
    std::vector<std::string> texts_, pieces_;
};

std::string tokenizerKind(const fs::path& model) {
    if (isGgufModel(model)) {
        const GgufFile file(model);
        const std::string kind = file.text("tokenizer.ggml.model").value_or("");
        if (holdsByteVocabulary(file))
            return "byte-level BPE (" + kind + ", pre-tokenizer " + file.text("tokenizer.ggml.pre").value_or("") + ")";
        return "sentencepiece (" + kind + (kind == "t5" ? ", unigram)" : ", BPE)");
    }
    const fs::path file = tokenizerFile(model);
    const bool byteLevel = file.extension() == ".json" || !readTokenizerModel(model).starts_with('\n');
    return (byteLevel ? "byte-level BPE (" : "sentencepiece (") + file.filename().string() + ")";
}

// Throws Error where there is none, it cannot be read, or it does not fit the embeddings.
void readTokenizer(ModelReport& report) {
    std::error_code error;
    const fs::path file = tokenizerFile(report.path);
    if (!fs::exists(file, error) || (report.kind == ReportedKind::Gguf && !holdsVocabulary(GgufFile(report.path))))
        throw Error("holds no tokenizer", report.path.string(), "Text can be neither read nor written without one");
    const auto tokenizer = loadTokenizer(report.path);
    const TokenNames names(report.path, *tokenizer);
    TokenizerReport read{.kind = tokenizerKind(report.path),
                         .pieces = tokenizer->size(),
                         .bos = names.named(tokenizer->bos()),
                         .eos = names.named(tokenizer->eos()),
                         .unknown = names.named(tokenizer->unknown()),
                         .addsBos = tokenizer->addsBos(),
                         .lossless = tokenizer->lossless(),
                         .ends = {}};
    for (const TokenId id : tokenizer->ends()) read.ends.push_back(names.named(id));
    report.tokenizer = std::move(read);
    if (!report.description) return;
    report.notes = modelNotes(report.path, *report.description, *tokenizer);
    const std::int64_t embeddings = report.description->config.vocabSize;
    if (tokenizer->size() > embeddings)
        throw Error("the tokenizer has " + std::to_string(tokenizer->size()) + " pieces, the model " +
                        std::to_string(embeddings) + " embeddings",
                    report.path.string(), "Use the tokenizer that the model was trained with");
}

void takeSizes(const ModelConfig& config, ReportedSizes& sizes) {
    sizes = {.layers = config.layers,
             .hidden = config.hiddenSize,
             .heads = config.heads,
             .kvHeads = config.kvHeads,
             .headSize = config.headSize,
             .ffn = config.ffnSize,
             .context = config.contextLength,
             .vocabulary = config.vocabSize,
             .parameters = parameterCount(config)};
}

std::int64_t denseBytes(DenseStorage storage, DType stored, const std::optional<GroupForm>& form, std::int64_t rows,
                        std::int64_t columns) {
    const std::int64_t tiles = roundUp(rows, tileRows) / tileRows;
    if (form && (storage == DenseStorage::AsStored || storage == DenseStorage::Compact))
        return tiles * groupedTileBytes({form->bits, form->size, form->minimums, form->half}, columns);
    const auto format = [&] {
        switch (storage) {
            case DenseStorage::AsStored: return stored == DType::BF16 ? DenseFormat::Bf16Short : DenseFormat::F32;
            case DenseStorage::F32: return DenseFormat::F32;
            case DenseStorage::Compact:
            case DenseStorage::Bf16: return DenseFormat::Bf16Short;
            case DenseStorage::Int8: return DenseFormat::Int8;
        }
        return DenseFormat::F32;
    }();
    return tiles * (denseTileBytes(format, columns) + (format == DenseFormat::Int8 ? 4 * tileRows : 0));
}

// What the packed engine takes up, matrix by matrix (core/infer/packed_matrix.h).
std::int64_t packedBytes(const ModelConfig& config, const PackedOptions& options, const ModelWeights& weights) {
    std::int64_t bytes = 0;
    for (const TensorSpec& spec : tensorSpecs(config)) {
        const std::int64_t rows = spec.shape.front(), columns = spec.shape.back();
        if (spec.shape.size() == 1) bytes += 4 * rows;
        else if (spec.ternary)
            bytes += roundUp(rows, tileRows) / tileRows * ternaryBlocks(options.ternary, columns) * 64;
        else {
            const bool ends = spec.name == "model.embed_tokens.weight" || spec.name == "lm_head.weight";
            bytes += denseBytes(ends ? options.embedding : options.denseLinears,
                                weights.storedType(spec.name, spec.shape), weights.groupForm(spec.name), rows, columns);
        }
    }
    return bytes;
}

// Throws Error where the weights are not those that the description asks for.
void measure(ModelReport& report) {
    const ModelConfig& config = report.description->config;
    checkSizes(config, report.path.string());
    const PackedOptions options = chatOptions(config);
    report.cacheBytesPerToken = KvCache(config, options.cache, 1).bytesPerPosition();
    if (report.kind == ReportedKind::Packed) {  // mapped as it lies
        for (const TensorTypeShare& type : report.types) report.packedBytes += type.bytes;
        return;
    }
    const ModelWeights weights(report.path);
    weights.requireTensorsOf(*report.description);
    report.packedBytes = packedBytes(config, options, weights);
}

void inspectWhole(ModelReport& report) {
    const fs::path& model = report.path;
    report.asksForActivation = report.kind == ReportedKind::Gguf && lacksActivation(model);
    const bool described = tried(report, ReportedUse::Chat, [&] {
        report.description = readModelDescription(model);
        takeSizes(report.description->config, report.sizes);
        report.notes = report.description->notes;
    });
    if (!described && report.sizes.parameters < 0 && report.kind == ReportedKind::Gguf) {
        report.sizes.parameters = 0;
        for (const TensorTypeShare& type : report.types) report.sizes.parameters += type.weights;
    }
    tried(report, ReportedUse::Chat, [&] { readTokenizer(report); });
    if (!described) return;
    tried(report, ReportedUse::Chat, [&] { measure(report); });
    if (!report.obstacle(ReportedUse::Chat).empty()) return;
    const bool importable = tried(report, ReportedUse::Import, [&] { requireImportable(model); });
    if (importable) report.runBytes = 4 * report.sizes.parameters;
}

void takeLicence(ModelReport& report, const Licence& licence) {
    report.licence = licence.name;
    report.licenceFrom = licence.from;
}

ReportedKind kindOfFolder(const fs::path& folder) {
    if (isPackedFolder(folder)) return ReportedKind::Packed;
    return isFile(folder / "manifest.json") ? ReportedKind::Checkpoint : ReportedKind::Folder;
}

}  // namespace

std::string ModelReport::obstacle(ReportedUse use) const {
    std::string all;
    for (const ReportedObstacle& each : obstacles)
        if (each.use == use || each.use == ReportedUse::Chat) all += (all.empty() ? "" : "\n") + each.why;
    return all;
}

ModelReport inspectModel(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) throw Error("there is no such file or folder", path.string());
    ModelReport report;
    report.path = modelOf(fs::absolute(path).lexically_normal());
    report.diskBytes = bytesOf(report.path);
    if (isFile(report.path) && holdsGguf(report.path)) {
        report.kind = ReportedKind::Gguf;
        const GgufFile file(report.path);
        readGguf(file, report);
        takeLicence(report, licenceOf(file));
        inspectWhole(report);
    } else if (isFile(report.path / "config.json")) {
        report.kind = kindOfFolder(report.path);
        readFolder(report.path, report);
        takeLicence(report, licenceOf(report.path));
        tried(report, ReportedUse::Chat, [&] { readTensorTypes(report.path, report); });
        inspectWhole(report);
    } else if (holdsTensorBoardFiles(report.path)) {
        report.kind = ReportedKind::Events;
        report.eventFolders = foldersOfEvents(report.path);
        report.obstacles.push_back({ReportedUse::Chat, "event files hold curves, no model"});
    } else {
        throw Error("is nothing that can be imported", report.path.string(),
                    "A model can (a folder with config.json and safetensors, a GGUF file), and a folder with "
                    "TensorBoard event files (*tfevents*)");
    }
    return report;
}

}  // namespace tritlab
