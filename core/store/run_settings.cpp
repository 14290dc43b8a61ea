#include "core/store/run_settings.h"

#include <algorithm>
#include <cstddef>

#include "core/base/error.h"
#include "core/config/field_builders.h"

namespace tritlab {
namespace {

std::string plainText(const nlohmann::ordered_json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// Sets the field to what another program calls so; false where its value is none of the field's.
bool setField(ConfigDraft& draft, const Field& field, const nlohmann::ordered_json& value) {
    if (field.kind == FieldKind::Path || field.kind == FieldKind::Sources) return false;
    try {
        draft.setText(field.key, plainText(value));
        return true;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

bool hasSetting(const RunSummary& run, const Field& field) {
    return run.foreign ? run.foreign->known.contains(field.key) : field.applies(run.config);
}

std::string settingText(const RunSummary& run, const Field& field) {
    return hasSetting(run, field) ? valueText(field, field.get(run.config)) : std::string();
}

nlohmann::ordered_json settingsJson(const RunSummary& run) {
    if (!run.foreign) return toJson(run.config);
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const Field& each : fields())
        if (hasSetting(run, each)) object[each.key] = field::valueJson(each.get(run.config));
    return object;
}

std::vector<SettingRow> settingRows(const std::vector<const RunSummary*>& runs) {
    std::vector<SettingRow> rows;
    for (const Field& field : fields()) {
        SettingRow& row = rows.emplace_back();
        row.key = field.key;
        row.field = &field;
        for (const RunSummary* run : runs) {
            if (run->foreign && !hasSetting(*run, field)) row.values.emplace_back(std::nullopt);
            else row.values.emplace_back(settingText(*run, field));
        }
    }
    const std::size_t own = rows.size();
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (!runs[i]->foreign) continue;
        for (const auto& [name, value] : runs[i]->foreign->others) {
            const auto known = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(own), rows.end(),
                                            [&name = name](const SettingRow& row) { return row.key == name; });
            SettingRow& row = known != rows.end() ? *known : rows.emplace_back();
            row.key = name;
            row.values.resize(runs.size());
            row.values[i] = value;
        }
    }
    for (SettingRow& row : rows) {
        const std::string* first = nullptr;
        for (const auto& value : row.values) {
            if (!value) continue;
            if (first == nullptr) first = &*value;
            row.differs = row.differs || *value != *first;
        }
    }
    return rows;
}

ForeignSettings readForeignSettings(std::string_view json, RunConfig& config) {
    ForeignSettings foreign;
    const auto told = nlohmann::ordered_json::parse(json, nullptr, false);
    if (!told.is_object()) return foreign;
    ConfigDraft draft;
    const auto take = [&](const std::string& key, const nlohmann::ordered_json& value) {
        const Field* field = findField(key);
        if (field != nullptr && setField(draft, *field, value)) foreign.known.insert(key);
        else foreign.others.emplace_back(key, plainText(value));
    };
    if (const auto own = told.find("config"); own != told.end() && own->is_object()) {
        try {
            draft.setJson(nlohmann::json(*own), "the config in an event file");
            for (const auto& [key, value] : own->items()) foreign.known.insert(key);
        } catch (const Error&) {  // of another version, or of a run that was imported there
            for (const auto& [key, value] : own->items()) take(key, value);
        }
    }
    if (const auto settings = told.find("settings"); settings != told.end() && settings->is_object())
        for (const auto& [key, value] : settings->items()) take(key, value);
    config = draft.config();
    return foreign;
}

}  // namespace tritlab
