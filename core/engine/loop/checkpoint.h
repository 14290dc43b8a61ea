// A run's state to and from a checkpoint folder: model folder, optimizer moments, health memory. All safetensors and
// JSON: nothing that is read can run code. The folder's manifest and upkeep are core/checkpoint/checkpoint_folder.h.
#pragma once

#include <filesystem>

#include "core/checkpoint/checkpoint_folder.h"
#include "core/engine/loop/health_tracker.h"
#include "core/engine/model/language_model.h"
#include "core/engine/optimizer/adamw.h"
#include "core/interop/model_folder.h"

namespace tritlab {

struct TrainingState {
    LanguageModel& model;
    std::vector<Moments>& moments;  // whole ones, one a parameter
    HealthTracker& health;
};

// Whether every weight and every moment is a finite number.
bool allFinite(const TrainingState& state);

// config.json, model.safetensors (fp32) and tokenizer.model into an existing folder.
void writeModelFolder(const std::filesystem::path& folder, LanguageModel& model, const ModelDescription& description,
                      const std::filesystem::path& tokenizer);
// The whole checkpoint, made beside and renamed. Throws Error (kind NoSpace where the disk is full): nothing has
// changed then.
void writeCheckpoint(const std::filesystem::path& target, TrainingState state, const ModelDescription& description,
                     const std::filesystem::path& tokenizer, CheckpointManifest& manifest);
// Fills the state from a folder that readCheckedManifest has accepted. Throws Error where the checkpoint is of another
// model.
void readCheckpoint(const std::filesystem::path& folder, TrainingState state);

}  // namespace tritlab
