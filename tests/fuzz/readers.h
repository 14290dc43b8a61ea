// Everything that reads files of other programs, each as a function of any bytes: libFuzzer's main function calls them
// with what it makes up (fuzzer.cpp), test_fuzz_corpus with what tests/fuzz/corpus keeps. A reader takes the bytes or
// refuses them with an Error; what it takes has to hold together, and that is what these functions ask.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tritlab::fuzz {

struct Reader {
    const char* name;
    // Throws Violation, or whatever a reader lets out that is no Error.
    void (*run)(std::string_view bytes);
};
std::span<const Reader> readers();

struct Violation : std::logic_error {
    using std::logic_error::logic_error;
};
inline void require(bool holds, const std::string& what) {
    if (!holds) throw Violation(what);
}

void readConfigJson(std::string_view bytes);      // config.json of a model folder
void readEventFile(std::string_view bytes);       // TensorBoard
void readGguf(std::string_view bytes);            // container, codecs, model, vocabulary
void readJinja(std::string_view bytes);           // a chat template
void readJsonRows(std::string_view bytes);        // JSON lines and JSON arrays as documents, in each template
void readLenientJson(std::string_view bytes);     // beside nlohmann's parser
void readRunConfig(std::string_view bytes);       // what --config reads
void readSafetensors(std::string_view bytes);     // one file
void readShardIndex(std::string_view bytes);      // model.safetensors.index.json
void readText(std::string_view bytes);            // plain, gzip, zstd, UTF-16, UTF-32
void readTokenizerModel(std::string_view bytes);  // sentencepiece's protobuf

}  // namespace tritlab::fuzz
