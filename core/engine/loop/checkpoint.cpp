#include "core/engine/loop/checkpoint.h"

#include <ATen/ops/isfinite.h>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/engine/layers/host_tensor.h"
#include "core/kernels/adamw_kernels.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

bool finite(const at::Tensor& tensor) {
    if (!tensor.is_cpu()) return at::isfinite(tensor).all().item<bool>();
    const at::Tensor whole = tensor.detach().contiguous();
    return std::isfinite(squaredSum(whole.const_data_ptr<float>(), whole.numel()));
}

std::vector<std::int64_t> shapeOf(const at::Tensor& tensor) { return tensor.sizes().vec(); }

// Keeps the tensors, contiguous and on the CPU, alive until the file is written.
class TensorList {
public:
    void add(const std::string& name, const at::Tensor& tensor) {
        kept_.push_back(onHost(tensor).contiguous());
        list_.push_back({name, DType::F32, shapeOf(kept_.back()), kept_.back().const_data_ptr()});
    }
    void write(const fs::path& path) const { writeSafetensors(path, list_); }

private:
    std::vector<at::Tensor> kept_;
    std::vector<TensorToWrite> list_;
};

void writeText(const fs::path& path, const std::string& text) {
    OutputFile file(path);
    file.write(text.data(), text.size());
    file.close();
}

void writeOptimizer(const fs::path& path, LanguageModel& model, const std::vector<Moments>& moments) {
    TensorList list;
    for (std::size_t i = 0; i < model.parameters().size(); ++i) {
        list.add(kFirstMoment + model.parameters()[i].name, moments[i].first);
        list.add(kSecondMoment + model.parameters()[i].name, moments[i].second);
    }
    list.write(path);
}

void writeHealth(const fs::path& path, const std::vector<LayerMemory>& memory) {
    std::vector<TensorToWrite> list;
    std::vector<double> numbers;
    for (const LayerMemory& layer : memory) {
        numbers.push_back(layer.reversalSum);
        numbers.push_back(layer.reversalWeight);
        if (layer.weights.empty()) continue;
        list.push_back(
            {layer.layer, DType::U8, {static_cast<std::int64_t>(layer.weights.size())}, layer.weights.data()});
    }
    list.push_back({kReversals, DType::F64, {static_cast<std::int64_t>(memory.size()), 2}, numbers.data()});
    writeSafetensors(path, list);
}

void copyInto(at::Tensor& target, const SafetensorsFile& file, const std::string& name) {
    const TensorView& source = file.tensor(name, shapeOf(target));
    if (source.type != DType::F32) {
        throw Error(std::string("tensor ") + name + " is " + dtypeName(source.type) + ", not F32", file.path().string(),
                    "The checkpoint is of another version: delete its folder");
    }
    const at::Tensor host = hostRoom(target);
    std::memcpy(host.data_ptr<float>(), source.bytes.data(), source.bytes.size());
    giveBack(host, target);
}

void readHealth(const fs::path& path, LanguageModel& model, std::vector<LayerMemory>& memory) {
    const SafetensorsFile file(path);
    const TensorView& numbers = file.tensor(kReversals, {static_cast<std::int64_t>(memory.size()), 2});
    if (numbers.type != DType::F64) throw Error(std::string("tensor ") + kReversals + " is not F64", path.string());
    std::size_t layer = 0;
    for (const Parameter& parameter : model.parameters()) {
        if (!parameter.ternary) continue;
        LayerMemory& target = memory[layer];
        double pair[2];
        std::memcpy(pair, numbers.bytes.data() + layer * sizeof pair, sizeof pair);
        target.reversalSum = pair[0];
        target.reversalWeight = pair[1];
        target.weights.clear();
        if (file.tensors().contains(target.layer)) {
            const TensorView& codes = file.tensor(target.layer, {parameter.value.numel()});
            if (codes.type != DType::U8) throw Error("tensor " + target.layer + " is not U8", path.string());
            target.weights.resize(codes.bytes.size());
            std::memcpy(target.weights.data(), codes.bytes.data(), codes.bytes.size());
        }
        ++layer;
    }
}

}  // namespace

bool allFinite(const TrainingState& state) {
    for (const Parameter& parameter : state.model.parameters())
        if (!finite(parameter.value)) return false;
    for (const Moments& moments : state.moments)
        if (!finite(moments.first) || !finite(moments.second)) return false;
    return true;
}

void writeModelFolder(const fs::path& folder, LanguageModel& model, const ModelDescription& description,
                      const fs::path& tokenizer) {
    writeText(folder / "config.json", modelDescriptionJson(description).dump(2) + "\n");
    writeText(folder / "tokenizer.model", readFile(tokenizer));
    TensorList weights;
    for (const Parameter& parameter : model.parameters()) weights.add(parameter.name, parameter.value);
    weights.write(folder / "model.safetensors");
}

void writeCheckpoint(const fs::path& target, TrainingState state, const ModelDescription& description,
                     const fs::path& tokenizer, CheckpointManifest& manifest) {
    writeFolderAtomically(target, [&](const fs::path& folder) {
        writeModelFolder(folder, state.model, description, tokenizer);
        writeOptimizer(folder / "optimizer.safetensors", state.model, state.moments);
        writeHealth(folder / "health.safetensors", state.health.memory());
        writeManifest(folder, manifest);
    });
}

void readCheckpoint(const fs::path& folder, TrainingState state) {
    const ModelDescription description = readModelDescription(folder);
    state.model.load(ModelWeights(folder), description.storage);
    const SafetensorsFile optimizer(folder / "optimizer.safetensors");
    for (std::size_t i = 0; i < state.model.parameters().size(); ++i) {
        Moments& moments = state.moments[i];
        copyInto(moments.first, optimizer, kFirstMoment + state.model.parameters()[i].name);
        copyInto(moments.second, optimizer, kSecondMoment + state.model.parameters()[i].name);
    }
    readHealth(folder / "health.safetensors", state.model, state.health.memory());
}

}  // namespace tritlab
