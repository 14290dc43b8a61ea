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

// How the linears are stored.
enum class WeightStorage { Master, PackedAbsmean, PackedInverse };  // fp32/bf16; 2-bit with y*s; 2-bit with y/s (reference.md 5)

struct ModelDescription {
    ModelConfig config;
    WeightStorage storage = WeightStorage::Master;
    Template chatTemplate = Template::Plain;
    double lambda = 1.0;   // with which it was trained last; chat and evaluation use 1 for ternary models
    std::string origin;    // "tritlab", "bitnet", "llama"
};

ModelDescription readModelDescription(const std::filesystem::path& folder);  // config.json; throws Error naming file and key
nlohmann::ordered_json modelDescriptionJson(const ModelDescription& description);

// All safetensors of the folder (one file, or the shards of model.safetensors.index.json) under one lookup.
class ModelWeights {
public:
    explicit ModelWeights(const std::filesystem::path& folder);
    [[nodiscard]] const TensorView* find(const std::string& name) const;
    [[nodiscard]] const TensorView& tensor(const std::string& name, const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] std::vector<float> floats(const std::string& name, const std::vector<std::int64_t>& shape) const;
    // A linear's fp32 weight [out, in] whatever the storage: a packed one is codes times absmean.
    [[nodiscard]] std::vector<float> linear(const std::string& name, std::int64_t out, std::int64_t in, WeightStorage storage) const;
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::vector<std::shared_ptr<SafetensorsFile>> files_;
    std::map<std::string, std::pair<std::size_t, const TensorView*>> index_;
};

}  // namespace tritlab
