// JSON by itself: the lenient parser beside the strict one, and the JSON of a run's config.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json_file.h"
#include "core/base/lenient_json.h"
#include "core/config/fields.h"
#include "tests/fuzz/scratch.h"

namespace tritlab::fuzz {

using nlohmann::json;

void readLenientJson(std::string_view bytes) {
    const std::optional<json> lenient = parseLenientJson(bytes);
    if (!lenient) return;
    const std::string text = lenient->dump();  // throws where a string is not UTF-8
    require(text == parseLenientJson(text)->dump(), "what was read does not survive being written");
    const json strict = json::parse(bytes, nullptr, false);
    if (!strict.is_discarded()) require(strict.dump() == text, "lenient and strict parser differ");
}

void readRunConfig(std::string_view bytes) {
    const auto path = scratchFile("run/config.json", bytes);
    try {
        ConfigDraft draft;
        draft.setJson(readJsonFile(path), path.string());
        const RunConfig config = frozen(draft.config());
        const std::string text = toJson(config).dump();
        const RunConfig again = configFromJson(json::parse(text), "again");
        require(again == config, "a config is not the same when it is read again: " + text);
        for (const Problem& problem : check(config)) require(!problem.message.empty(), "a problem says nothing");
        const Field& field = fields()[bytes.size() % fields().size()];  // one for each input: this takes its time
        if (!field.applies(config)) return;
        ConfigDraft typed;
        typed.setText(field.key, valueText(field, field.get(config)));
        require(field.get(typed.config()) == field.get(config), "a value is not what it is typed as: " + field.key);
    } catch (const Error&) {
        // no JSON, or a field that is wrong
    }
}

}  // namespace tritlab::fuzz
