#include "tests/fuzz/readers.h"

#include <array>

namespace tritlab::fuzz {

std::span<const Reader> readers() {
    static constexpr std::array<Reader, 11> all{{{"config_json", readConfigJson},
                                                 {"event_file", readEventFile},
                                                 {"gguf", readGguf},
                                                 {"jinja", readJinja},
                                                 {"json_rows", readJsonRows},
                                                 {"lenient_json", readLenientJson},
                                                 {"run_config", readRunConfig},
                                                 {"safetensors", readSafetensors},
                                                 {"shard_index", readShardIndex},
                                                 {"text", readText},
                                                 {"tokenizer_model", readTokenizerModel}}};
    return all;
}

}  // namespace tritlab::fuzz
