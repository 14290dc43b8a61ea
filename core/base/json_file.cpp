#include "core/base/json_file.h"

#include <algorithm>
#include <set>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"

namespace tritlab {
namespace {

std::string placeIn(const std::string& text, std::size_t byte, const std::string& where) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
    return where + ":" + std::to_string(1 + std::count(text.begin(), end, '\n'));
}

// Of the object that is being read, and of those around it.
using KeysOfObjects = std::vector<std::set<std::string>>;

}  // namespace

bool nestsTooDeeply(std::string_view json) {
    constexpr int deepest = 500;
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted && c == '\\') ++i;
        else if (c == '"') quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > deepest) return true;
        else if (!quoted && (c == ']' || c == '}')) --depth;
    }
    return false;
}

nlohmann::ordered_json parseJsonText(const std::string& text, const std::string& where) {
    using Json = nlohmann::ordered_json;
    if (nestsTooDeeply(text))
        throw Error("nests its values too deeply", where, "Check that the file is what it should be");
    KeysOfObjects keys;
    std::string twice;
    const Json::parser_callback_t look = [&](int, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key && twice.empty() && !keys.back().insert(parsed.get<std::string>()).second)
            twice = parsed.get<std::string>();
        return true;
    };
    Json json;
    try {
        json = Json::parse(text, look);
    } catch (const nlohmann::json::parse_error& error) {
        throw Error("is no JSON", placeIn(text, error.byte, where), error.what());
    } catch (const nlohmann::json::out_of_range& error) {
        throw Error("holds a number that is too large", where, error.what());
    }
    if (!twice.empty()) throw Error("the key '" + twice + "' stands there twice", where, "Keep the one that is meant");
    return json;
}

nlohmann::ordered_json readJsonFile(const std::filesystem::path& path) {
    return parseJsonText(readFile(path, 1 << 24), path.string());
}

}  // namespace tritlab
