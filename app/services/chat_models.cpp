#include "app/services/chat_models.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/chat/latest_model.h"
#include "core/store/store_writer.h"

namespace tritlab {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kept = 2;  // two that are compared
constexpr auto freshFor = std::chrono::seconds(5);

QString tr(const char* text) { return QCoreApplication::translate("tritlab::ChatModels", text); }

// Names one state of a model folder: a snapshot or checkpoint is always written as a whole, with a fresh config.json.
fs::file_time_type writtenAt(const fs::path& folder) {
    std::error_code error;
    const auto written = fs::last_write_time(isGgufModel(folder) ? folder : folder / "config.json", error);
    return error ? fs::file_time_type() : written;
}

using FolderState = std::pair<fs::path, fs::file_time_type>;

std::optional<FolderState> latest(const Workspace& workspace, const std::string& run) {
    try {
        const fs::path folder = latestModelFolder(workspace, run);
        return FolderState(folder, writtenAt(folder));
    } catch (const Error&) {
        return std::nullopt;  // none yet
    }
}

fs::path checkpointFolder(const Workspace& workspace, const ChatModel& model) {
    RunStore store(workspace);
    const std::string run = model.run.toStdString();
    for (const CheckpointInfo& each : store.checkpoints(run))
        if (each.step == model.step) return workspace.run(run) / each.path;
    throw Error("the checkpoint of step " + std::to_string(model.step) + " is not there any more", "run " + run,
                "Choose other weights above");
}

}  // namespace

ChatModels::ChatModels(const Workspace& workspace, std::shared_ptr<StoreWriter> writer)
    : workspace_(workspace), writer_(std::move(writer)) {}

fs::path ChatModels::folderOf(const ChatModel& model, bool training, const StopToken& stop, const Tell& tell) const {
    if (model.run.isEmpty()) return model.folder.toStdString();
    if (const auto known = RunStore(workspace_).run(model.run.toStdString()); known && known->trashed)
        throw Error("is in the trash", "run " + known->name, "Restore it first, then it can be talked to");
    if (model.step >= 0) return checkpointFolder(workspace_, model);
    const std::string run = model.run.toStdString();
    if (training) {
        const auto before = latest(workspace_, run);
        // One that was packed while the question was being written is new enough.
        if (before && before->first == workspace_.snapshot(run) &&
            fs::file_time_type::clock::now() - before->second < freshFor)
            return before->first;
        try {
            writer_->sendCommand(run, RunCommand::Snapshot);
        } catch (const Error&) {
            return latestModelFolder(workspace_, run);  // it ended meanwhile
        }
        tell(before ? tr("packing the latest weights…") : tr("waiting for the first weights…"));
        // A trainer answers between two micro-batches. Without older weights there is nothing else to answer with.
        QElapsedTimer waited;
        waited.start();
        while (!stop.stopRequested() && waited.elapsed() < (before ? 10000 : 120000)) {
            const auto now = latest(workspace_, run);
            if (now && now != before) return now->first;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    return latestModelFolder(workspace_, run);
}

ReadableModel ChatModels::readable(const ChatModel& model) {
    const fs::path folder = folderOf(model, false, StopToken(), [](const QString&) {});
    const auto written = writtenAt(folder);
    const auto known = std::find_if(read_.begin(), read_.end(),
                                    [&](const Read& each) { return each.folder == folder && each.written == written; });
    if (known != read_.end()) {
        read_.splice(read_.begin(), read_, known);
    } else {
        while (read_.size() >= kept) read_.pop_back();
        ModelDescription description = readModelDescription(folder);
        ChatFormat format = chatFormatOf(folder, description);
        read_.push_front({folder, written, std::move(description), loadTokenizer(folder), std::move(format)});
    }
    const Read& read = read_.front();
    return {&read.description, read.tokenizer.get(), &read.format};
}

ChatModels::Open ChatModels::open(const ChatModel& model, bool training, const StopToken& stop, const Tell& tell) {
    const fs::path folder = folderOf(model, training, stop, tell);
    const auto written = writtenAt(folder);
    for (auto it = loaded_.begin(); it != loaded_.end(); ++it) {
        if (it->folder != folder || it->fullPrecision != model.fullPrecision) continue;
        if (it->written != written || it->training != training) {
            loaded_.erase(it);
            break;
        }
        loaded_.splice(loaded_.begin(), loaded_, it);
        return {folder, it->session.get()};
    }
    tell(tr("loading the weights…"));
    while (loaded_.size() >= kept) loaded_.pop_back();
    PackedOptions options = chatOptions(folder, training ? 1 : 0);
    options.shadowWeights = model.fullPrecision;
    loaded_.push_front(
        {folder, written, model.fullPrecision, training, std::make_unique<ChatSession>(folder, options)});
    return {folder, loaded_.front().session.get()};
}

}  // namespace tritlab
