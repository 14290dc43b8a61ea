// Sources to batches: the tokenizer (trained or given), the token cache, windows, the mix.
#include "core/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/number.h"
#include "core/base/random.h"
#include "core/base/utf8.h"
#include "core/data/batch_plan.h"
#include "core/data/chat_template.h"
#include "core/data/document_reader.h"
#include "core/data/run_tokenizer.h"
#include "core/data/token_cache.h"
#include "core/data/token_file.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kEpochStream = 0x65706f6368, kShiftStream = 0x7368696674;
constexpr std::int64_t kScanTokens = 1 << 16;
constexpr std::int64_t kPreviewBytes = 4 << 20;  // of text looked at in a preview, a source

struct Packing {
    std::int64_t windowLength = 256;  // L: a window is L + 1 tokens, the next one starts at its last
    std::int64_t batchSize = 1, accumulation = 1;
    std::uint64_t seed = 1;
    bool scoreBos = false;  // in training windows
};

struct PackedSource {
    SourceSummary summary;
    std::string trainHash, heldOutHash;
    TokenFile train, heldOut;
};

// One window of held-out text.
struct HeldOutWindow {
    std::uint32_t source = 0;
    std::int64_t first = 0;  // its first token
    std::int32_t targets = 0;
};

class PackedDataset final : public Dataset {
public:
    PackedDataset(std::unique_ptr<Tokenizer> tokenizer, fs::path tokenizerPath, const TokenCache& cache,
                  const std::vector<double>& weights, const Packing& packing)
        : tokenizer_(std::move(tokenizer)), tokenizerPath_(std::move(tokenizerPath)), packing_(packing),
          mix_(weights, packing.seed) {
        for (std::size_t i = 0; i < cache.sources.size(); ++i) {
            const CachedSource& cached = cache.sources[i];
            summaries_.push_back(cached.summary);
            summaries_.back().weight = weights[i];
            sources_.push_back({summaries_.back(), cached.trainHash, cached.heldOutHash,
                                TokenFile(cache.trainFile(i), cache.width, cached.summary.trainTokens),
                                TokenFile(cache.heldOutFile(i), cache.width, cached.summary.heldOutTokens)});
        }
        if (!tokenizer_->addsBos() && tokenizer_->eos() < 0)
            throw Error(
                "the tokenizer puts neither a BOS nor an EOS token into text, so documents cannot be told apart",
                tokenizerPath_.string(), "Choose another one, or let the program train one");
        manifestHash_ = computeManifestHash();
        listHeldOutWindows();
    }

    const Tokenizer& tokenizer() const override { return *tokenizer_; }
    const fs::path& tokenizerPath() const override { return tokenizerPath_; }
    const std::vector<SourceSummary>& sources() const override { return summaries_; }
    const std::string& manifestHash() const override { return manifestHash_; }

    Batch batch(StepIndex step, std::int64_t micro) const override {
        Batch batch = emptyBatch(packing_.batchSize);
        const std::int64_t first = (step * packing_.accumulation + micro) * packing_.batchSize;
        std::vector<TokenId> window(static_cast<std::size_t>(packing_.windowLength) + 1);
        for (std::int64_t row = 0; row < batch.rows; ++row) {
            readTrainingWindow(static_cast<std::uint64_t>(first + row), window);
            setRow(batch, row, window, packing_.scoreBos);
        }
        return batch;
    }

    std::int64_t heldOutWindows() const override { return static_cast<std::int64_t>(windows_.size()); }

    Batch heldOutBatch(std::int64_t firstWindow, std::int64_t rows) const override {
        const std::int64_t first = std::clamp<std::int64_t>(firstWindow, 0, heldOutWindows());
        Batch batch = emptyBatch(std::clamp<std::int64_t>(rows, 0, heldOutWindows() - first));
        for (std::int64_t row = 0; row < batch.rows; ++row) {
            const HeldOutWindow& window = windows_[static_cast<std::size_t>(first + row)];
            std::vector<TokenId> tokens(static_cast<std::size_t>(window.targets) + 1);
            sources_[window.source].heldOut.read(window.first, tokens);
            setRow(batch, row, tokens, false);
        }
        return batch;
    }

    std::int64_t heldOutBytes(std::int64_t windows) const override {
        std::vector<std::int64_t> scored(sources_.size());
        const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(windows, 0, heldOutWindows()));
        for (std::size_t i = 0; i < count; ++i) {
            const HeldOutWindow& window = windows_[i];
            scored[window.source] += textBytes(sources_[window.source].heldOut, window.first + 1, window.targets);
        }
        std::int64_t bytes = 0;
        for (std::size_t i = 0; i < sources_.size(); ++i) bytes += asWritten(i, scored[i]);
        return bytes;
    }

private:
    [[nodiscard]] std::string computeManifestHash() const {
        Hasher hasher;
        hasher.add("packing 2\n" + tokenizer_->hash() + "\n" + std::to_string(packing_.windowLength) + "\n");
        for (const PackedSource& source : sources_)
            hasher.add(source.trainHash + " " + source.heldOutHash + " " + formatReal(source.summary.weight) + "\n");
        return hasher.hex();
    }

    // Windows of all sources, each source's spread evenly over the whole: the first few stand for the mix.
    void listHeldOutWindows() {
        const std::int64_t length = packing_.windowLength;
        std::vector<std::pair<double, HeldOutWindow>> placed;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            const std::int64_t targets = std::max<std::int64_t>(sources_[i].heldOut.count() - 1, 0);
            const std::int64_t count = (targets + length - 1) / length;
            for (std::int64_t w = 0; w < count; ++w) {
                const auto scored = static_cast<std::int32_t>(std::min(length, targets - w * length));
                placed.push_back({(static_cast<double>(w) + 0.5) / static_cast<double>(count),
                                  {static_cast<std::uint32_t>(i), w * length, scored}});
            }
        }
        std::ranges::stable_sort(placed, {}, [](const auto& entry) { return entry.first; });
        for (const auto& entry : placed) windows_.push_back(entry.second);
    }

    // A source is read as a ring, so that its last window is as long as the others: of an epoch's ceil(N / L) windows,
    // the last one takes up to L - 1 targets from the beginning a second time. The ring is cut elsewhere in each epoch
    // after the first: a text that is read several times shows other beginnings, and hardly a window twice.
    void readTrainingWindow(std::uint64_t sequence, std::vector<TokenId>& window) const {
        const MixChoice choice = mix_.choose(sequence);
        const TokenFile& tokens = sources_[choice.source].train;
        const auto length = static_cast<std::uint64_t>(packing_.windowLength);
        const std::uint64_t count = (static_cast<std::uint64_t>(tokens.count()) + length - 1) / length;
        const std::uint64_t epoch = choice.index / count;
        const std::uint64_t stream = kEpochStream + (epoch << 16) + choice.source;
        const std::uint64_t at = permute(choice.index % count, count, packing_.seed, stream);
        const std::uint64_t shift =
            epoch == 0 ? 0 : randomBits(packing_.seed, kShiftStream + choice.source, epoch) % length;
        tokens.readCircular(static_cast<std::int64_t>(at * length + shift), window);
    }

    [[nodiscard]] Batch emptyBatch(std::int64_t rows) const {
        Batch batch;
        batch.rows = rows;
        batch.length = packing_.windowLength;
        const auto size = static_cast<std::size_t>(rows * batch.length);
        batch.tokens.assign(size, std::max(tokenizer_->eos(), 0));
        batch.targets.assign(size, -1);
        batch.documentStart.assign(size, 0);
        return batch;
    }

    [[nodiscard]] bool startsDocument(TokenId token, TokenId before) const {
        return tokenizer_->addsBos() ? token == tokenizer_->bos() : before == tokenizer_->eos();
    }

    // `window` holds the row's tokens and one more; BOS is a target only where scoreBos says so; what the window lacks
    // to the row's length stays padding, which attends to itself and what precedes it.
    void setRow(Batch& batch, std::int64_t row, std::span<const TokenId> window, bool scoreBos) const {
        const auto at = static_cast<std::size_t>(row * batch.length);
        std::int32_t start = 0;
        for (std::size_t t = 0; t < static_cast<std::size_t>(batch.length); ++t) {
            if (t + 1 < window.size()) {
                batch.tokens[at + t] = window[t];
                const bool scored = scoreBos || window[t + 1] != tokenizer_->bos();
                batch.targets[at + t] = scored ? window[t + 1] : -1;
                if (t > 0 && startsDocument(window[t], window[t - 1])) start = static_cast<std::int32_t>(t);
            }
            batch.documentStart[at + t] = start;
        }
        if (start != 0) batch.oneDocumentPerRow = false;
    }

    // UTF-8 bytes that tokens first .. first + count - 1 stand for: BOS and EOS for none, a document's first token not
    // for the blank that the tokenizer put before it.
    [[nodiscard]] std::int64_t textBytes(const TokenFile& file, std::int64_t first, std::int64_t count) const {
        std::int64_t bytes = 0;
        std::vector<TokenId> tokens;
        while (count > 0) {
            const std::int64_t part = std::min(count, kScanTokens), lead = first > 0 ? 1 : 0;
            tokens.resize(static_cast<std::size_t>(part + lead));
            file.read(first - lead, tokens);
            for (std::size_t i = static_cast<std::size_t>(lead); i < tokens.size(); ++i) {
                const std::string piece = tokenizer_->piece(tokens[i]);
                bytes += static_cast<std::int64_t>(piece.size());
                const TokenId before = i > 0 ? tokens[i - 1] : -1;
                const bool opens = i == 0 || before == (tokenizer_->addsBos() ? tokenizer_->bos() : tokenizer_->eos());
                if (opens && tokenizer_->dummyPrefix() && piece.starts_with(' ')) --bytes;
            }
            first += part;
            count -= part;
        }
        return bytes;
    }

    // A model that normalizes text decodes to other bytes than were read; those of a part are then counted in
    // proportion.
    [[nodiscard]] std::int64_t asWritten(std::size_t source, std::int64_t decodedBytes) const {
        if (tokenizer_->lossless() || decodedBytes == 0) return decodedBytes;
        const TokenFile& file = sources_[source].heldOut;
        const auto all = static_cast<double>(textBytes(file, 0, file.count()));
        const auto written = static_cast<double>(sources_[source].summary.heldOutBytes);
        return std::llround(static_cast<double>(decodedBytes) / all * written);
    }

    std::unique_ptr<Tokenizer> tokenizer_;
    fs::path tokenizerPath_;
    Packing packing_;
    SourceMix mix_;
    std::vector<SourceSummary> summaries_;
    std::vector<PackedSource> sources_;
    std::string manifestHash_;
    std::vector<HeldOutWindow> windows_;
};

std::vector<SourceFiles> listSources(const RunConfig& config) {
    if (config.data.empty()) throw Error("no text is named", "data", "Name at least one file, folder or builtin:NAME");
    std::vector<SourceFiles> sources;
    for (const DataSource& source : config.data) {
        if (!(source.weight > 0) || !std::isfinite(source.weight))
            throw Error("the weight " + formatReal(source.weight) + " is not above 0", source.path,
                        "Give it a share, such as 1");
        sources.push_back(listSource(source.path));
    }
    return sources;
}

void checkUsable(const TokenCache& cache, const Split& split) {
    for (const CachedSource& source : cache.sources) {
        const SourceSummary& summary = source.summary;
        if (summary.trainTokens == 0)
            throw Error("all of its text is held out, none is left to train on", summary.path,
                        "Lower held_out, add text, or take held_out_from = end");
        if (split.heldOut > 0 && summary.heldOutTokens == 0)
            logWarning(summary.path + ": it is too small to hold any of it out; it is not evaluated on");
    }
}

// A folder that is gone when this object is.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "tritlab-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw Error("no temporary folder can be made", name, "Set TMPDIR to a folder that can be written to");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

}  // namespace

std::unique_ptr<Dataset> openDataset(const RunConfig& config, const Workspace& workspace,
                                     const PrepareProgress& progress, const StopToken& stop) {
    const std::vector<SourceFiles> sources = listSources(config);
    const Split split{config.heldOut, config.heldOutFrom};
    RunTokenizer tokenizer = openRunTokenizer(config, workspace, sources, split, progress, stop);
    const TokenCache cache = openTokenCache(workspace.tokenCache(), sources, *tokenizer.tokenizer, config.chatTemplate,
                                            split, progress, stop);
    checkUsable(cache, split);
    std::vector<double> weights;
    for (const DataSource& source : config.data) weights.push_back(source.weight);
    const Packing packing{config.sequenceLength, config.batchSize, config.accumulation,
                          static_cast<std::uint64_t>(config.seed), config.scoreBos};
    return std::make_unique<PackedDataset>(std::move(tokenizer.tokenizer), tokenizer.path, cache, weights, packing);
}

std::unique_ptr<Dataset> openEvaluationText(const fs::path& file, const fs::path& tokenizerPath, Template chatTemplate,
                                            std::int64_t windowLength, const StopToken& stop) {
    std::unique_ptr<Tokenizer> tokenizer = loadTokenizer(tokenizerPath);
    const SourceFiles source = listSource(file.string());
    const TemporaryFolder folder;  // the tokens stay readable through their open files when it goes
    TokenCache cache;
    cache.folder = folder.path();
    cache.width = tokenWidth(tokenizer->size());
    const Split all{1.0, HeldOutFrom::End};
    cache.sources.push_back(tokenizeSource(source, 0, folder.path(), *tokenizer, chatTemplate, all, {}, stop));
    return std::make_unique<PackedDataset>(std::move(tokenizer), tokenizerPath, cache, std::vector<double>{1.0},
                                           Packing{windowLength, 1, 1, 1, false});
}

DataPreview previewData(const RunConfig& config, std::int64_t limit, const StopToken& stop) {
    constexpr std::size_t shownDocuments = 5, shownBytes = 2000;
    DataPreview preview;
    for (const DataSource& entry : config.data) {
        std::int64_t documents = 0, bytes = 0;
        const auto take = [&](const TextPiece& piece) {
            if (piece.begins && preview.firstDocuments.size() < shownDocuments)
                preview.firstDocuments.push_back(utf8Prefix(piece.text, shownBytes));
            documents += piece.ends ? 1 : 0;
            bytes += static_cast<std::int64_t>(piece.text.size());
            return documents < limit && bytes < kPreviewBytes;
        };
        const Split split{config.heldOut, config.heldOutFrom};
        ReadCounts counts = readSource(listSource(entry.path), config.chatTemplate, split, take, {}, stop);
        SourceSummary summary;
        summary.path = entry.path;
        summary.weight = entry.weight;
        summary.documents = counts.documents;
        summary.trainBytes = counts.trainBytes;
        summary.heldOutDocuments = counts.heldOutDocuments;
        summary.heldOutBytes = counts.heldOutBytes;
        summary.skips = std::move(counts.skips);
        preview.sources.push_back(std::move(summary));
    }
    return preview;
}

}  // namespace tritlab
