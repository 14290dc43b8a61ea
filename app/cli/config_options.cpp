#include "app/cli/config_options.h"

#include <filesystem>

#include "core/base/json_file.h"

namespace tritlab::cli {
namespace {

std::string absolutePath(const std::string& path) {
    return path.empty() || path.starts_with("builtin:") ? path
                                                        : std::filesystem::absolute(path).lexically_normal().string();
}

void makePathsAbsolute(ConfigDraft& draft) {
    std::vector<DataSource> data = draft.config().data;
    for (DataSource& source : data) source.path = absolutePath(source.path);
    if (data != draft.config().data) draft.setValue("data", data);
    if (!draft.config().tokenizerPath.empty())
        draft.setValue("tokenizer_path", absolutePath(draft.config().tokenizerPath));
}

}  // namespace

void ConfigOptions::addTo(CLI::App* command) {
    command->add_option("--preset", preset, "Start from a preset (`tritlab-cli presets` lists them)");
    addSettingsTo(command);
}

void ConfigOptions::addSettingsTo(CLI::App* command) {
    command->add_option("--config", file, "A JSON file of keys and values");
    command->add_option("--set", sets, "One setting, key=value (`tritlab-cli fields` lists the keys)")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false);
    command
        ->add_option("--data", data,
                     "Text to train on: PATH[:weight], a file, a folder or builtin:NAME; may be repeated")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false);
}

ConfigDraft ConfigOptions::draft() const {
    ConfigDraft start;
    try {
        if (!preset.empty()) start = presetDraft(preset);
    } catch (const Error& error) {
        throw UsageError(error);
    }
    return draft(std::move(start));
}

ConfigDraft ConfigOptions::draft(ConfigDraft draft) const {
    try {
        if (!file.empty()) draft.setJson(readJsonFile(file), file);
        if (!data.empty()) {
            std::vector<DataSource> sources;
            for (const std::string& text : data) sources.push_back(parseSource(text));
            draft.setValue("data", sources);
        }
        std::vector<std::string> keys;
        for (const std::string& text : sets) {
            const auto equals = text.find('=');
            if (equals == std::string::npos || equals == 0) throw Error("--set needs key=value, not '" + text + "'");
            keys.push_back(text.substr(0, equals));
            draft.setText(keys.back(), text.substr(equals + 1));
        }
        for (const std::string& key : keys) draft.requireApplies(key);
        makePathsAbsolute(draft);
        return draft;
    } catch (const Error& error) {
        throw UsageError(error);
    }
}

void requireSound(const RunConfig& config) {
    std::string messages;
    for (const Problem& problem : check(config)) {
        messages += messages.empty() ? "" : "\n  ";
        for (const std::string& key : problem.keys) messages += key + (key == problem.keys.back() ? ": " : ", ");
        messages += problem.message;
    }
    if (!messages.empty()) throw UsageError(messages);
}

RunConfig ConfigOptions::frozenConfig() const {
    const ConfigDraft made = draft();
    requireSound(made.config());
    return frozen(made.config());
}

}  // namespace tritlab::cli
