// The tokens of a run's sources on disk, made once and reused while nothing that they depend on changes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/data/dataset.h"
#include "core/data/document_reader.h"

namespace tritlab {

struct CachedSource {
    SourceSummary summary;
    std::string trainHash, heldOutHash;  // of the token files
};

struct TokenCache {
    std::filesystem::path folder;  // i.train and i.heldout of source i
    int width = 2;
    std::vector<CachedSource> sources;
    [[nodiscard]] std::filesystem::path trainFile(std::size_t source) const {
        return folder / (std::to_string(source) + ".train");
    }
    [[nodiscard]] std::filesystem::path heldOutFile(std::size_t source) const {
        return folder / (std::to_string(source) + ".heldout");
    }
};

// Path, size and times of each file: what tells that a source is as it was.
std::string sourceIdentity(const SourceFiles& source);

// Tokenizes one source into the two files of index `i` in `folder`: BOS doc EOS BOS doc EOS ….
CachedSource tokenizeSource(const SourceFiles& source, std::size_t index, const std::filesystem::path& folder,
                            const Tokenizer& tokenizer, Template chatTemplate, const Split& split,
                            const PrepareProgress& progress, const StopToken& stop);

// The cache for these sources, in a folder under `root` named by a hash of all that it depends on. Another process that
// makes the same one is waited for. A cache that is broken is made again.
TokenCache openTokenCache(const std::filesystem::path& root, const std::vector<SourceFiles>& sources,
                          const Tokenizer& tokenizer, Template chatTemplate, const Split& split,
                          const PrepareProgress& progress, const StopToken& stop);

}  // namespace tritlab
