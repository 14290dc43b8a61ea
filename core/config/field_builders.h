// How the groups of the field table are written down: one builder a kind, from a member of RunConfig. Internal to
// core/config.
#pragma once

#include <limits>
#include <span>
#include <utility>

#include "core/base/translate.h"
#include "core/config/fields.h"

namespace tritlab::field {

constexpr double noLimit = std::numeric_limits<double>::max();

inline Field base(std::string key, FieldKind kind, FieldGroup group, const char* label, const char* help) {
    Field field{};
    field.key = std::move(key);
    field.kind = kind;
    field.group = group;
    field.label = label;
    field.unit = "";
    field.help = help;
    field.applies = [](const RunConfig&) { return true; };
    return field;
}

inline Field boolean(std::string key, FieldGroup group, bool RunConfig::*member, const char* label, const char* help) {
    Field field = base(std::move(key), FieldKind::Bool, group, label, help);
    field.get = [member](const RunConfig& c) { return FieldValue(c.*member); };
    field.set = [member](RunConfig& c, const FieldValue& v) { c.*member = std::get<bool>(v); };
    return field;
}

inline Field integer(std::string key, FieldGroup group, std::int64_t RunConfig::*member, double min, double max,
                     const char* unit, const char* label, const char* help) {
    Field field = base(std::move(key), FieldKind::Int, group, label, help);
    field.unit = unit;
    field.min = min;
    field.max = max;
    field.get = [member](const RunConfig& c) { return FieldValue(c.*member); };
    field.set = [member](RunConfig& c, const FieldValue& v) { c.*member = std::get<std::int64_t>(v); };
    return field;
}

inline Field real(std::string key, FieldGroup group, double RunConfig::*member, double min, double max,
                  const char* unit, const char* label, const char* help) {
    Field field = base(std::move(key), FieldKind::Real, group, label, help);
    field.unit = unit;
    field.min = min;
    field.max = max;
    field.get = [member](const RunConfig& c) { return FieldValue(c.*member); };
    field.set = [member](RunConfig& c, const FieldValue& v) { c.*member = std::get<double>(v); };
    return field;
}

// kind: Text or Path.
inline Field text(std::string key, FieldKind kind, FieldGroup group, std::string RunConfig::*member, double maxBytes,
                  const char* label, const char* help) {
    Field field = base(std::move(key), kind, group, label, help);
    field.max = maxBytes;
    field.get = [member](const RunConfig& c) { return FieldValue(c.*member); };
    field.set = [member](RunConfig& c, const FieldValue& v) { c.*member = std::get<std::string>(v); };
    return field;
}

template <class E>
struct Option {
    E value;
    const char* key;
    const char* label;
};

// An option for each entry of a table, by the member that holds its value.
template <class E, class Entry>
std::vector<Option<E>> optionsOf(std::span<const Entry> table, E Entry::*value) {
    std::vector<Option<E>> options;
    for (const Entry& entry : table) options.push_back({entry.*value, entry.key, entry.title});
    return options;
}

template <class E>
Field choice(std::string key, FieldGroup group, E RunConfig::*member, std::vector<Option<E>> options, const char* label,
             const char* help) {
    Field field = base(std::move(key), FieldKind::Enum, group, label, help);
    for (const auto& option : options) field.choices.push_back({option.key, option.label});
    field.get = [member, options](const RunConfig& c) {
        for (const auto& option : options)
            if (option.value == c.*member) return FieldValue(std::string(option.key));
        return FieldValue(std::string());  // not reached: every enumerator has an option (tested)
    };
    field.set = [member, options](RunConfig& c, const FieldValue& v) {
        for (const auto& option : options)
            if (option.key == std::get<std::string>(v)) c.*member = option.value;
    };
    return field;
}

inline Field when(Field field, std::string condition, std::function<bool(const RunConfig&)> applies) {
    field.condition = std::move(condition);
    field.applies = std::move(applies);
    return field;
}

// The default in a config. It may look at fields that stand earlier in the table only.
inline Field derived(Field field, std::function<FieldValue(const RunConfig&)> derive) {
    field.derive = std::move(derive);
    return field;
}

std::vector<Field> modelFields();
std::vector<Field> dataFields();
std::vector<Field> optimizerFields();
std::vector<Field> lambdaFields();
std::vector<Field> batchFields();
std::vector<Field> watchFields();  // evaluation, health, checkpoints

// Parses and checks one value: kind and range. `where` names the place in messages ("--set steps", "config.json:
// steps").
FieldValue valueFromText(const Field& field, std::string_view text, const std::string& where);
FieldValue valueFromJson(const Field& field, const nlohmann::json& json, const std::string& where);
nlohmann::json valueJson(const FieldValue& value);
void checkRange(const Field& field, const FieldValue& value, const std::string& where);
std::string rangeText(const Field& field);  // "0 to 1", "at least 1", "one of a, b"; empty where anything goes
const Field& known(std::string_view key, const std::string& where);  // throws Error naming the nearest key

}  // namespace tritlab::field
