// What the store's tests share: an empty workspace, and events that are recognised by their step.
#pragma once

#include <QTemporaryDir>
#include <bit>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "core/base/workspace.h"
#include "core/store/run_store.h"
#include "core/store/store_writer.h"

namespace tritlab {

struct TemporaryWorkspace {
    QTemporaryDir folder;
    Workspace workspace{folder.path().toStdString()};
};

// A loss with all its digits, the same for the same step.
inline double lossOf(StepIndex step) { return 1 + randomUniform(11, 0, static_cast<std::uint64_t>(step)); }

inline StepEvent stepEvent(StepIndex step) {
    StepEvent event;
    event.step = step;
    event.loss = lossOf(step);
    event.learningRate = 3e-3;
    event.lambda = 0.5;
    event.gradNorm = static_cast<double>(static_cast<float>(event.loss) / 2);
    event.tokensPerSecond = 1000;
    event.wallSeconds = static_cast<double>(step) * 0.25;
    event.tokens = (step + 1) * 4096;
    event.memoryBytes = 1e9;
    return event;
}

inline HealthEvent healthEvent(StepIndex step, int layers = 3) {
    HealthEvent event;
    event.step = step;
    for (int i = 0; i < layers; ++i) {
        LayerHealth layer;
        layer.layer = "model.layers." + std::to_string(i) + ".mlp.up_proj";
        layer.std = 0.02 + i;
        layer.absMean = 0.015;
        layer.negative = 0.25;
        layer.zero = 0.5;
        layer.positive = 0.25;
        layer.flipRate = static_cast<double>(step) / 1e6;
        layer.deadZone = 0.1;
        if (step > 0) layer.gradientNorm = 3 + i;
        layer.collapsed = i == 1;
        for (std::size_t k = 0; k < layer.histogram.size(); ++k)
            layer.histogram[k] =
                static_cast<std::uint32_t>(randomBits(3, static_cast<std::uint64_t>(step + i), k) % 1000);
        event.layers.push_back(layer);
    }
    return event;
}

inline bool sameBits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

}  // namespace tritlab
