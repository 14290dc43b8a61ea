// A model folder: config.json (Hugging Face's keys, and a "tritlab" object for what those cannot say), *.safetensors,
// tokenizer.model. A checkpoint is one, an export is one, a Hugging Face download is one.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/interop/safetensors.h"
#include "core/model/model_config.h"

namespace tritlab {

// How the ternary linears are stored: as master weights (fp32, bf16, f16), or as 2-bit codes whose weight_scale is the absmean
// (Hugging Face's autobitlinear) or its inverse (bitlinear); reference.md 5.
enum class WeightStorage { Master, PackedAbsmean, PackedInverse };

struct ModelDescription {
    ModelConfig config;
    WeightStorage storage = WeightStorage::Master;
    Template chatTemplate = Template::Plain;
    double lambda = 1.0;   // with which it was trained last; chat and evaluation use 1 for ternary models
    std::string origin;    // "tritlab", "bitnet", "llama"
};

ModelDescription readModelDescription(const std::filesystem::path& folder);  // config.json; throws Error naming file and key
nlohmann::ordered_json modelDescriptionJson(const ModelDescription& description);

struct PackedLinear {
    std::vector<std::int8_t> codes;  // [out, in] in {-1, 0, 1}
    float absmean = 0;
    // A shadow weight that the absmean quantizer maps to the same codes and (to a rounding of its mean) the same absmean: each
    // non-zero code is scaled by the inverse of the share of non-zeros, since zeros lower the mean. All zeros stay zeros.
    [[nodiscard]] std::vector<float> shadowWeight() const;
};

// All safetensors of the folder (one file, or the shards of model.safetensors.index.json) under one lookup.
class ModelWeights {
public:
    explicit ModelWeights(const std::filesystem::path& folder);
    [[nodiscard]] const TensorView* find(const std::string& name) const;
    [[nodiscard]] const TensorView& tensor(const std::string& name, const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] std::vector<float> floats(const std::string& name, const std::vector<std::int64_t>& shape) const;
    // A packed linear NAME.weight (uint8 [out/4, in], or codes as floats [out, in]) with NAME.weight_scale.
    [[nodiscard]] PackedLinear packedLinear(const std::string& name, std::int64_t out, std::int64_t in, WeightStorage storage) const;
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::vector<std::shared_ptr<SafetensorsFile>> files_;
    std::map<std::string, std::pair<std::size_t, const TensorView*>> index_;
};

}  // namespace tritlab
