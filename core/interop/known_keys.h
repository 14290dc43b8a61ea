// What this program makes of each key in which other programs describe a model, in one table for config.json and one
// for GGUF. A key is used, or changes nothing (harmless), or changes the computation in a way that is not supported
// unless it has a neutral value. Nothing that changes the computation is ignored; a key that nobody here knows is told.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/gguf.h"

namespace tritlab {

enum class KeyUse { Used, Harmless, Neutral };

struct KnownKey {
    std::string_view key;
    KeyUse use;
    std::vector<nlohmann::json> neutral = {};  // besides null: the values with which it changes nothing
};

// Of an object within config.json.
struct KnownObject {
    std::string_view key;
    std::span<const KnownKey> keys;
};

// Of config.json of transformers' llama, qwen2, qwen3 and bitnet, and what other families would have meant.
std::span<const KnownKey> configKeys();
std::span<const KnownObject> configObjects();
// Of a GGUF file, without the architecture's name before them ("attention.head_count").
std::span<const KnownKey> ggufKeys();

// The notes that a description carries: keys that nobody here knows, a line each. Throws Error, naming key and value,
// where one is not neutral.
std::vector<std::string> checkConfigKeys(const nlohmann::json& config, const std::string& where);
std::vector<std::string> checkGgufKeys(const GgufFile& file, const std::string& architecture);

// Writes the notes to the log, each once in this process: a description is read many times.
void tellOnce(const std::vector<std::string>& notes, const std::string& where);

}  // namespace tritlab
