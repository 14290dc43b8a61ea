// Model folders and GGUF files of other programs.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/data/gguf_vocabulary.h"
#include "core/data/tokenizer.h"
#include "core/formats/gguf_codecs.h"
#include "core/interop/model_folder.h"
#include "core/interop/model_gguf.h"
#include "tests/fuzz/scratch.h"

namespace tritlab::fuzz {
namespace {

namespace fs = std::filesystem;

std::string textOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What every later stage takes for granted.
void checkDescription(const ModelDescription& description) {
    const ModelConfig& config = description.config;
    for (const std::int64_t size : {config.vocabSize, config.hiddenSize, config.layers, config.heads, config.kvHeads,
                                    config.headSize, config.ffnSize, config.contextLength})
        require(size > 0, "a size of the model is not positive");
    require(config.heads % config.kvHeads == 0 && config.headSize % 2 == 0, "the heads do not fit");
    require(std::isfinite(config.ropeTheta) && config.ropeTheta > 0, "rope_theta is no positive number");
    require(std::isfinite(config.normEps) && config.normEps >= 0, "the norm's epsilon is no number from 0");
    require(std::isfinite(config.inputNormEps) && config.inputNormEps >= 0, "an epsilon is no number from 0");
    require(std::isfinite(description.lambda) && description.lambda >= 0 && description.lambda <= 1,
            "lambda is not between 0 and 1");
    require(parameterCount(config) > 0, "the model has no parameters");
}

std::vector<TensorToWrite> writable(const SafetensorsFile& file) {
    std::vector<TensorToWrite> list;
    for (const auto& [name, view] : file.tensors()) list.push_back({name, view.type, view.shape, view.bytes.data()});
    return list;
}

}  // namespace

void readConfigJson(std::string_view bytes) {
    const fs::path folder = scratchFile("model/config.json", bytes).parent_path();
    try {
        const ModelDescription description = readModelDescription(folder);
        checkDescription(description);
        const std::string written = modelDescriptionJson(description).dump();
        const ModelDescription again =
            readModelDescription(scratchFile("model-again/config.json", written).parent_path());
        require(again.config == description.config && again.storage == description.storage &&
                    again.chatTemplate == description.chatTemplate && again.lambda == description.lambda,
                "a description is not the same when it is read again: " + written);
    } catch (const Error&) {
        // no JSON, or a model of another kind
    }
}

void readSafetensors(std::string_view bytes) {
    try {
        const SafetensorsFile file(scratchFile("tensors/model.safetensors", bytes));
        for (const auto& [name, view] : file.tensors()) {
            require(view.bytes.size() == static_cast<std::size_t>(view.count()) * dtypeSize(view.type),
                    "a tensor has not the bytes of its shape");
            const bool real = view.type == DType::F32 || view.type == DType::F16 || view.type == DType::BF16 ||
                              view.type == DType::F64;
            if (real) require(file.floats(name).size() == static_cast<std::size_t>(view.count()), "values are missing");
        }
        const fs::path path = scratchFolder() / "tensors/again.safetensors";
        writeSafetensors(path, writable(file), file.metadata());
        const SafetensorsFile again(path);
        require(again.metadata() == file.metadata(), "metadata is not the same when it is read again");
        require(again.tensors().size() == file.tensors().size(), "a tensor is lost");
        for (const auto& [name, view] : file.tensors()) {
            const TensorView& other = again.tensor(name, view.shape);
            require(other.type == view.type && textOf(other.bytes) == textOf(view.bytes), "a tensor differs");
        }
    } catch (const Error&) {
        // damaged
    }
}

void readShardIndex(std::string_view bytes) {
    const float value = 1;
    static const fs::path first = [&] {
        const fs::path one = scratchFile("shards/model-00001-of-00002.safetensors", "");
        writeSafetensors(one, {{"model.norm.weight", DType::F32, {1}, &value}});
        writeSafetensors(one.parent_path() / "model-00002-of-00002.safetensors",
                         {{"lm_head.weight", DType::F32, {1, 1}, &value}});
        return one;
    }();
    scratchFile("shards/model.safetensors.index.json", bytes);
    try {
        const ModelWeights weights(first.parent_path());
        for (const std::string& name : weights.names())
            require(weights.find(name) != nullptr, "a tensor that is listed is not there");
    } catch (const Error&) {
        // no index, or one of files that are not there
    }
}

void readGguf(std::string_view bytes) {
    const fs::path path = scratchFile("gguf/model.gguf", bytes);
    try {
        const GgufFile file(path);
        std::vector<GgufTensorToWrite> tensors;
        for (const auto& [name, tensor] : file.tensors()) {
            tensors.push_back({name, tensor.type, tensor.shape, [&tensor = tensor] {
                                   const std::string copy = textOf(tensor.bytes);
                                   return std::vector<std::uint8_t>(copy.begin(), copy.end());
                               }});
            try {
                std::int64_t count = 1;
                for (const std::int64_t length : tensor.shape) count *= length;
                require(decodeGgml(tensor.type, tensor.bytes, name).size() == static_cast<std::size_t>(count),
                        "a tensor has not the values of its shape");
            } catch (const Error&) {
                // a code that no type has
            }
        }
        const fs::path againPath = path.parent_path() / "again.gguf";
        GgufEntries entries(file.metadata().begin(), file.metadata().end());
        std::erase_if(entries, [](const auto& entry) { return entry.first == "general.alignment"; });
        writeGguf(againPath, entries, tensors);
        const GgufFile again(againPath);
        require(again.tensors().size() == file.tensors().size(), "a tensor is lost");
        for (const auto& [name, tensor] : file.tensors()) {
            const GgufTensor* other = again.find(name);
            require(other != nullptr && other->type == tensor.type && other->shape == tensor.shape &&
                        textOf(other->bytes) == textOf(tensor.bytes),
                    "a tensor differs");
        }
        require(again.metadata().size() == entries.size(), "a key is lost");
    } catch (const Error&) {
        // damaged
    }
    try {
        checkDescription(GgufModel(path).description());
    } catch (const Error&) {
        // no model of a kind that is known
    }
    try {
        const GgufFile file(path);
        if (!holdsVocabulary(file)) return;
        const SentencePieceModel vocabulary = ggufVocabulary(file);
        require(!vocabulary.pieces.empty(), "a vocabulary is empty");
        readTokenizerModel(serializeSentencePieceModel(vocabulary));
    } catch (const Error&) {
        // no vocabulary, or one of another kind
    }
}

void readTokenizerModel(std::string_view bytes) {
    const fs::path path = scratchFile("tokenizer/tokenizer.model", bytes);
    static const std::string odd =
        std::string("dada <sep> \xEF\xBC\xA1\xC2\xBD e\xCC\x81\t\xEF\xAC\x81\0\n  x\xFF", 31) +
        "\xE2\x96\x81 <|eot_id|>";
    try {
        const SentencePieceModel model = parseSentencePieceModel(bytes, "model");
        const std::string written = serializeSentencePieceModel(model);
        require(serializeSentencePieceModel(parseSentencePieceModel(written, "written")) == written,
                "a model is not the same when it is read again");
        const auto tokenizer = loadTokenizer(path);
        require(tokenizer->size() == static_cast<std::int64_t>(model.pieces.size()), "a piece is lost");
        for (const std::string_view text : {std::string_view(odd), std::string_view("a b"), std::string_view("\n")}) {
            const std::vector<TokenId> ids = tokenizer->encode(text);
            for (const TokenId id : ids) require(id >= 0 && id < tokenizer->size(), "an id is outside the vocabulary");
            const std::string decoded = tokenizer->decode(ids);
            if (tokenizer->lossless()) require(decoded == text, "a lossless tokenizer lost text");
        }
        (void)tokenizer->encode(" x", true);
    } catch (const Error&) {
        // no model, or one that cannot be used
    }
}

}  // namespace tritlab::fuzz
