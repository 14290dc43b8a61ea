// The tensors of a model folder, whole or in shards, and packed linears.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/checkpoint/integrity.h"
#include "core/interop/model_folder.h"
#include "core/interop/model_gguf.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> shards(const fs::path& folder) {
    const fs::path whole = folder / "model.safetensors", index = folder / "model.safetensors.index.json";
    if (fs::exists(whole)) return {whole};
    if (!fs::exists(index))
        throw Error("holds neither model.safetensors nor model.safetensors.index.json", folder.string(),
                    "Name a model folder");
    const auto object = nlohmann::json::parse(readFile(index, 1 << 26), nullptr, false);
    if (!object.is_object() || !object.contains("weight_map") || !object["weight_map"].is_object())
        throw Error("has no weight_map", index.string(), "Check that the file is whole");
    std::vector<fs::path> files;
    for (const auto& [name, file] : object["weight_map"].items()) {
        // A plain file name: an index must not lead out of its folder.
        if (!file.is_string() || fs::path(file.get<std::string>()).filename() != file.get<std::string>())
            throw Error("names no file of its folder for " + name, index.string(), "Check that the file is whole");
        files.push_back(folder / file.get<std::string>());
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

}  // namespace

std::vector<float> shadowWeightOf(const TernaryWeights& quantized, const std::string& name) {
    const std::vector<std::int8_t>& codes = quantized.codes;
    const auto nonZero = codes.size() - static_cast<std::size_t>(std::count(codes.begin(), codes.end(), 0));
    std::vector<float> weight(codes.size(), 0.0F);
    if (nonZero == 0) return weight;
    const double scale = static_cast<double>(quantized.tensorScale(name)) * static_cast<double>(codes.size()) /
                         static_cast<double>(nonZero);
    std::transform(codes.begin(), codes.end(), weight.begin(),
                   [&](std::int8_t code) { return static_cast<float>(code * scale); });
    return weight;
}

ModelWeights::ModelWeights(const fs::path& folder) : model_(folder) {
    if (isGgufModel(folder)) {
        gguf_ = std::make_shared<const GgufModel>(folder);
        return;
    }
    requireUndamaged(folder, {"model.safetensors"});
    for (const fs::path& path : shards(folder)) {
        files_.push_back(std::make_shared<SafetensorsFile>(path));
        for (const auto& [name, view] : files_.back()->tensors()) {
            if (!index_.emplace(name, std::pair{files_.size() - 1, &view}).second)
                throw Error("holds tensor " + name + ", which another file of the folder holds too", path.string());
        }
    }
}

const TensorView* ModelWeights::find(const std::string& name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : found->second.second;
}

const TensorView& ModelWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const auto found = index_.find(name);
    if (found == index_.end())
        throw Error("has no tensor " + name, gguf_ ? std::string() : files_.front()->path().parent_path().string(),
                    "Check that config.json belongs to these weights");
    return files_[found->second.first]->tensor(name, shape);
}

std::vector<float> ModelWeights::floats(const std::string& name, const std::vector<std::int64_t>& shape) const {
    return gguf_ ? gguf_->floats(name, shape) : toFloats(tensor(name, shape), name);
}

std::optional<GroupedWeights> ModelWeights::grouped(const std::string& name,
                                                    const std::vector<std::int64_t>& shape) const {
    return gguf_ ? gguf_->grouped(name, shape) : std::nullopt;
}

std::optional<GroupForm> ModelWeights::groupForm(const std::string& name) const {
    return gguf_ ? gguf_->groupForm(name) : std::nullopt;
}

std::vector<float> ModelWeights::shadowWeights(const TensorSpec& spec, WeightStorage storage) const {
    if (!spec.ternary || storage == WeightStorage::Master) return floats(spec.name, spec.shape);
    return shadowWeightOf(ternaryLinear(moduleOf(spec.name), spec.shape[0], spec.shape[1], storage), spec.name);
}

DType ModelWeights::storedType(const std::string& name, const std::vector<std::int64_t>& shape) const {
    return gguf_ ? gguf_->storedType(name) : tensor(name, shape).type;
}

TernaryWeights ModelWeights::ternaryLinear(const std::string& name, std::int64_t out, std::int64_t in,
                                           WeightStorage storage) const {
    if (gguf_) return gguf_->ternaryLinear(name, out, in);
    const std::string weightName = name + ".weight";
    TernaryWeights packed;
    const std::string scaleName = name + ".weight_scale";
    const TensorView* scales = find(scaleName);
    const bool byRow =
        scales != nullptr && out != 1 &&
        (scales->shape == std::vector<std::int64_t>{out} || scales->shape == std::vector<std::int64_t>{out, 1});
    packed.scales = floats(scaleName, byRow ? scales->shape : std::vector<std::int64_t>{1});
    for (float& scale : packed.scales) {
        const float written = scale;
        if (storage == WeightStorage::PackedInverse) scale = 1.0F / scale;
        if (!std::isfinite(scale) || scale <= 0)
            throw Error("is " + std::to_string(written) + ", not a positive number", scaleName);
    }
    packed.codes.resize(static_cast<std::size_t>(out * in));
    const TensorView* view = find(weightName);
    if (view != nullptr && view->type != DType::U8) {  // codes written as floats
        const std::vector<float> values = floats(weightName, {out, in});
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (values[i] != -1.0F && values[i] != 0.0F && values[i] != 1.0F)
                throw Error("holds values that are not -1, 0 or 1", weightName,
                            "The configuration says that it is packed");
            packed.codes[i] = static_cast<std::int8_t>(values[i]);
        }
        return packed;
    }
    if (out % 4 != 0)
        throw Error("has " + std::to_string(out) + " rows: packed weights need a multiple of 4", weightName);
    // Row blocks: bits 2i of packed row r hold row i * out/4 + r.
    const std::int64_t rows = out / 4;
    const TensorView& bytes = tensor(weightName, {rows, in});
    for (std::int64_t i = 0; i < 4; ++i) {
        for (std::int64_t k = 0; k < rows * in; ++k) {
            const int code = (std::to_integer<int>(bytes.bytes[static_cast<std::size_t>(k)]) >> (2 * i)) & 3;
            if (code == 3)
                throw Error("holds a code that is none of -1, 0 and 1", weightName, "Copy or download the file again");
            packed.codes[static_cast<std::size_t>(i * rows * in + k)] = static_cast<std::int8_t>(code - 1);
        }
    }
    return packed;
}

std::vector<std::string> ModelWeights::names() const {
    if (gguf_) return gguf_->names();
    std::vector<std::string> out;
    for (const auto& [name, entry] : index_) out.push_back(name);
    return out;
}

void ModelWeights::requireTensorsOf(const ModelDescription& description) const {
    if (gguf_) return;  // asked when the file was opened
    std::set<std::string> known;
    const std::string missing = [&]() -> std::string {
        for (const TensorSpec& spec : tensorSpecs(description.config)) {
            known.insert(spec.name);
            if (spec.ternary && description.storage != WeightStorage::Master) {
                known.insert(moduleOf(spec.name) + ".weight_scale");
                if (find(moduleOf(spec.name) + ".weight_scale") == nullptr)
                    return moduleOf(spec.name) + ".weight_scale";
            }
            if (find(spec.name) == nullptr) return spec.name;
        }
        return {};
    }();
    if (!missing.empty())
        throw Error("has no tensor " + missing, model_.string(), "Check that config.json belongs to these weights");
    for (const std::string& name : names()) {
        // Tables that old LLaMA checkpoints keep, and a head that is the embedding's twin: transformers computes the
        // one and ties the other, whatever the file says.
        const bool recomputed = name.ends_with(".rotary_emb.inv_freq");
        const bool tied = name == "lm_head.weight" && description.config.tieEmbeddings;
        if (!known.contains(name) && !recomputed && !tied)
            throw Error("holds the tensor " + name + ", for which this model has no place here", model_.string(),
                        "Use another model: without it this one would run and answer wrongly");
    }
}

}  // namespace tritlab
