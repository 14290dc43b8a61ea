// The field table: every setting of a run, once. The form, the JSON file, --set, validation, diffs and tooltips are
// made from it.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config/run_config.h"

namespace tritlab {

enum class FieldKind { Bool, Int, Real, Enum, Text, Path, Sources };
enum class FieldGroup { Model, Data, Optimizer, Lambda, Batch, Evaluation, Health, Checkpoints };

// An enum's value travels as its key text.
using FieldValue = std::variant<bool, std::int64_t, double, std::string, std::vector<DataSource>>;

struct Choice {
    std::string key;    // "two_stage_linear": in JSON, --set and the store
    const char* label;  // for people, marked for translation
};

struct Field {
    std::string key;  // "learning_rate"
    FieldKind kind;
    FieldGroup group;
    const char* label;            // "Learning rate", marked for translation (context "Field")
    const char* unit;             // "steps", "" for none
    const char* help;             // one or two sentences with the source where there is one
    double min, max;              // inclusive range of Int and Real; for Text and Path the length
    std::vector<Choice> choices;  // of Enum
    std::function<FieldValue(const RunConfig&)> get;
    std::function<void(RunConfig&, const FieldValue&)> set;  // the value has the field's kind and range
    std::function<bool(const RunConfig&)> applies;           // always set; true where the field means something
    std::string condition;                                   // applies in words: "tokenizer = train"; empty: always
    std::function<FieldValue(const RunConfig&)> derive;      // null: the plain default; else the default in this config
    std::string description;                                 // derived: range and default as text
};

std::span<const Field> fields();
const Field* findField(std::string_view key);
const char* groupLabel(FieldGroup group);
// The key that a mistyped one most likely meant (edit distance), or empty.
std::string nearestKey(std::string_view key);

// A config being edited: the values that the person set (by key) over presets and derived defaults.
class ConfigDraft {
public:
    ConfigDraft() { refresh(); }
    [[nodiscard]] const RunConfig& config() const { return config_; }  // derived fields filled in
    [[nodiscard]] bool isSet(std::string_view key) const;
    // Sets one field from text as people write it ("3e-4", "2_000", "true", "linear"; sources "PATH[:weight],...").
    // Throws Error: unknown key (names the nearest), wrong type, out of range, with the range.
    void setText(std::string_view key, std::string_view text);
    void setValue(std::string_view key, const FieldValue& value);
    void reset(std::string_view key);  // back to the derived default
    // Sets every key of a flat JSON object; "preset" names one to start from. Errors as setText, and where a key of the
    // object does not apply once all are set. On an error nothing has changed.
    void setJson(const nlohmann::json& object, const std::string& where = "config");
    // Throws Error (names the condition) where the field does not apply to the config as it is now.
    void requireApplies(std::string_view key) const;

private:
    void refresh();
    RunConfig config_;
    std::set<std::string, std::less<>> set_;
};

std::string valueText(const Field& field, const FieldValue& value);  // as setText reads it
DataSource parseSource(std::string_view text);                       // "PATH" or "PATH:weight"

struct Problem {
    std::vector<std::string> keys;  // the fields it is about
    std::string message;            // what is wrong and what to do
};

// Ranges and cross-field rules (hidden divisible by heads, head size even, kv heads divide heads, warmup < steps, data
// named…).
std::vector<Problem> check(const RunConfig& config);

// What a run keeps: the fields that do not apply are back at their defaults. configFromJson(toJson(c)) == frozen(c).
RunConfig frozen(const RunConfig& config);
// The frozen config: only fields that apply, flat, keys in table order. configFromJson accepts what toJson wrote and
// any subset; a field that an earlier version did not have is read as that version behaved.
nlohmann::ordered_json toJson(const RunConfig& config);
RunConfig configFromJson(const nlohmann::json& object, const std::string& where = "config");

struct FieldDifference {
    std::string key, left, right;  // as text; empty where the field does not apply
};
std::vector<FieldDifference> differences(const RunConfig& left, const RunConfig& right);

// Presets (compiled in from resources/presets/*.json): names in order, and the draft that one gives.
struct PresetInfo {
    std::string name, title, description;
};
std::vector<PresetInfo> presets();
ConfigDraft presetDraft(std::string_view name);  // throws Error naming the known ones

}  // namespace tritlab
