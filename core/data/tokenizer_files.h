// The JSON files of a model folder that say how its tokenizer is used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/types.h"

namespace tritlab {

inline constexpr std::int64_t kMaxVocabulary = 1 << 24;

// The object of a file; an empty one where there is no such file. Throws Error where it is no JSON object.
nlohmann::json objectOf(const std::filesystem::path& path);
// Null and a missing key are the same here.
const nlohmann::json* valueOf(const nlohmann::json& object, const char* key);
// A token is given as its text or as an object with its text and how it is matched.
std::optional<std::string> tokenText(const nlohmann::json* token);
// A token's number; none below 0 (none is meant) and beyond any vocabulary.
std::optional<std::int64_t> tokenNumber(const nlohmann::json& value);
// eos_token_id of generation_config.json, a number or a list; without one that of config.json, as transformers does.
std::vector<TokenId> endsIn(const nlohmann::json& generation, const nlohmann::json& config);

}  // namespace tritlab
