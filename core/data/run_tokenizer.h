// The tokenizer of a run: a given model, or one trained on the run's own training text and kept for the next time.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/workspace.h"
#include "core/data/dataset.h"
#include "core/data/document_reader.h"

namespace tritlab {

struct RunTokenizer {
    std::unique_ptr<Tokenizer> tokenizer;
    std::filesystem::path path;  // workspace.tokenizers()/HASH.model
};

// The held-out text takes no part in training it. The run's seed does not either: runs that differ in it alone share
// one.
RunTokenizer openRunTokenizer(const RunConfig& config, const Workspace& workspace,
                              const std::vector<SourceFiles>& sources, const Split& split,
                              const PrepareProgress& progress, const StopToken& stop);

// A tokenizer's bytes under a name that no other has, workspace.tokenizers()/HASH.model, where they stay; gives the
// path.
std::filesystem::path keepTokenizer(const Workspace& workspace, const std::string& bytes);

}  // namespace tritlab
