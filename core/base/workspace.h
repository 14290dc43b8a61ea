// Where everything of a person's lies: TRITLAB_HOME, else $XDG_DATA_HOME/tritlab, else ~/.local/share/tritlab.
//   tritlab.db            the store (plus -wal, -shm)      locks/{queue,writer,schema}
//   runs/ID/lock          held by the trainer for life     runs/ID/checkpoints/step-00000500/   runs/ID/snapshot/
//   tokenizers/HASH.model trained and given tokenizers     cache/tokens/HASH/   token caches, may be deleted
// Built-in text is made at set-up and shared by all workspaces: $TRITLAB_CACHE/corpora, else ~/.cache/tritlab/corpora.
#pragma once

#include <filesystem>
#include <string>

namespace tritlab {

// Of a model folder, as transformers names it, and of a run's folder.
inline constexpr char kChatTemplateFile[] = "chat_template.jinja";

class Workspace {
public:
    // The default place (see above). Folders are made when first written to.
    Workspace();
    explicit Workspace(std::filesystem::path root) : root_(std::move(root)) {}

    [[nodiscard]] const std::filesystem::path& root() const { return root_; }
    [[nodiscard]] std::filesystem::path database() const { return root_ / "tritlab.db"; }
    [[nodiscard]] std::filesystem::path locks() const { return root_ / "locks"; }
    [[nodiscard]] std::filesystem::path run(const std::string& id) const { return root_ / "runs" / id; }
    [[nodiscard]] std::filesystem::path runLock(const std::string& id) const { return run(id) / "lock"; }
    [[nodiscard]] std::filesystem::path checkpoints(const std::string& id) const { return run(id) / "checkpoints"; }
    [[nodiscard]] std::filesystem::path snapshot(const std::string& id) const { return run(id) / "snapshot"; }
    // The chat template that an imported model brought along; of most runs there is none.
    [[nodiscard]] std::filesystem::path chatTemplate(const std::string& id) const {
        return run(id) / kChatTemplateFile;
    }
    [[nodiscard]] std::filesystem::path tokenizers() const { return root_ / "tokenizers"; }
    [[nodiscard]] std::filesystem::path tokenCache() const { return root_ / "cache" / "tokens"; }

private:
    std::filesystem::path root_;
};

// The folder of the built-in corpora (above); it need not exist.
std::filesystem::path corporaFolder();

}  // namespace tritlab
