// From a run's sources to batches. Documents are read, templated, split into training and held-out text, tokenized once
// into a memory-mapped cache, and packed as BOS doc EOS BOS doc EOS …; batch() is a pure function of seed, manifest and
// index.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/types.h"
#include "core/base/workspace.h"
#include "core/config/run_config.h"
#include "core/data/tokenizer.h"
#include "core/run/skip_report.h"

namespace tritlab {

struct SourceSummary {
    std::string path;
    double weight = 1;
    std::int64_t documents = 0, trainBytes = 0, trainTokens = 0, heldOutDocuments = 0, heldOutBytes = 0,
                 heldOutTokens = 0;
    SkipReport skips;
};

// Row-major [rows, length]. targets[b,t] is the token after tokens[b,t] in the packed stream. documentStart[b,t] is the
// first position of the row that belongs to the same document as t: attention of t reaches from there to t.
struct Batch {
    std::int64_t rows = 0, length = 0;
    std::vector<TokenId> tokens, targets;
    std::vector<std::int32_t> documentStart;
    bool oneDocumentPerRow = true;  // no row crosses a document border: documentStart is all 0
};

class Dataset {
public:
    virtual ~Dataset() = default;
    [[nodiscard]] virtual const Tokenizer& tokenizer() const = 0;
    [[nodiscard]] virtual const std::filesystem::path& tokenizerPath() const = 0;
    [[nodiscard]] virtual const std::vector<SourceSummary>& sources() const = 0;
    [[nodiscard]] virtual const std::string& manifestHash() const = 0;  // of sources, tokenizer, split, packing
    // Micro-batch `micro` of optimizer step `step`; the mix follows the weights, each source is cut and permuted anew
    // each epoch.
    [[nodiscard]] virtual Batch batch(StepIndex step, std::int64_t micro) const = 0;
    // The held-out text as non-overlapping windows, each token but the first scored once (docs/formats-and-formulas.md,
    // Loss and evaluation). The last window may be shorter: padded, with target -1. `windows()` of them; rows are taken
    // in order.
    [[nodiscard]] virtual std::int64_t heldOutWindows() const = 0;
    [[nodiscard]] virtual Batch heldOutBatch(std::int64_t firstWindow, std::int64_t rows) const = 0;
    // UTF-8 bytes of text that the first `windows` score
    [[nodiscard]] virtual std::int64_t heldOutBytes(std::int64_t windows) const = 0;
};

using PrepareProgress = std::function<void(const std::string& what, double done)>;  // done 0..1, below 0: unknown

// Reads, trains the tokenizer where asked, fills the token cache (reused where nothing changed; made atomically; two
// processes wait for each other). Memory stays bounded whatever the text's size. Throws Error for sources that cannot
// be used at all.
std::unique_ptr<Dataset> openDataset(const RunConfig& config, const Workspace& workspace,
                                     const PrepareProgress& progress, const StopToken& stop);

// For a resume or an evaluation: one text file with a given tokenizer, all of it held out.
std::unique_ptr<Dataset> openEvaluationText(const std::filesystem::path& file, const std::filesystem::path& tokenizer,
                                            Template chatTemplate, std::int64_t windowLength, const StopToken& stop);

// The form's preview: reads at most `limit` documents, tells what would be skipped.
struct DataPreview {
    std::vector<SourceSummary> sources;       // of what was looked at
    std::vector<std::string> firstDocuments;  // at most 5, cut at 2000 bytes
};
DataPreview previewData(const RunConfig& config, std::int64_t limit, const StopToken& stop);

// The resolved path of a source: builtin:NAME becomes a file in corporaFolder().
std::filesystem::path resolveSource(const std::string& path);

}  // namespace tritlab
