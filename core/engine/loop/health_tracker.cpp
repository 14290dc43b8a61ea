#include "core/engine/loop/health_tracker.h"

#include <ATen/Parallel.h>

#include <string_view>

#include "core/base/profile.h"
#include "core/engine/layers/host_tensor.h"
#include "core/engine/optimizer/adamw.h"

namespace tritlab {
namespace {

constexpr std::int64_t blockSize = 1 << 16;

// "model.layers.0.self_attn.q_proj.weight" is the weight of layer "model.layers.0.self_attn.q_proj".
std::string layerName(std::string_view parameter) {
    constexpr std::string_view suffix = ".weight";
    if (parameter.ends_with(suffix)) parameter.remove_suffix(suffix.size());
    return std::string(parameter);
}

}  // namespace

HealthTracker::HealthTracker(LanguageModel& model, double deadZoneWidth)
    : model_(&model), deadZoneWidth_(deadZoneWidth) {
    const std::vector<Parameter>& parameters = model.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!parameters[i].ternary) continue;
        parameters_.push_back(i);
        memory_.push_back({layerName(parameters[i].name), {}, 0, 0});
    }
}

void HealthTracker::takeGradients() {
    gradientNorms_.clear();
    for (const std::size_t parameter : parameters_)
        gradientNorms_.push_back(gradientNorm({model_->parameters()[parameter]}));
}

HealthEvent HealthTracker::snapshot(StepIndex step) {
    const ProfileScope scope("health");
    HealthEvent event;
    event.step = step;
    for (std::size_t layer = 0; layer < parameters_.size(); ++layer) {
        const at::Tensor value = onHost(model_->parameters()[parameters_[layer]].value).contiguous();
        const TernaryWeight& ternary = model_->ternaryWeight(parameters_[layer]);
        const at::Tensor codes = onHost(ternary.codes).contiguous();
        LayerMemory& memory = memory_[layer];
        const std::int64_t count = value.numel(), blocks = (count + blockSize - 1) / blockSize;
        const bool compare = !memory.weights.empty();
        memory.weights.resize(static_cast<std::size_t>(count));
        std::vector<HealthBlock> partial(static_cast<std::size_t>(blocks));
        const float* w = value.const_data_ptr<float>();
        const std::int8_t* c = codes.const_data_ptr<std::int8_t>();
        at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t block = begin; block < end; ++block) {
                const std::int64_t first = block * blockSize;
                const auto size = static_cast<std::size_t>(std::min(blockSize, count - first));
                partial[static_cast<std::size_t>(block)] =
                    healthBlock({w + first, size}, {c + first, size}, ternary.scale, deadZoneWidth_,
                                {memory.weights.data() + first, size}, compare);
            }
        });
        HealthBlock total;
        for (const HealthBlock& block : partial) total.add(block);
        event.layers.push_back(layerHealth(total, count, compare, memory));
        if (!gradientNorms_.empty()) event.layers.back().gradientNorm = gradientNorms_[layer];
    }
    gradientNorms_.clear();
    return event;
}

}  // namespace tritlab
