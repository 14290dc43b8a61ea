// What is known of a run's settings. Of a run that was trained here that is its config, whole; of one that another
// program trained, what that program's files tell and no more.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/fields.h"
#include "core/store/run_store.h"

namespace tritlab {

// The field has a value in this run: it applies to the config, and somebody knows it.
bool hasSetting(const RunSummary& run, const Field& field);
// As setText reads it; empty where there is none.
std::string settingText(const RunSummary& run, const Field& field);
// The config as far as it is known: toJson(run.config) of a run that was trained here.
nlohmann::ordered_json settingsJson(const RunSummary& run);

// A setting of several runs side by side.
struct SettingRow {
    std::string key;
    const Field* field = nullptr;  // null: one that another program told under a name that is no field's
    std::vector<std::optional<std::string>> values;  // of each run; empty: does not apply; nothing: nobody knows it
    bool differs = false;                            // two that are known differ
};
// Every field, then what other programs told besides.
std::vector<SettingRow> settingRows(const std::vector<const RunSummary*>& runs);

// From the column foreign_settings: {"config": …, "settings": …}, of which either may be missing. "config" is a config
// of TritLab's. Of "settings" those are fields that have a field's key and a value that it takes; paths and names of
// data are not among them, since they mean nothing here. Gives what is known, and puts that into `config`.
ForeignSettings readForeignSettings(std::string_view json, RunConfig& config);

}  // namespace tritlab
