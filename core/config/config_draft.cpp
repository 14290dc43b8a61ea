// ConfigDraft: what the person set, over derived defaults; and the frozen config as JSON, compared and restored.
#include "core/base/error.h"
#include "core/config/field_builders.h"

namespace tritlab {

bool ConfigDraft::isSet(std::string_view key) const { return set_.contains(key); }

void ConfigDraft::setText(std::string_view key, std::string_view text) {
    const Field& field = field::known(key, {});
    field.set(config_, field::valueFromText(field, text, {}));
    set_.emplace(key);
    refresh();
}

void ConfigDraft::setValue(std::string_view key, const FieldValue& value) {
    const Field& field = field::known(key, {});
    if (value.index() != field.get(config_).index()) throw Error("a value of the wrong type for '" + field.key + "'");
    field::checkRange(field, value, {});
    field.set(config_, value);
    set_.emplace(key);
    refresh();
}

void ConfigDraft::reset(std::string_view key) {
    set_.erase(field::known(key, {}).key);
    refresh();
}

void ConfigDraft::setJson(const nlohmann::json& object, const std::string& where) {
    if (!object.is_object()) throw Error("is not a JSON object of keys and values", where);
    ConfigDraft next = *this;
    if (object.contains("preset")) {
        if (!object["preset"].is_string()) throw Error("\"preset\" is not a name", where);
        next = presetDraft(object["preset"].get<std::string>());
    }
    for (const auto& [key, value] : object.items()) {
        if (key == "preset") continue;
        const Field& field = field::known(key, where);
        field.set(next.config_, field::valueFromJson(field, value, where));
        next.set_.insert(field.key);
    }
    next.refresh();
    for (const auto& [key, value] : object.items())
        if (const Field* field = findField(key); field != nullptr && !field->applies(next.config_))
            throw Error("'" + key + "' does not apply here", where, "It applies where " + field->condition);
    *this = std::move(next);
}

void ConfigDraft::requireApplies(std::string_view key) const {
    const Field& field = field::known(key, {});
    if (!field.applies(config_))
        throw Error("'" + field.key + "' does not apply here", {}, "It applies where " + field.condition);
}

// A derived default looks only at fields before it, so that one pass in table order settles all.
void ConfigDraft::refresh() {
    static const RunConfig defaults;
    for (const Field& field : fields())
        if (!isSet(field.key)) field.set(config_, field.derive ? field.derive(config_) : field.get(defaults));
}

nlohmann::ordered_json toJson(const RunConfig& config) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const Field& field : fields())
        if (field.applies(config)) object[field.key] = field::valueJson(field.get(config));
    return object;
}

RunConfig configFromJson(const nlohmann::json& object, const std::string& where) {
    ConfigDraft draft;
    draft.setJson(object, where);
    // A config that was frozen before a field existed keeps what the program did then.
    if (!draft.isSet("score_bos")) draft.setValue("score_bos", true);
    if (!draft.isSet("gradient_blocks")) draft.setValue("gradient_blocks", std::int64_t{1});
    return draft.config();
}

RunConfig frozen(const RunConfig& config) {
    ConfigDraft draft;
    for (const Field& field : fields())
        if (field.applies(config)) draft.setValue(field.key, field.get(config));
    return draft.config();
}

std::vector<FieldDifference> differences(const RunConfig& left, const RunConfig& right) {
    std::vector<FieldDifference> result;
    for (const Field& field : fields()) {
        const auto text = [&field](const RunConfig& c) {
            return field.applies(c) ? valueText(field, field.get(c)) : std::string();
        };
        FieldDifference difference{field.key, text(left), text(right)};
        if (difference.left != difference.right || field.applies(left) != field.applies(right))
            result.push_back(difference);
    }
    return result;
}

}  // namespace tritlab
