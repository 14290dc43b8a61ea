// Models and sessions: who owns what, and turns on the model's threads.
#include "core/infer/packed_model.h"

#include <mutex>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/infer/forward_pass.h"
#include "core/infer/model_parts.h"
#include "core/infer/packed_file.h"
#include "core/infer/read_speed.h"

namespace tritlab {
namespace {

class LoadedModel final : public PackedModel {
public:
    template <class MakeParts>
    LoadedModel(const PackedOptions& options, MakeParts makeParts)
        : options_(options), kernels_(kernels()), pool_(options.threads), parts_(makeParts(pool_)),
          forward_(parts_, kernels_, pool_) {}

    void save(const std::filesystem::path& folder, const std::filesystem::path& tokenizer) const override {
        if (options_.shadowWeights)
            throw Error("runs its full-precision weights: these have no packed form", folder.string(),
                        "Load it with ternary weights");
        writeFolderAtomically(folder, [&](const std::filesystem::path& fresh) {
            writeFileAtomically(fresh / "config.json", modelDescriptionJson(parts_.description).dump(2));
            writePackedFile(parts_, fresh / "packed.safetensors");
            if (!tokenizer.empty()) std::filesystem::copy_file(tokenizer, fresh / "tokenizer.model");
        });
    }
    [[nodiscard]] const ModelDescription& description() const override { return parts_.description; }
    [[nodiscard]] const PackedOptions& options() const override { return options_; }
    [[nodiscard]] int threads() const override { return pool_.threads(); }
    [[nodiscard]] KernelSet kernelSet() const override { return kernels_.set; }
    [[nodiscard]] std::int64_t residentBytes() const override { return parts_.residentBytes(); }
    [[nodiscard]] std::int64_t bytesPerToken() const override { return parts_.bytesPerToken(); }
    [[nodiscard]] double measureReadSpeed(int passes) const override {
        const std::lock_guard lock(mutex_);
        return readSpeed(parts_, pool_, passes);
    }

    // The threads and the forward's working memory, one user at a time.
    struct Turn {
        std::unique_lock<std::mutex> lock;
        ForwardPass* forward;
    };
    [[nodiscard]] Turn turn() const { return {std::unique_lock(mutex_), &forward_}; }

private:
    PackedOptions options_;
    const Kernels& kernels_;
    mutable std::mutex mutex_;
    mutable ThreadPool pool_;
    ModelParts parts_;
    mutable ForwardPass forward_;
};

class Session final : public PackedSession {
public:
    Session(std::shared_ptr<const LoadedModel> model, std::int64_t contextLength)
        : model_(std::move(model)), cache_(model_->description().config, model_->options().cache, contextLength),
          logitStride_(roundUp(model_->description().config.vocabSize, tileRows)),
          logits_(static_cast<std::size_t>(logitStride_)) {}

    std::span<const float> feed(std::span<const TokenId> tokens) override {
        check(tokens);
        const auto turn = model_->turn();
        for (std::size_t first = 0; first < tokens.size();) {
            const std::size_t count = runBlock(*turn.forward, tokens.subspan(first));
            first += count;
            if (first == tokens.size())
                turn.forward->logits(static_cast<std::int64_t>(count) - 1, 1, logits_.data(), logitStride_);
        }
        return visible(logits_.data());
    }

    void feed(std::span<const TokenId> tokens,
              const std::function<void(std::int64_t, std::span<const float>)>& each) override {
        check(tokens);
        constexpr std::int64_t max = 12;  // rows of logits at a time
        std::vector<float> some(static_cast<std::size_t>(max * logitStride_));
        for (std::size_t first = 0; first < tokens.size();) {
            const auto turn = model_->turn();
            const auto count = static_cast<std::int64_t>(runBlock(*turn.forward, tokens.subspan(first)));
            for (std::int64_t row = 0; row < count; row += max) {
                const std::int64_t taken = std::min(max, count - row);
                turn.forward->logits(row, taken, some.data(), logitStride_);
                for (std::int64_t i = 0; i < taken; ++i)
                    each(static_cast<std::int64_t>(first) + row + i, visible(some.data() + i * logitStride_));
            }
            first += static_cast<std::size_t>(count);
        }
    }

    [[nodiscard]] std::int64_t position() const override { return position_; }
    [[nodiscard]] std::int64_t contextLength() const override { return cache_.contextLength(); }
    [[nodiscard]] std::int64_t bytesPerPosition() const override { return cache_.bytesPerPosition(); }

    void rewind(std::int64_t position) override {
        if (position < 0 || position > position_)
            throw Error("cannot go back to position " + std::to_string(position) + " of " + std::to_string(position_),
                        "session", {}, ErrorKind::Failed);
        position_ = position;
    }

    void check(std::span<const TokenId> tokens) const {
        const std::int64_t vocabulary = model_->description().config.vocabSize;
        if (tokens.empty()) throw Error("there is no token to go on from", "prompt", "Give it at least one token");
        for (const TokenId token : tokens)
            if (token < 0 || token >= vocabulary)
                throw Error("token " + std::to_string(token) + " is outside the model's vocabulary of " +
                                std::to_string(vocabulary),
                            "prompt", "Use the tokenizer that the model was trained with");
        const auto count = static_cast<std::int64_t>(tokens.size());
        if (count > contextLength() - position_)
            throw Error(std::to_string(count) + " more tokens do not fit: " + std::to_string(position_) + " of " +
                            std::to_string(contextLength()) + " positions are taken",
                        "context", "Shorten the text or start a new conversation");
    }

    [[nodiscard]] const LoadedModel* model() const { return model_.get(); }
    [[nodiscard]] std::span<const float> visible(const float* logits) const {
        return {logits, static_cast<std::size_t>(model_->description().config.vocabSize)};
    }
    [[nodiscard]] ForwardRow nextRow(TokenId token) { return {token, &cache_, position_}; }
    void advance() { ++position_; }

private:
    // Runs the first tokens, as many as one block takes.
    std::size_t runBlock(ForwardPass& forward, std::span<const TokenId> tokens) {
        const std::size_t count = std::min(tokens.size(), static_cast<std::size_t>(ForwardPass::maxRows));
        rows_.clear();
        for (std::size_t i = 0; i < count; ++i)
            rows_.push_back({tokens[i], &cache_, position_ + static_cast<std::int64_t>(i)});
        forward.run(rows_);
        position_ += static_cast<std::int64_t>(count);
        return count;
    }

    std::shared_ptr<const LoadedModel> model_;
    KvCache cache_;
    std::int64_t position_ = 0, logitStride_;
    std::vector<float> logits_;
    std::vector<ForwardRow> rows_;
};

}  // namespace

std::shared_ptr<const PackedModel> PackedModel::load(const std::filesystem::path& folder,
                                                     const PackedOptions& options) {
    return std::make_shared<const LoadedModel>(options, [&](ThreadPool& pool) {
        return isPackedFolder(folder) ? mapPackedFolder(folder, options) : loadParts(folder, options, pool);
    });
}

std::shared_ptr<const PackedModel> PackedModel::random(const ModelConfig& config, const PackedOptions& options,
                                                       std::uint64_t seed) {
    return std::make_shared<const LoadedModel>(
        options, [&](ThreadPool& pool) { return randomParts(config, options, seed, pool); });
}

std::unique_ptr<PackedSession> PackedSession::create(std::shared_ptr<const PackedModel> model,
                                                     std::int64_t contextLength) {
    auto loaded = std::dynamic_pointer_cast<const LoadedModel>(std::move(model));
    if (!loaded) throw Error("a session needs a model that load() or random() gave", "session", {}, ErrorKind::Failed);
    return std::make_unique<Session>(std::move(loaded), contextLength);
}

void PackedSession::feedTogether(std::span<PackedSession* const> sessions, std::span<const TokenId> tokens,
                                 const std::function<void(std::size_t, std::span<const float>)>& each) {
    if (sessions.size() != tokens.size()) throw Error("each session needs one token", "batch", {}, ErrorKind::Failed);
    std::vector<Session*> own;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        own.push_back(dynamic_cast<Session*>(sessions[i]));
        const bool twice = std::find(own.begin(), own.end() - 1, own.back()) != own.end() - 1;
        if (own.back() == nullptr || twice || own.back()->model() != own.front()->model())
            throw Error("the sessions of a batch must be different ones of the same model", "batch", {},
                        ErrorKind::Failed);
        own.back()->check(tokens.subspan(i, 1));
    }
    if (own.empty()) return;
    const std::int64_t stride = roundUp(own.front()->model()->description().config.vocabSize, tileRows);
    const auto max = static_cast<std::size_t>(ForwardPass::maxRows);
    for (std::size_t first = 0; first < own.size(); first += max) {
        const std::size_t count = std::min(max, own.size() - first);
        std::vector<ForwardRow> rows;
        for (std::size_t i = 0; i < count; ++i) rows.push_back(own[first + i]->nextRow(tokens[first + i]));
        std::vector<float> logits(count * static_cast<std::size_t>(stride));
        {
            const auto turn = own.front()->model()->turn();
            turn.forward->run(rows);
            turn.forward->logits(0, static_cast<std::int64_t>(count), logits.data(), stride);
        }
        for (std::size_t i = 0; i < count; ++i) own[first + i]->advance();
        for (std::size_t i = 0; i < count; ++i)
            each(first + i, own[first + i]->visible(logits.data() + i * static_cast<std::size_t>(stride)));
    }
}

}  // namespace tritlab
