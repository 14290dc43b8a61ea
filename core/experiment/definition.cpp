#include "core/experiment/definition.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/json_file.h"
#include "core/config/fields.h"

namespace tritlab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t maxRuns = 10'000;

struct Variant {
    std::string name;
    Json settings = Json::object();
};

// A name is part of run names, tags and file names.
std::string checkedName(const Json& value, const std::string& where) {
    if (!value.is_string() || value.get<std::string>().empty())
        throw Error("\"name\" is missing or no text", where, "Name it");
    const std::string name = value.get<std::string>();
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
              c == '.' || c == '=' || c == '+'))
            throw Error("the name '" + name + "' holds a character that a tag cannot", where,
                        "Use letters, digits and - _ . = +");
    return name;
}

void requireKnownKeys(const Json& object, const std::set<std::string>& known, const std::string& where) {
    if (!object.is_object()) throw Error("is not a JSON object", where);
    std::string names;
    for (const std::string& key : known) names += (names.empty() ? "" : ", ") + key;
    for (const auto& [key, value] : object.items())
        if (!known.contains(key)) throw Error("unknown key '" + key + "'", where, "There are: " + names);
}

std::string text(const Json& object, const char* key, const std::string& where) {
    if (!object.contains(key)) return {};
    if (!object[key].is_string()) throw Error(std::string("\"") + key + "\" is no text", where);
    return object[key].get<std::string>();
}

std::vector<Variant> namedVariants(const Json& list, const std::string& where) {
    if (!list.is_array() || list.empty())
        throw Error("\"variants\" is no list of variants", where, "Give at least one");
    std::vector<Variant> variants;
    for (const Json& entry : list) {
        const std::string place = where + ", variant " + std::to_string(variants.size() + 1);
        requireKnownKeys(entry, {"name", "set"}, place);
        Variant variant;
        variant.name = checkedName(entry.value("name", Json()), place);
        if (entry.contains("set")) variant.settings = entry["set"];
        if (!variant.settings.is_object()) throw Error("\"set\" is not a JSON object of keys and values", place);
        variants.push_back(std::move(variant));
    }
    return variants;
}

std::string shortText(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Every combination, the last key fastest.
std::vector<Variant> combinations(const Json& vary, const std::string& where) {
    if (!vary.is_object() || vary.empty()) throw Error("\"vary\" is no object of keys and lists of values", where);
    std::vector<Variant> variants{{}};
    for (const auto& [key, values] : vary.items()) {
        if (!values.is_array() || values.empty())
            throw Error("\"vary\": '" + key + "' has no list of values", where, "Write one in [ ]");
        std::vector<Variant> next;
        for (const Variant& before : variants)
            for (const Json& value : values) {
                Variant variant = before;
                variant.settings[key] = value;
                std::string part = key + "=" + shortText(value);
                std::replace_if(
                    part.begin(), part.end(), [](char c) { return c == '/' || c == ' ' || c == '"' || c == ','; }, '_');
                variant.name += (before.name.empty() ? "" : "+") + part;
                next.push_back(std::move(variant));
            }
        if (next.size() > maxRuns)
            throw Error("\"vary\" gives more than 10,000 combinations", where, "Give fewer values");
        variants = std::move(next);
    }
    return variants;
}

std::string absolutePath(const std::string& path, const fs::path& folder) {
    if (path.empty() || path.starts_with("builtin:")) return path;
    return (folder / path).lexically_normal().string();
}

RunConfig configOf(const Json& base, const Variant& variant, const fs::path& folder, const std::string& where) {
    Json all = base;
    for (const auto& [key, value] : variant.settings.items()) all[key] = value;
    ConfigDraft draft;
    draft.setJson(all, where);
    std::vector<DataSource> data = draft.config().data;
    for (DataSource& source : data) source.path = absolutePath(source.path, folder);
    if (data != draft.config().data) draft.setValue("data", data);
    if (!draft.config().tokenizerPath.empty())
        draft.setValue("tokenizer_path", absolutePath(draft.config().tokenizerPath, folder));
    std::string problems;
    for (const Problem& problem : check(draft.config())) problems += (problems.empty() ? "" : " ") + problem.message;
    if (!problems.empty()) throw Error(problems, where);
    return frozen(draft.config());
}

std::vector<std::int64_t> seedsOf(const Json& definition, const std::string& where) {
    std::vector<std::int64_t> seeds;
    if (!definition.contains("seeds")) return seeds;
    const Json& list = definition["seeds"];
    if (!list.is_array() || list.empty())
        throw Error("\"seeds\" is no list of whole numbers", where, "Write for example [1, 2, 3]");
    for (const Json& seed : list) {
        if (!seed.is_number_integer())
            throw Error("\"seeds\" holds what is no whole number", where, "Write for example [1, 2, 3]");
        if (std::find(seeds.begin(), seeds.end(), seed.get<std::int64_t>()) != seeds.end())
            throw Error("\"seeds\" names " + seed.dump() + " twice", where,
                        "The same seed gives the same losses: leave one out");
        seeds.push_back(seed.get<std::int64_t>());
    }
    return seeds;
}

// The keys by which any two variants differ.
std::vector<std::string> varyingFields(const Experiment& experiment) {
    std::set<std::string> keys;
    for (const PlannedRun& run : experiment.runs)
        for (const FieldDifference& difference : differences(experiment.runs.front().config, run.config))
            keys.insert(difference.key);
    keys.erase("seed");
    std::vector<std::string> ordered;
    for (const Field& field : fields())
        if (keys.contains(field.key)) ordered.push_back(field.key);
    return ordered;
}

int rank(const RunSummary& run) {
    switch (run.state) {
        case RunState::Finished:
        case RunState::Diverged: return 4;
        case RunState::Preparing:
        case RunState::Running: return 3;
        case RunState::Stopped:
        case RunState::Interrupted:
        case RunState::Queued: return 2;
        case RunState::Failed: return 1;
    }
    return 0;
}

}  // namespace

Experiment readExperiment(const fs::path& folder) {
    std::error_code error;
    const fs::path absolute = fs::absolute(folder, error).lexically_normal();
    const fs::path file = absolute / "definition.json";
    if (!fs::is_regular_file(file, error))
        throw Error("there is no experiment: it has no definition.json", absolute.string(),
                    "Name a folder such as experiments/lambda-schedules");
    const Json definition = readJsonFile(file);
    const std::string where = file.string();
    requireKnownKeys(definition, {"name", "title", "description", "base", "variants", "vary", "seeds"}, where);
    if (definition.contains("variants") == definition.contains("vary"))
        throw Error("needs either \"variants\" or \"vary\"", where,
                    "Name variants, or give lists of values to combine");

    Experiment experiment;
    experiment.folder = absolute;
    experiment.name = checkedName(definition.value("name", Json()), where);
    experiment.title = text(definition, "title", where);
    experiment.description = text(definition, "description", where);
    const Json base = definition.value("base", Json::object());
    if (!base.is_object()) throw Error("\"base\" is not a JSON object of keys and values", where);
    const std::vector<Variant> variants = definition.contains("variants") ? namedVariants(definition["variants"], where)
                                                                          : combinations(definition["vary"], where);
    const std::vector<std::int64_t> seeds = seedsOf(definition, where);
    if (variants.size() * std::max<std::size_t>(1, seeds.size()) > maxRuns)
        throw Error("more than 10,000 runs", where, "Give fewer variants or seeds");

    for (const Variant& variant : variants) {
        if (std::find(experiment.variants.begin(), experiment.variants.end(), variant.name) !=
            experiment.variants.end())
            throw Error("two variants are called '" + variant.name + "'", where, "Give each a name of its own");
        if (!seeds.empty() && variant.settings.contains("seed"))
            throw Error("variant '" + variant.name + "' sets 'seed' beside \"seeds\"", where, "Leave one of them out");
        experiment.variants.push_back(variant.name);
    }
    for (std::size_t s = 0; s < std::max<std::size_t>(1, seeds.size()); ++s)
        for (std::size_t v = 0; v < variants.size(); ++v) {
            Variant seeded = variants[v];
            if (!seeds.empty()) seeded.settings["seed"] = seeds[s];
            PlannedRun run;
            run.variant = v;
            run.config = configOf(base, seeded, absolute, where + ", variant '" + variants[v].name + "'");
            run.seed = run.config.seed;
            run.name = experiment.name + "/" + variants[v].name + "/seed-" + std::to_string(run.seed);
            for (const PlannedRun& other : experiment.runs)
                if (other.config == run.config)
                    throw Error(
                        "'" + variants[other.variant].name + "' and '" + variants[v].name + "' are the same config",
                        where, "Same seed and config give the same losses: leave one out");
            experiment.runs.push_back(std::move(run));
        }
    for (const PlannedRun& run : experiment.runs)
        if (std::find(experiment.seeds.begin(), experiment.seeds.end(), run.seed) == experiment.seeds.end())
            experiment.seeds.push_back(run.seed);
    experiment.fields = varyingFields(experiment);
    return experiment;
}

std::optional<RunSummary> runOf(const Experiment& experiment, const PlannedRun& planned,
                                const std::vector<RunSummary>& runs) {
    const RunSummary* best = nullptr;
    for (const RunSummary& run : runs) {
        if (run.trashed || run.foreign || run.config != planned.config) continue;
        if (std::find(run.tags.begin(), run.tags.end(), experiment.tag()) == run.tags.end()) continue;
        if (best == nullptr || std::pair(rank(run), run.createdMs) > std::pair(rank(*best), best->createdMs))
            best = &run;
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

ExperimentTask taskFor(const std::optional<RunSummary>& run) {
    if (!run) return ExperimentTask::Start;
    switch (run->state) {
        case RunState::Finished:
        case RunState::Diverged: return ExperimentTask::Nothing;
        case RunState::Preparing:
        case RunState::Running: return ExperimentTask::Wait;
        default: return ExperimentTask::Resume;
    }
}

}  // namespace tritlab
