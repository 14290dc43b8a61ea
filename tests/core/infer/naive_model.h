// A slow, obvious forward of every architecture in float64, from the same folder that the engine loads; and tiny random
// models.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/interop/model_folder.h"

namespace tritlab::testing {

struct NamedConfig {
    std::string name;
    ModelConfig config;
};
// Tiny models of all architectures, and corners of the class; sizes that are no multiple of any tile among them.
std::vector<NamedConfig> tinyConfigs();
ModelConfig tinyConfig(const std::string& name);

// A whole model folder (without tokenizer): config.json and model.safetensors with random weights of this type.
void writeRandomModel(const std::filesystem::path& folder, const ModelConfig& config, std::uint64_t seed,
                      DType type = DType::F32, Template chatTemplate = Template::Plain);

// A tokenizer of 400 pieces, trained on a few sentences, the words of the chat templates, and what is to be said
// besides.
void trainTalkTokenizer(const std::filesystem::path& file, const std::string& besides);

class NaiveModel {
public:
    // lambda 1: ternary weights and int8 activations; lambda 0: as they are.
    explicit NaiveModel(const std::filesystem::path& folder, bool ternary = true);
    // Logits [tokens, vocab] of the whole sequence, without any cache.
    [[nodiscard]] std::vector<std::vector<double>> logits(const std::vector<TokenId>& tokens) const;

private:
    using Vector = std::vector<double>;
    [[nodiscard]] Vector norm(const Vector& x, const std::string& name, double eps) const;
    [[nodiscard]] Vector linear(const std::string& module, Vector x) const;
    ModelDescription description_;
    bool ternary_;
    std::map<std::string, std::vector<float>> tensors_;
};

}  // namespace tritlab::testing
