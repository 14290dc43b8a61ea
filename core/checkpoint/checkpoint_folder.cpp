#include "core/checkpoint/checkpoint_folder.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/number.h"
#include "core/checkpoint/integrity.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* manifestName = "manifest.json";
constexpr int format = 1;
constexpr const char* hintDamaged =
    "An earlier checkpoint of the run is used instead where there is one; delete this folder";

// JSON knows no NaN and no infinity: those are texts.
ordered_json number(double value) {
    if (std::isfinite(value)) return value;
    return formatReal(value);
}

double number(const json& value) {
    if (!value.is_string()) return value.get<double>();
    const std::optional<double> parsed = parseReal(value.get<std::string>());
    return parsed ? *parsed : throw Error("'" + value.get<std::string>() + "' is no number");
}

ordered_json evaluationJson(const EvaluationEvent& event) {
    return {{"step", event.step},
            {"loss", number(event.loss)},
            {"perplexity", number(event.perplexity)},
            {"bits_per_byte", number(event.bitsPerByte)},
            {"loss_at_lambda", number(event.lossAtLambda)},
            {"lambda", event.lambda},
            {"tokens", event.tokens},
            {"bytes", event.bytes},
            {"full", event.full}};
}

EvaluationEvent evaluationFrom(const json& object) {
    EvaluationEvent event;
    event.step = object.at("step").get<StepIndex>();
    event.loss = number(object.at("loss"));
    event.perplexity = number(object.at("perplexity"));
    event.bitsPerByte = number(object.at("bits_per_byte"));
    event.lossAtLambda = number(object.at("loss_at_lambda"));
    event.lambda = object.at("lambda").get<double>();
    event.tokens = object.at("tokens").get<std::int64_t>();
    event.bytes = object.at("bytes").get<std::int64_t>();
    event.full = object.at("full").get<bool>();
    return event;
}

ordered_json manifestJson(const CheckpointManifest& manifest) {
    ordered_json object;
    object["format"] = format;
    object["step"] = manifest.step;
    object["tokens"] = manifest.tokens;
    object["wall_seconds"] = manifest.wallSeconds;
    object["last_loss"] = number(manifest.lastLoss);
    object["data_hash"] = manifest.dataHash;
    object["tokenizer_hash"] = manifest.tokenizerHash;
    object["kernels"] = manifest.kernels;
    object["threads"] = manifest.threads;
    if (manifest.ranks > 1) object["ranks"] = manifest.ranks;
    object["loss_watch"] = manifest.lossWatch;
    object["config"] = manifest.config;
    if (manifest.evaluation) object["evaluation"] = evaluationJson(*manifest.evaluation);
    object["evaluated"] = manifest.evaluated;
    object["sampled"] = manifest.sampled;
    object["best_by"] = number(manifest.bestBy);
    return object;
}

CheckpointManifest manifestFrom(const json& object) {
    if (object.at("format").get<int>() > format) {
        throw Error("was written by a newer version of the program", {}, "Update the program", ErrorKind::TooNew);
    }
    CheckpointManifest manifest;
    manifest.step = object.at("step").get<StepIndex>();
    manifest.tokens = object.at("tokens").get<std::int64_t>();
    manifest.wallSeconds = object.at("wall_seconds").get<double>();
    manifest.lastLoss = number(object.at("last_loss"));
    manifest.dataHash = object.at("data_hash").get<std::string>();
    manifest.tokenizerHash = object.at("tokenizer_hash").get<std::string>();
    manifest.kernels = object.at("kernels").get<std::string>();
    manifest.threads = object.at("threads").get<int>();
    manifest.ranks = object.value("ranks", 1);
    manifest.lossWatch = object.at("loss_watch");
    manifest.config = object.at("config");
    if (object.contains("evaluation")) manifest.evaluation = evaluationFrom(object.at("evaluation"));
    manifest.evaluated = object.at("evaluated").get<bool>();
    manifest.sampled = object.at("sampled").get<bool>();
    manifest.bestBy = number(object.at("best_by"));
    for (const auto& [name, file] : object.at("files").items()) manifest.bytes += file.at("bytes").get<std::int64_t>();
    if (manifest.step < 0 || manifest.tokens < 0) throw Error("holds a negative step or token count");
    return manifest;
}

json parsedManifest(const fs::path& folder) {
    constexpr std::uint64_t limit = 16 << 20;
    const std::string text = readFile(folder / manifestName, limit);
    try {
        return json::parse(text);
    } catch (const json::exception& error) {
        throw Error(std::string("the checkpoint's manifest is damaged (") + error.what() + ")",
                    (folder / manifestName).string(), hintDamaged);
    }
}

CheckpointManifest manifestIn(const fs::path& folder, const json& object) {
    try {
        return manifestFrom(object);
    } catch (const json::exception& error) {
        throw Error(std::string("the checkpoint's manifest is damaged (") + error.what() + ")",
                    (folder / manifestName).string(), hintDamaged);
    } catch (const Error& error) {
        throw Error(error.whatHappened(), (folder / manifestName).string(),
                    error.hint().empty() ? hintDamaged : error.hint(), error.kind());
    }
}

}  // namespace

std::string manifestText(const CheckpointManifest& manifest) {
    ordered_json object = manifestJson(manifest);
    object["files"] = ordered_json::object();
    return object.dump();
}

CheckpointManifest manifestOfText(const std::string& text) { return manifestFrom(json::parse(text)); }

void writeManifest(const fs::path& folder, CheckpointManifest& manifest) {
    ordered_json object = manifestJson(manifest);
    manifest.bytes = 0;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    ordered_json& listed = object["files"] = ordered_json::object();
    for (const fs::path& file : files) {
        const auto size = static_cast<std::int64_t>(fs::file_size(file));
        listed[file.filename().string()] = {{"bytes", size}, {"hash", hashFileHex(file)}};
        manifest.bytes += size;
    }
    const std::string text = object.dump(2) + "\n";
    OutputFile out(folder / manifestName);
    out.write(text.data(), text.size());
    out.close();
}

CheckpointManifest readManifest(const fs::path& folder) { return manifestIn(folder, parsedManifest(folder)); }

CheckpointManifest readCheckedManifest(const fs::path& folder) {
    const json object = parsedManifest(folder);
    const CheckpointManifest manifest = manifestIn(folder, object);
    for (const char* name :
         {"config.json", "model.safetensors", "tokenizer.model", "optimizer.safetensors", "health.safetensors"}) {
        if (!object.at("files").contains(name)) {
            throw Error(std::string("the checkpoint's manifest does not list ") + name, folder.string(), hintDamaged);
        }
    }
    for (const auto& [name, entry] : object.at("files").items())
        if (const auto damage = fileDamage(folder, name, entry))
            throw Error("a file of the checkpoint " + damage->what, (folder / damage->file).string(), hintDamaged);
    return manifest;
}

std::vector<CheckpointFolder> listCheckpoints(const fs::path& checkpoints) {
    std::vector<CheckpointFolder> found;
    std::error_code error;
    for (fs::directory_iterator entry(checkpoints, error), end; !error && entry != end; entry.increment(error)) {
        const std::optional<StepIndex> step = stepOfCheckpointName(entry->path().filename().string());
        if (step && entry->is_directory(error)) found.push_back({*step, entry->path()});
    }
    std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) { return left.step < right.step; });
    return found;
}

void removeUnfinished(const fs::path& folder) {
    std::vector<fs::path> unfinished;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with(".") && name.find(".new-") != std::string::npos) unfinished.push_back(entry->path());
    }
    for (const fs::path& path : unfinished) fs::remove_all(path, error);
}

StepIndex bestCheckpoint(const std::vector<RankedCheckpoint>& checkpoints) {
    const RankedCheckpoint* best = nullptr;
    for (const RankedCheckpoint& checkpoint : checkpoints) {
        if (!std::isfinite(checkpoint.bestBy)) continue;
        if (best == nullptr || checkpoint.bestBy <= best->bestBy) best = &checkpoint;
    }
    return best != nullptr ? best->step : -1;
}

std::vector<StepIndex> checkpointsToRemove(const std::vector<RankedCheckpoint>& checkpoints, std::int64_t keep) {
    const StepIndex best = bestCheckpoint(checkpoints);
    const std::size_t newest = static_cast<std::size_t>(std::max<std::int64_t>(keep, 1));
    std::vector<StepIndex> removed;
    for (std::size_t i = 0; i + newest < checkpoints.size(); ++i)
        if (checkpoints[i].step != best) removed.push_back(checkpoints[i].step);
    return removed;
}

}  // namespace tritlab
