// What a person should know of a model from elsewhere before its answers are believed: keys that nobody here knows, a
// vocabulary with odd pieces, embeddings without a piece.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/data/tokenizer.h"
#include "core/interop/model_folder.h"

namespace tritlab {

// A line each. They go to the log as well, each once in this process. Throws Error as readModelDescription and
// loadTokenizer do; a model may have no tokenizer.
std::vector<std::string> modelNotes(const std::filesystem::path& model);
// The same of a model that is open already.
std::vector<std::string> modelNotes(const std::filesystem::path& model, const ModelDescription& description,
                                    const Tokenizer& tokenizer);

}  // namespace tritlab
