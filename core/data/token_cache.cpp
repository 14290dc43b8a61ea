#include "core/data/token_cache.h"

#include <sys/stat.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/number.h"
#include "core/data/cache_lock.h"
#include "core/data/token_file.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 2;  // raised when the same text would give other tokens or other files

std::string cacheKey(const std::vector<SourceFiles>& sources, const Tokenizer& tokenizer, Template chatTemplate,
                     const Split& split) {
    Hasher hasher;
    hasher.add("tokens " + std::to_string(kFormat) + "\n" + tokenizer.hash() + "\n" +
               std::to_string(static_cast<int>(chatTemplate)) + "\n" + formatReal(split.heldOut) + "\n" +
               std::to_string(static_cast<int>(split.from)) + "\n");
    for (const SourceFiles& source : sources) hasher.add(sourceIdentity(source) + "\n");
    return hasher.hex();
}

Json toJson(const CachedSource& source) {
    const SourceSummary& s = source.summary;
    return {{"path", s.path},
            {"documents", s.documents},
            {"train_bytes", s.trainBytes},
            {"train_tokens", s.trainTokens},
            {"held_out_documents", s.heldOutDocuments},
            {"held_out_bytes", s.heldOutBytes},
            {"held_out_tokens", s.heldOutTokens},
            {"skips", s.skips.state()},
            {"train_hash", source.trainHash},
            {"held_out_hash", source.heldOutHash}};
}

CachedSource sourceFromJson(const Json& json) {
    CachedSource source;
    SourceSummary& s = source.summary;
    json.at("path").get_to(s.path);
    json.at("documents").get_to(s.documents);
    json.at("train_bytes").get_to(s.trainBytes);
    json.at("train_tokens").get_to(s.trainTokens);
    json.at("held_out_documents").get_to(s.heldOutDocuments);
    json.at("held_out_bytes").get_to(s.heldOutBytes);
    json.at("held_out_tokens").get_to(s.heldOutTokens);
    s.skips = SkipReport::ofState(json.at("skips"));
    json.at("train_hash").get_to(source.trainHash);
    json.at("held_out_hash").get_to(source.heldOutHash);
    return source;
}

// Paths may be no UTF-8; everything that goes into the manifest is text.
std::string manifestText(const TokenCache& cache) {
    Json sources = Json::array();
    for (const CachedSource& source : cache.sources) sources.push_back(toJson(source));
    const Json manifest{{"format", kFormat}, {"width", cache.width}, {"sources", sources}};
    return manifest.dump(1, ' ', false, Json::error_handler_t::replace);
}

// std::nullopt where there is none or it cannot be used.
std::optional<TokenCache> readCache(const fs::path& folder, std::size_t sources) {
    if (!fs::exists(folder)) return std::nullopt;
    try {
        const Json manifest = Json::parse(readFile(folder / "manifest.json"));
        TokenCache cache;
        cache.folder = folder;
        manifest.at("width").get_to(cache.width);
        for (const Json& source : manifest.at("sources")) cache.sources.push_back(sourceFromJson(source));
        if (manifest.at("format") != kFormat || cache.sources.size() != sources) throw Error("it is another's");
        for (std::size_t i = 0; i < sources; ++i) {  // opening checks their sizes
            const TokenFile train(cache.trainFile(i), cache.width, cache.sources[i].summary.trainTokens);
            const TokenFile heldOut(cache.heldOutFile(i), cache.width, cache.sources[i].summary.heldOutTokens);
        }
        return cache;
    } catch (const std::exception& error) {
        logWarning("the token cache " + folder.string() + " is broken and made again: " + error.what());
        return std::nullopt;
    }
}

// What a process that died left of this cache; the lock is held, so nobody is at it.
void removeRemains(const fs::path& folder) {
    const std::string prefix = "." + folder.filename().string() + ".new-";
    std::error_code ignored;
    std::vector<fs::path> remains;
    for (const auto& entry : fs::directory_iterator(folder.parent_path(), ignored))
        if (entry.path().filename().string().starts_with(prefix)) remains.push_back(entry.path());
    for (const fs::path& path : remains) fs::remove_all(path, ignored);
}

}  // namespace

std::string sourceIdentity(const SourceFiles& source) {
    std::string identity;
    for (const SourceFile& file : source.files) {
        struct stat status {};
        if (::stat(file.path.c_str(), &status) != 0)
            throw Error("the file has gone while it was looked at", file.path.string(), "Check the path");
        identity += fs::absolute(file.path).string() + '\0';
        identity += std::to_string(status.st_ino) + ' ' + std::to_string(status.st_size) + ' ';
        for (const timespec& time : {status.st_mtim, status.st_ctim})
            identity += std::to_string(time.tv_sec) + ' ' + std::to_string(time.tv_nsec) + ' ';
    }
    return identity;
}

CachedSource tokenizeSource(const SourceFiles& source, std::size_t index, const fs::path& folder,
                            const Tokenizer& tokenizer, Template chatTemplate, const Split& split,
                            const PrepareProgress& progress, const StopToken& stop) {
    TokenCache files;
    files.folder = folder;
    const int width = tokenWidth(tokenizer.size());
    TokenFileWriter train(files.trainFile(index), width), heldOut(files.heldOutFile(index), width);
    const auto take = [&](const TextPiece& piece) {
        TokenFileWriter& writer = piece.heldOut ? heldOut : train;
        if (piece.begins && tokenizer.addsBos()) writer.add(tokenizer.bos());
        if (const TokenId control = piece.control ? tokenizer.special(piece.text) : -1; control >= 0)
            writer.add(control);
        else writer.add(tokenizer.encode(piece.text, !piece.begins));
        if (piece.ends && tokenizer.eos() >= 0) writer.add(tokenizer.eos());
        return true;
    };
    const auto tell = [&](std::int64_t bytes) {
        if (progress && source.bytes > 0)
            progress("Tokenizing " + source.path, static_cast<double>(bytes) / static_cast<double>(source.bytes));
    };
    const std::string before = sourceIdentity(source);
    ReadCounts counts = readSource(source, chatTemplate, split, take, tell, stop);
    if (sourceIdentity(source) != before)
        throw Error("the text changed while it was read", source.path, "Start again once it is complete");
    train.close();
    heldOut.close();
    CachedSource cached;
    cached.summary = {source.path,
                      1,
                      counts.documents,
                      counts.trainBytes,
                      train.count(),
                      counts.heldOutDocuments,
                      counts.heldOutBytes,
                      heldOut.count(),
                      std::move(counts.skips)};
    cached.trainHash = train.hash();
    cached.heldOutHash = heldOut.hash();
    return cached;
}

TokenCache openTokenCache(const fs::path& root, const std::vector<SourceFiles>& sources, const Tokenizer& tokenizer,
                          Template chatTemplate, const Split& split, const PrepareProgress& progress,
                          const StopToken& stop) {
    const std::string key = cacheKey(sources, tokenizer, chatTemplate, split);
    const fs::path folder = root / key;
    const FileLock lock = lockCache(root / (key + ".lock"), progress, stop);
    if (auto cache = readCache(folder, sources.size())) {
        // as written now
        for (std::size_t i = 0; i < sources.size(); ++i) cache->sources[i].summary.path = sources[i].path;
        return *cache;
    }
    removeRemains(folder);
    TokenCache cache;
    cache.width = tokenWidth(tokenizer.size());
    writeFolderAtomically(folder, [&](const fs::path& fresh) {
        for (std::size_t i = 0; i < sources.size(); ++i)
            cache.sources.push_back(
                tokenizeSource(sources[i], i, fresh, tokenizer, chatTemplate, split, progress, stop));
        if (cacheKey(sources, tokenizer, chatTemplate, split) != key)
            throw Error("the text changed while it was read", sources.front().path, "Start again once it is complete");
        writeFileAtomically(fresh / "manifest.json", manifestText(cache));
    });
    cache.folder = folder;
    return cache;
}

}  // namespace tritlab
