// A model from elsewhere as a run of its own: a Hugging Face folder or a GGUF file becomes the checkpoint of step 0.
// With text to train on the run is 'stopped' and goes on from these weights when it is resumed; without, it is
// 'finished': to talk to, to look into, to export.
#pragma once

#include <filesystem>
#include <string>

#include "core/config/fields.h"
#include "core/store/store_writer.h"

namespace tritlab {

// What the config of such a run has to be: the model as it is, its tokenizer (kept in the workspace), its template.
// Converted: dense linears are ternary from now on, under a lambda that rises over the run (HF "1.58-bit fine-tuning",
// docs/command-line.md, Models in and out), from the model's own weights as shadow weights. Throws Error where the
// model cannot be read or has no form as a run.
ConfigDraft importDraft(const std::filesystem::path& model, const Workspace& workspace, bool convert);

// Throws Error where importDraft() or importModel() would, without doing anything: the model has no form as a run.
void requireImportable(const std::filesystem::path& model);

// Makes the run and gives its id. `frozen` is importDraft's config with what a person may set besides; throws Error
// where it has another model than the file.
std::string importModel(StoreWriter& writer, const std::filesystem::path& model, const std::string& name,
                        const RunConfig& frozen);
// The same with no more to choose than this, under the file's name. Throws Error, too, where there is no such text.
struct ImportChoice {
    std::string text;      // to train on when the run is resumed: a source as --data takes it; empty: none
    bool convert = false;  // needs text
};
std::string importModel(StoreWriter& writer, const std::filesystem::path& model, const ImportChoice& choice);

}  // namespace tritlab
