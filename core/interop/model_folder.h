// A model folder: config.json (Hugging Face's keys, and a "tritlab" object for what those cannot say), *.safetensors,
// tokenizer.model. A checkpoint is one, an export is one, a Hugging Face download is one. A GGUF file stands for one
// wherever a model folder is read.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/architecture/family.h"
#include "core/architecture/tensor_names.h"
#include "core/formats/gguf_blocks.h"
#include "core/formats/safetensors.h"
#include "core/kernels/quantizers.h"
#include "core/model/model_config.h"

namespace tritlab {

// How the ternary linears are stored: as master weights (fp32, bf16, f16), or as 2-bit codes whose weight_scale is the
// absmean (Hugging Face's autobitlinear) or its inverse (bitlinear); docs/formats-and-formulas.md, Model folders.
enum class WeightStorage { Master, PackedAbsmean, PackedInverse };

struct ModelDescription {
    ModelConfig config;
    WeightStorage storage = WeightStorage::Master;
    Template chatTemplate = Template::Plain;
    double lambda = 1.0;             // with which it was trained last; chat and evaluation use 1 for ternary models
    std::vector<std::string> notes;  // what of the file was not understood and is harmless as far as is known
    std::string origin;              // "tritlab", or a family's name: "bitnet", "llama"
};

// Of config.json or a GGUF file's metadata; throws Error naming file and key, or a checkpoint's damaged file.
ModelDescription readModelDescription(const std::filesystem::path& model);
// Whether a path names a model in one GGUF file rather than a model folder.
bool isGgufModel(const std::filesystem::path& model);
// What holds a model's tokenizer: tokenizer.model of its folder (which need not be there), tokenizer.json where only
// that is there, or the GGUF file itself.
std::filesystem::path tokenizerFile(const std::filesystem::path& model);
// As in config.json and GGUF's metadata: "plain", "instruction", "2b4t".
const char* templateName(Template chatTemplate);
std::optional<Template> templateOf(const std::string& name);
// The family that has this block; nullptr: none, so that TritLab alone reads it.
const FamilyInfo* familyOf(const ModelConfig& config);
nlohmann::ordered_json modelDescriptionJson(const ModelDescription& description);

// A shadow weight that the absmean quantizer maps to the same codes and (to a rounding of its mean) the same scale:
// each non-zero code is scaled by the inverse of the share of non-zeros, since zeros lower the mean. All zeros stay
// zeros.
std::vector<float> shadowWeightOf(const TernaryWeights& quantized, const std::string& name);

class GgufModel;

// All weights of a model under the names of a model folder: its safetensors (one file that a checkpoint's manifest
// vouches for, or the shards of model.safetensors.index.json), or a GGUF file.
class ModelWeights {
public:
    explicit ModelWeights(const std::filesystem::path& model);
    [[nodiscard]] const TensorView* find(const std::string& name) const;  // of safetensors
    [[nodiscard]] const TensorView& tensor(const std::string& name, const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] DType storedType(const std::string& name, const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] std::vector<float> floats(const std::string& name, const std::vector<std::int64_t>& shape) const;
    // In the groups that a GGUF file holds them in, for its types that are such groups.
    [[nodiscard]] std::optional<GroupedWeights> grouped(const std::string& name,
                                                        const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] std::optional<GroupForm> groupForm(const std::string& name) const;
    // fp32 [shape]: of a ternary linear that is stored packed its codes times its absmean.
    [[nodiscard]] std::vector<float> shadowWeights(const TensorSpec& spec, WeightStorage storage) const;
    // A packed linear NAME.weight (uint8 [out/4, in], or codes as floats [out, in]) with NAME.weight_scale, of one
    // number or one a row.
    [[nodiscard]] TernaryWeights ternaryLinear(const std::string& name, std::int64_t out, std::int64_t in,
                                               WeightStorage storage) const;
    [[nodiscard]] std::vector<std::string> names() const;
    // Every tensor has a place in the model, and every one of the model is there. Throws Error naming the first that is
    // not: a bias or a layer that is passed over gives a model that runs and answers nonsense.
    void requireTensorsOf(const ModelDescription& description) const;

private:
    std::filesystem::path model_;
    std::shared_ptr<const GgufModel> gguf_;  // then there are no files
    std::vector<std::shared_ptr<SafetensorsFile>> files_;
    std::map<std::string, std::pair<std::size_t, const TensorView*>> index_;
};

}  // namespace tritlab
