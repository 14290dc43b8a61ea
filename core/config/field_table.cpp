// The table itself: all groups in order, look-up by key, and the nearest key to a mistyped one.
#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/config/field_builders.h"

namespace tritlab {
namespace {

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] != b[j] ? 1 : 0);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row[b.size()];
}

std::string describe(const Field& field) {
    std::string range = field::rangeText(field);
    const RunConfig defaults;
    const std::string plain = valueText(field, field.get(defaults));
    std::string text = range;
    const auto add = [&text](const std::string& part) { text += text.empty() ? part : "; " + part; };
    if (field.derive) add("default depends on other fields");
    else if (!plain.empty()) add("default " + plain);
    if (!field.condition.empty()) add("applies where " + field.condition);
    return text;
}

std::vector<Field> makeTable() {
    std::vector<Field> table;
    for (auto group : {field::modelFields(), field::dataFields(), field::optimizerFields(), field::lambdaFields(),
                       field::batchFields(), field::watchFields()})
        for (auto& field : group) table.push_back(std::move(field));
    for (auto& field : table) field.description = describe(field);
    return table;
}

}  // namespace

std::span<const Field> fields() {
    static const std::vector<Field> table = makeTable();
    return table;
}

const Field* findField(std::string_view key) {
    static const auto index = [] {
        std::map<std::string_view, const Field*> map;
        for (const Field& field : fields()) map.emplace(field.key, &field);
        return map;
    }();
    const auto found = index.find(key);
    return found == index.end() ? nullptr : found->second;
}

const char* groupLabel(FieldGroup group) {
    switch (group) {
        case FieldGroup::Model: return QT_TRANSLATE_NOOP("Field", "Model");
        case FieldGroup::Data: return QT_TRANSLATE_NOOP("Field", "Data");
        case FieldGroup::Optimizer: return QT_TRANSLATE_NOOP("Field", "Optimizer and learning rate");
        case FieldGroup::Lambda: return QT_TRANSLATE_NOOP("Field", "Lambda schedule");
        case FieldGroup::Batch: return QT_TRANSLATE_NOOP("Field", "Batch and precision");
        case FieldGroup::Evaluation: return QT_TRANSLATE_NOOP("Field", "Evaluation and samples");
        case FieldGroup::Health: return QT_TRANSLATE_NOOP("Field", "Weight health");
        case FieldGroup::Checkpoints: return QT_TRANSLATE_NOOP("Field", "Checkpoints");
    }
    return "";
}

std::string nearestKey(std::string_view key) {
    std::string best;
    std::size_t min = std::max<std::size_t>(2, key.size() / 3) + 1;
    for (const Field& field : fields()) {
        const std::size_t distance = editDistance(key, field.key);
        if (distance < min) min = distance, best = field.key;
    }
    if (!best.empty() || key.size() < 2) return best;
    for (const Field& field : fields())  // "size" or "lr": a part of a key
        if (field.key.find(key) != std::string::npos && (best.empty() || field.key.size() < best.size()))
            best = field.key;
    return best;
}

const Field& field::known(std::string_view key, const std::string& where) {
    if (const Field* field = findField(key)) return *field;
    const std::string nearest = nearestKey(key);
    throw Error("unknown key '" + std::string(key) + "'", where,
                nearest.empty() ? "'tritlab-cli fields' lists all keys" : "Did you mean '" + nearest + "'?");
}

}  // namespace tritlab
