#include "core/data/run_tokenizer.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/number.h"
#include "core/data/cache_lock.h"
#include "core/data/chat_template.h"
#include "core/data/token_cache.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr int kTrainingVersion = 1;  // raised when the same text would give another model

RunTokenizer open(fs::path path) { return {loadTokenizer(path), std::move(path)}; }

RunTokenizer openGiven(const RunConfig& config, const Workspace& workspace) {
    if (config.tokenizerPath.empty())
        throw Error("no tokenizer is named", "tokenizer_path", "Name a tokenizer.model, or set tokenizer = train");
    loadTokenizer(config.tokenizerPath);  // an error names the person's file
    return open(keepTokenizer(workspace, readTokenizerModel(config.tokenizerPath)));
}

std::string trainingKey(const RunConfig& config, const std::vector<SourceFiles>& sources, const Split& split) {
    Hasher hasher;
    hasher.add("tokenizer " + std::to_string(kTrainingVersion) + "\n" + std::to_string(config.vocabSize) + "\n" +
               std::to_string(static_cast<int>(config.tokenizerModel)) + "\n" +
               std::to_string(static_cast<int>(config.chatTemplate)) + "\n" + formatReal(split.heldOut) + "\n" +
               std::to_string(static_cast<int>(split.from)) + "\n");
    for (const SourceFiles& source : sources) hasher.add(sourceIdentity(source) + "\n");
    return hasher.hex();
}

void train(const RunConfig& config, const std::vector<SourceFiles>& sources, const Split& split, const fs::path& target,
           const PrepareProgress& progress, const StopToken& stop) {
    TokenizerTraining options;
    options.vocabSize = config.vocabSize;
    options.model = config.tokenizerModel;
    options.userSymbols = specialTexts(config.chatTemplate);
    TokenizerTrainer trainer(options);
    for (const SourceFiles& source : sources) {
        const auto tell = [&](std::int64_t bytes) {
            if (progress && source.bytes > 0)
                progress("Reading " + source.path, static_cast<double>(bytes) / static_cast<double>(source.bytes));
        };
        const auto take = [&](const TextPiece& piece) {
            if (!piece.heldOut) trainer.add(piece.text);
            return true;
        };
        readSource(source, config.chatTemplate, split, take, tell, stop);
    }
    if (progress) progress("Training the tokenizer", -1);
    trainer.train(target, stop);
}

}  // namespace

fs::path keepTokenizer(const Workspace& workspace, const std::string& bytes) {
    const fs::path path = workspace.tokenizers() / (hashHex(bytes) + ".model");
    if (!fs::exists(path) || hashFileHex(path) != path.stem().string()) writeFileAtomically(path, bytes);
    return path;
}

RunTokenizer openRunTokenizer(const RunConfig& config, const Workspace& workspace,
                              const std::vector<SourceFiles>& sources, const Split& split,
                              const PrepareProgress& progress, const StopToken& stop) {
    if (config.tokenizer == TokenizerKind::File) return openGiven(config, workspace);
    const std::string key = trainingKey(config, sources, split);
    const fs::path note = workspace.tokenCache() / ("tokenizer-" + key);  // holds the name of the model
    const FileLock lock = lockCache(note.string() + ".lock", progress, stop);
    if (fs::exists(note)) {
        const fs::path known = workspace.tokenizers() / readFile(note);
        if (fs::exists(known) && hashFileHex(known) == known.stem().string()) return open(known);
    }
    const fs::path fresh = workspace.tokenizers() / (".training-" + key);
    train(config, sources, split, fresh, progress, stop);
    const fs::path kept = keepTokenizer(workspace, readFile(fresh));
    fs::remove(fresh);
    writeFileAtomically(note, kept.filename().string());
    return open(kept);
}

}  // namespace tritlab
