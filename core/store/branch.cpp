#include "core/store/branch.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/checkpoint/integrity.h"
#include "core/config/fields.h"

namespace tritlab {
namespace fs = std::filesystem;

bool fixedInBranch(const std::string& key) {
    const Field* field = findField(key);
    if (field == nullptr) return false;
    if (field->group == FieldGroup::Model) return key != "initialization" && key != "init_std";
    return key == "tokenizer" || key == "tokenizer_path" || key == "tokenizer_model" || key == "vocab_size" ||
           key == "data" || key == "held_out" || key == "held_out_from" || key == "chat_template";
}

std::string branchRun(StoreWriter& writer, const std::string& parent, StepIndex step, const std::string& name,
                      const RunConfig& frozen) {
    RunStore store(writer.workspace());
    const auto from = store.run(parent);
    if (!from) throw Error("no such run", parent, "List the runs");
    const std::vector<CheckpointInfo> all = store.checkpoints(parent);
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const CheckpointInfo& each) { return each.step == step; });
    if (found == all.end())
        throw Error("the run has no checkpoint of step " + std::to_string(step), parent, "List its checkpoints");
    for (const FieldDifference& difference : differences(from->config, frozen)) {
        if (fixedInBranch(difference.key))
            throw Error("a branch keeps the model and the tokenizer of the run that it comes from", difference.key,
                        "Set it to " + (difference.left.empty() ? std::string("its default") : difference.left) +
                            ", or start a new run");
    }
    if (frozen.steps <= step)
        throw Error("the checkpoint has done " + std::to_string(step) + " steps already", "steps",
                    "Set more steps than that");
    const fs::path source = writer.workspace().run(parent) / found->path;
    requireUndamagedCheckpoint(source);
    const std::string id = writer.createRun(name, frozen, RunState::Stopped, parent, step);
    try {
        const fs::path target = writer.workspace().run(id) / found->path;
        fs::create_directories(target.parent_path());
        writeFolderAtomically(target,
                              [&](const fs::path& folder) { fs::copy(source, folder, fs::copy_options::recursive); });
        if (const fs::path own = writer.workspace().chatTemplate(parent); fs::exists(own))
            fs::copy_file(own, writer.workspace().chatTemplate(id));
        // the only one is the best
        RunRecorder recorder(writer, id);
        recorder.onCheckpoint({found->step, found->path, found->bytes, true, {}});
        recorder.flush();
    } catch (const std::exception& error) {
        writer.purge(id);
        const auto* known = dynamic_cast<const Error*>(&error);
        if (known != nullptr) throw;
        throw Error(std::string("the checkpoint cannot be copied: ") + error.what(), parent, "Check the disk",
                    ErrorKind::Failed);
    }
    return id;
}

}  // namespace tritlab
