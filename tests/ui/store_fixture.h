// Runs in a store as a trainer leaves them: written through StoreWriter and RunRecorder, figures by formula.
#pragma once

#include <QTemporaryDir>
#include <cmath>
#include <memory>

#include "core/config/fields.h"
#include "core/run/schedules.h"
#include "core/store/store_writer.h"

namespace tritlab {

struct StoreFixture {
    StoreFixture()
        : workspace(std::filesystem::path(folder.path().toStdString())),
          writer(std::make_unique<StoreWriter>(workspace)) {}

    static RunConfig config(LambdaSchedule schedule = LambdaSchedule::Linear, StepIndex steps = 400) {
        ConfigDraft draft = presetDraft("tiny");
        draft.setValue("steps", FieldValue(steps));
        draft.setText("lambda_schedule", schedule == LambdaSchedule::Linear ? "linear" : "none");
        draft.setText("warmup_steps", "20");
        return configFromJson(toJson(draft.config()));
    }

    static StepEvent step(const RunConfig& config, StepIndex i, double offset = 0) {
        StepEvent event;
        event.step = i;
        const auto t = static_cast<double>(i);
        event.loss = 2.2 + offset + 6 * std::exp(-t / 60) + 0.12 * std::sin(t * 12.9898) * std::cos(t * 4.1);
        event.learningRate = learningRateAt(config, i);
        event.lambda = lambdaAt(config, i);
        event.weightDecay = weightDecayAt(config, i);
        event.gradNorm = 0.6 + 2 * std::exp(-t / 40) + 0.1 * std::cos(t * 3.3);
        event.tokensPerSecond = 5200 + 250 * std::sin(t);
        event.wallSeconds = 0.8 * (t + 1);
        event.tokens = config.tokensPerStep() * (i + 1);
        event.memoryBytes = 6.1e8 + 1e5 * t;
        return event;
    }

    static HealthEvent health(StepIndex i, bool collapsed = false) {
        HealthEvent event;
        event.step = i;
        const char* names[] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                               "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};
        for (int layer = 0; layer < 4; ++layer) {
            for (const char* name : names) {
                LayerHealth health;
                health.layer = "model.layers." + std::to_string(layer) + "." + name;
                health.collapsed = collapsed && layer == 2 && std::string(name) == "mlp.up_proj";
                health.std = health.collapsed ? 0.0004 : 0.02 + 0.002 * layer;
                health.absMean = health.std * 0.8;
                health.zero = 0.31 + 0.01 * layer;
                health.negative = health.positive = (1 - health.zero) / 2;
                health.flipRate = 0.02 * std::exp(-static_cast<double>(i) / 150) + 0.001 * layer;
                health.reversalRate = 0.1 + 0.05 * layer;
                health.deadZone = 0.07;
                for (int bin = 0; bin < LayerHealth::histogramBins; ++bin) {
                    const double x = -3 + (bin + 0.5) * 6 / LayerHealth::histogramBins;
                    health.histogram[static_cast<std::size_t>(bin)] =
                        static_cast<std::uint32_t>(40000 * std::exp(-x * x / (2 * 1.25 * 1.25)));
                }
                event.layers.push_back(health);
            }
        }
        return event;
    }

    // A whole run with evaluations, samples, health, a checkpoint and a log.
    std::string finishedRun(const std::string& name, const RunConfig& frozen, double offset = 0,
                            bool collapsed = false) {
        const std::string id = writer->createRun(name, frozen, RunState::Queued);
        RunRecorder recorder(*writer, id);
        recorder.onState({RunState::Running, 0, {}, true});
        recorder.onLog({LogLevel::Info, -1, "tokenizer: 4096 pieces, trained on 4.2 MB"});
        for (StepIndex i = 0; i < frozen.steps; ++i) {
            recorder.onStep(step(frozen, i, offset));
            if (i % 50 == 49) recorder.onHealth(health(i + 1, collapsed));
            if (i % 100 == 99) {
                const double loss = 2.4 + offset + 4 * std::exp(-static_cast<double>(i) / 80);
                recorder.onEvaluation(
                    {i + 1, loss, std::exp(loss), loss / 1.9, loss, 1, 65536, 180000, i + 1 == frozen.steps});
                recorder.onSample(
                    {i + 1, "In the beginning",
                     " God made the heaven and the earth, and the waters were upon the face of the deep."});
                recorder.onSample({i + 1, "The king said",
                                   " unto him, Go in peace; and he went out from before the face of the LORD."});
            }
        }
        std::filesystem::create_directories(workspace.checkpoints(id) / ("step-" + std::to_string(frozen.steps)));
        recorder.onCheckpoint({frozen.steps, "checkpoints/step-" + std::to_string(frozen.steps), 61'000'000, true, {}});
        recorder.onLog({LogLevel::Warning, 120, "gradient norm 4.1 was clipped to 1"});
        recorder.onState({RunState::Finished, frozen.steps, {}, true});
        writer->flush();
        return id;
    }

    QTemporaryDir folder;
    Workspace workspace;
    std::unique_ptr<StoreWriter> writer;
};

}  // namespace tritlab
