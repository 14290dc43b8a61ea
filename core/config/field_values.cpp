// Values of fields as text and as JSON: parsing with kind and range, and printing what parses back to the same value.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/config/field_builders.h"

namespace tritlab {
namespace {

constexpr double largestExactInteger = 9007199254740992.0;  // 2^53

const char* kindName(FieldKind kind) {
    switch (kind) {
        case FieldKind::Bool: return "true or false";
        case FieldKind::Int: return "a whole number";
        case FieldKind::Real: return "a number";
        case FieldKind::Enum: return "a choice";
        case FieldKind::Text: return "a text";
        case FieldKind::Path: return "a path";
        case FieldKind::Sources: return "a list of sources";
    }
    return "";
}

std::string limitText(const Field& field, double limit) {
    return field.kind == FieldKind::Int ? std::to_string(static_cast<std::int64_t>(limit)) : formatReal(limit);
}

[[noreturn]] void wrongType(const Field& field, const std::string& got, const std::string& where) {
    const std::string range = field::rangeText(field);
    throw Error(got + " is not " + kindName(field.kind) + " for '" + field.key + "'", where,
                range.empty() ? std::string() : "Give " + range);
}

// "\n" and "\\" in texts, so that a value stays on one line.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == '\\'))
            out += text[++i] == 'n' ? '\n' : '\\';
        else out += text[i];
    }
    return out;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') out += "\\\\";
        else if (c == '\n') out += "\\n";
        else out += c;
    }
    return out;
}

// Splits at commas; "\," is a comma of a path.
std::vector<DataSource> parseSources(std::string_view text) {
    std::vector<DataSource> sources;
    std::string part;
    const auto finish = [&] {
        if (!part.empty()) sources.push_back(parseSource(part));
        part.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',') part += text[++i];
        else if (text[i] == ',') finish();
        else part += text[i];
    }
    finish();
    return sources;
}

// The colon before a trailing weight, or npos.
std::size_t weightColon(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || !parseReal(text.substr(colon + 1)))
        return std::string_view::npos;
    return colon;
}

bool exists(std::string_view path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

std::string sourcesText(const std::vector<DataSource>& sources) {
    std::string out;
    for (const DataSource& source : sources) {
        if (!out.empty()) out += ',';
        for (const char c : source.path) out += c == ',' ? std::string("\\,") : std::string(1, c);
        // A backslash before the comma of the next source would be taken for the comma's.
        const bool plain = weightColon(source.path) == std::string_view::npos && !source.path.ends_with('\\');
        if (source.weight == 1 && plain) continue;
        const std::string weight = ":" + formatReal(source.weight);
        // Where a file has that very name, it would be meant: "+2" is the same number, and no name of its.
        out += exists(source.path + weight) ? ":+" + weight.substr(1) : weight;
    }
    return out;
}

DataSource sourceFromJson(const Field& field, const nlohmann::json& item, const std::string& where) {
    if (item.is_string()) return parseSource(item.get<std::string>());
    if (!item.is_object() || !item.contains("path") || !item["path"].is_string())
        throw Error("a source needs a \"path\"", where,
                    "Write {\"path\": \"text.txt\", \"weight\": 1} for each source of '" + field.key + "'");
    DataSource source;
    source.path = item["path"].get<std::string>();
    for (const auto& [key, value] : item.items()) {
        if (key == "path") continue;
        if (key != "weight")
            throw Error("unknown key '" + key + "' in a source", where, "A source has \"path\" and \"weight\"");
        if (!value.is_number()) throw Error("the weight of " + source.path + " is not a number", where);
        source.weight = value.get<double>();
    }
    return source;
}

}  // namespace

DataSource parseSource(std::string_view text) {
    DataSource source;
    // A file that is there under the whole name is what is meant.
    const auto colon = exists(text) ? std::string_view::npos : weightColon(text);
    if (colon != std::string_view::npos) source.weight = *parseReal(text.substr(colon + 1));
    source.path = std::string(text.substr(0, colon));
    return source;
}

std::string valueText(const Field& field, const FieldValue& value) {
    switch (field.kind) {
        case FieldKind::Bool: return std::get<bool>(value) ? "true" : "false";
        case FieldKind::Int: return std::to_string(std::get<std::int64_t>(value));
        case FieldKind::Real: return formatReal(std::get<double>(value));
        case FieldKind::Text: return escaped(std::get<std::string>(value));
        case FieldKind::Sources: return sourcesText(std::get<std::vector<DataSource>>(value));
        default: return std::get<std::string>(value);
    }
}

namespace field {

std::string rangeText(const Field& field) {
    if (field.kind == FieldKind::Enum) {
        std::string text;
        for (const Choice& choice : field.choices) text += (text.empty() ? "one of " : ", ") + choice.key;
        return text;
    }
    if (field.kind == FieldKind::Bool) return "true or false";
    if (field.kind != FieldKind::Int && field.kind != FieldKind::Real) return {};
    if (field.max >= noLimit) return "at least " + limitText(field, field.min);
    return limitText(field, field.min) + " to " + limitText(field, field.max);
}

void checkRange(const Field& field, const FieldValue& value, const std::string& where) {
    const auto outside = [&](const std::string& shown) {
        throw Error(shown + " is out of range for '" + field.key + "'", where, "Give " + rangeText(field));
    };
    switch (field.kind) {
        case FieldKind::Int: {
            const auto number = std::get<std::int64_t>(value);
            if (static_cast<double>(number) < field.min || static_cast<double>(number) > field.max)
                outside(std::to_string(number));
            break;
        }
        case FieldKind::Real: {
            const double number = std::get<double>(value);
            if (!(number >= field.min && number <= field.max)) outside(formatReal(number));  // NaN too
            break;
        }
        case FieldKind::Enum: {
            const auto& key = std::get<std::string>(value);
            if (std::none_of(field.choices.begin(), field.choices.end(), [&](const Choice& c) { return c.key == key; }))
                throw Error("'" + key + "' is no choice of '" + field.key + "'", where, "Give " + rangeText(field));
            break;
        }
        case FieldKind::Text:
        case FieldKind::Path:
            if (static_cast<double>(std::get<std::string>(value).size()) > field.max)
                throw Error("'" + field.key + "' is too long", where, "At most " + formatReal(field.max) + " bytes");
            break;
        case FieldKind::Sources:
            if (static_cast<double>(std::get<std::vector<DataSource>>(value).size()) > field.max)
                throw Error("too many sources in '" + field.key + "'", where,
                            "At most " + formatReal(field.max) + ": put files in a folder");
            for (const DataSource& source : std::get<std::vector<DataSource>>(value)) {
                if (source.path.empty()) throw Error("a source of '" + field.key + "' has no path", where);
                if (!(source.weight > 0 && std::isfinite(source.weight)))
                    throw Error("the weight " + formatReal(source.weight) + " of " + source.path + " is out of range",
                                where, "Give a number above 0");
            }
            break;
        case FieldKind::Bool: break;
    }
}

FieldValue valueFromText(const Field& field, std::string_view text, const std::string& where) {
    const std::string quoted = "'" + std::string(text) + "'";
    FieldValue value;
    switch (field.kind) {
        case FieldKind::Bool:
            if (text == "true" || text == "yes" || text == "on" || text == "1") value = true;
            else if (text == "false" || text == "no" || text == "off" || text == "0") value = false;
            else wrongType(field, quoted, where);
            break;
        case FieldKind::Int:
            if (const auto whole = parseInt(text)) value = *whole;
            else if (const auto number = parseReal(text);  // "2e3"
                     number && std::abs(*number) <= largestExactInteger && *number == std::floor(*number))
                value = static_cast<std::int64_t>(*number);
            else wrongType(field, quoted, where);
            break;
        case FieldKind::Real:
            if (const auto number = parseReal(text)) value = *number;
            else wrongType(field, quoted, where);
            break;
        case FieldKind::Sources: value = parseSources(text); break;
        case FieldKind::Text: value = unescaped(text); break;
        default: value = std::string(text); break;
    }
    checkRange(field, value, where);
    return value;
}

FieldValue valueFromJson(const Field& field, const nlohmann::json& json, const std::string& where) {
    FieldValue value;
    switch (field.kind) {
        case FieldKind::Bool:
            if (!json.is_boolean()) wrongType(field, json.dump(), where);
            value = json.get<bool>();
            break;
        case FieldKind::Int:
            if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
                throw Error(json.dump() + " is out of range for '" + field.key + "'", where,
                            "Give " + rangeText(field));
            if (json.is_number_integer()) value = json.get<std::int64_t>();
            else if (json.is_number() && std::abs(json.get<double>()) <= largestExactInteger &&
                     json.get<double>() == std::floor(json.get<double>()))
                value = static_cast<std::int64_t>(json.get<double>());
            else wrongType(field, json.dump(), where);
            break;
        case FieldKind::Real:
            if (!json.is_number()) wrongType(field, json.dump(), where);
            value = json.get<double>();
            break;
        case FieldKind::Sources: {
            std::vector<DataSource> sources;
            if (json.is_string()) sources = parseSources(json.get<std::string>());
            else if (json.is_array())
                for (const auto& item : json) sources.push_back(sourceFromJson(field, item, where));
            else wrongType(field, json.dump(), where);
            value = sources;
            break;
        }
        default:
            if (!json.is_string()) wrongType(field, json.dump(), where);
            value = json.get<std::string>();
            break;
    }
    checkRange(field, value, where);
    return value;
}

nlohmann::json valueJson(const FieldValue& value) {
    if (const auto* sources = std::get_if<std::vector<DataSource>>(&value)) {
        nlohmann::json list = nlohmann::json::array();
        for (const DataSource& source : *sources) list.push_back({{"path", source.path}, {"weight", source.weight}});
        return list;
    }
    nlohmann::json json;
    std::visit(
        [&json](const auto& v) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(v)>, std::vector<DataSource>>) json = v;
        },
        value);
    return json;
}

}  // namespace field
}  // namespace tritlab
