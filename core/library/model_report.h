// What a model from elsewhere is, said before it is taken in: family and sizes, types of its tensors, tokenizer,
// template, licence, oddities, what cannot be done with it and why, what it costs in memory and on disk. One function
// for window and command line. A model that cannot be computed is told of all the same, as far as its file goes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/interop/model_folder.h"

namespace tritlab {

enum class ReportedKind { Gguf, Folder, Checkpoint, Packed, Events };

struct TensorTypeShare {
    std::string type;  // "Q4_1", "BF16": as the file's format calls it
    std::int64_t tensors = 0, weights = 0, bytes = 0;
};

struct NamedToken {
    TokenId id = -1;   // -1: none
    std::string text;  // empty where the file does not tell
};

struct TokenizerReport {
    std::string kind;  // "byte-level BPE (gpt2, pre-tokenizer smollm)"
    std::int64_t pieces = 0;
    NamedToken bos, eos, unknown;
    bool addsBos = false, lossless = false;
    std::vector<NamedToken> ends;  // at which an answer ends
};

// What cannot be done with it, in the words of what refuses. Chat is refused by what refuses reading, too.
enum class ReportedUse { Chat, Import };
struct ReportedObstacle {
    ReportedUse use = ReportedUse::Chat;
    std::string why;
};

struct ReportedSizes {  // as the file states them; -1: it does not
    std::int64_t layers = -1, hidden = -1, heads = -1, kvHeads = -1, headSize = -1, ffn = -1, context = -1,
                 vocabulary = -1, parameters = -1;
};

struct ModelReport {
    std::filesystem::path path;  // of the model: its folder, where one of its files was named
    ReportedKind kind = ReportedKind::Folder;
    std::string name, architecture;  // general.name; model_type or general.architecture
    std::optional<ModelDescription> description;
    ReportedSizes sizes;
    std::vector<TensorTypeShare> types;  // the most weights first
    std::optional<TokenizerReport> tokenizer;
    std::string templateFrom;  // the key or file of the Jinja template; empty: there is none
    std::int64_t templateBytes = 0;
    std::string licence, licenceFrom;  // empty: nothing says
    std::vector<std::string> notes;
    std::vector<ReportedObstacle> obstacles;
    std::vector<std::string> eventFolders;  // of TensorBoard's files
    std::int64_t diskBytes = 0;             // of the file, or the folder's files
    // Of the chat, in its own formats (chatOptions()); about, since what bf16 takes depends on the weights. 0: unknown.
    std::int64_t packedBytes = 0, cacheBytesPerToken = 0;
    std::int64_t runBytes = 0;       // as an imported run, on disk; 0: it cannot be one
    bool asksForActivation = false;  // a GGUF file that does not say which: a person has to, then look again
    [[nodiscard]] std::string obstacle(ReportedUse use) const;  // all of them; empty: it can be done
    // Weights and cache at a context length.
    [[nodiscard]] std::int64_t chatBytes(std::int64_t context) const {
        return packedBytes + cacheBytesPerToken * context;
    }
};

// path: a model folder, a file of one, a GGUF file, or what holds TensorBoard's event files. Throws Error where it is
// none of these or cannot be read at all.
ModelReport inspectModel(const std::filesystem::path& path);

struct ReportLine {
    const char* label;  // to be translated, context "ModelReport"
    std::string text;
};
struct ReportSection {
    const char* title;  // the same
    std::vector<ReportLine> lines;
};
// What a person is shown, memory at this context length (0: the model's own).
std::vector<ReportSection> reportSections(const ModelReport& report, std::int64_t context);
nlohmann::ordered_json reportJson(const ModelReport& report, std::int64_t context);

}  // namespace tritlab
