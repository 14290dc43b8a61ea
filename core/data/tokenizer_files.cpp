#include "core/data/tokenizer_files.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/lenient_json.h"

namespace tritlab {
namespace fs = std::filesystem;

using Json = nlohmann::json;

Json objectOf(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return Json::object();
    std::optional<Json> json = parseLenientJson(readFile(path, 1 << 24));
    if (!json || !json->is_object()) throw Error("is no JSON object", path.string(), "Copy the file anew");
    return *std::move(json);
}

const Json* valueOf(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> tokenText(const Json* token) {
    if (token == nullptr) return std::nullopt;
    if (token->is_string()) return token->get<std::string>();
    const Json* content = token->is_object() ? valueOf(*token, "content") : nullptr;
    return content != nullptr && content->is_string() ? std::optional(content->get<std::string>()) : std::nullopt;
}

std::optional<std::int64_t> tokenNumber(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    const auto id = value.get<std::int64_t>();
    return id >= 0 && id < kMaxVocabulary ? std::optional(id) : std::nullopt;
}

std::vector<TokenId> endsIn(const Json& generation, const Json& config) {
    const Json* ends = valueOf(generation, "eos_token_id");
    if (ends == nullptr) ends = valueOf(config, "eos_token_id");
    std::vector<TokenId> ids;
    if (ends == nullptr) return ids;
    for (const Json& each : ends->is_array() ? *ends : Json::array({*ends}))
        if (const auto id = tokenNumber(each)) ids.push_back(static_cast<TokenId>(*id));
    return ids;
}

}  // namespace tritlab
