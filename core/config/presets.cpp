// The presets, compiled in from resources/presets (presets_data.cpp is made by CMake).
#include "core/config/presets_data.h"

#include "core/base/error.h"
#include "core/config/field_builders.h"

namespace tritlab {
namespace {

struct Preset {
    PresetInfo info;
    nlohmann::json keys;
};

std::vector<Preset> readPresets() {
    std::vector<Preset> all;
    for (const std::string_view text : presetTexts()) {
        nlohmann::json object = nlohmann::json::parse(text);
        Preset preset;
        preset.info = {object.at("name"), object.at("title"), object.at("description")};
        for (const char* key : {"name", "title", "description"}) object.erase(key);
        preset.keys = std::move(object);
        all.push_back(std::move(preset));
    }
    return all;
}

const std::vector<Preset>& table() {
    static const std::vector<Preset> all = readPresets();
    return all;
}

}  // namespace

std::vector<PresetInfo> presets() {
    std::vector<PresetInfo> list;
    for (const Preset& preset : table()) list.push_back(preset.info);
    return list;
}

ConfigDraft presetDraft(std::string_view name) {
    std::string names;
    for (const Preset& preset : table()) {
        if (preset.info.name == name) {
            ConfigDraft draft;
            draft.setJson(preset.keys, "preset " + preset.info.name);
            return draft;
        }
        names += (names.empty() ? "" : ", ") + preset.info.name;
    }
    throw Error("there is no preset '" + std::string(name) + "'", {}, "Presets: " + names);
}

}  // namespace tritlab
