#include "core/infer/chat_session.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/data/chat_template_file.h"
#include "core/infer/stop_scanner.h"
#include "core/interop/model_folder.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;

double rate(std::int64_t count, double seconds) {
    return count > 0 && seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

}  // namespace

ChatFormat chatFormatOf(const std::filesystem::path& model, const ModelDescription& description) {
    return ChatFormat::ofModel(description.chatTemplate, readChatTemplate(model));
}

const char* stopReasonKey(StopReason reason) {
    switch (reason) {
        case StopReason::EndOfText: return "end_of_text";
        case StopReason::StopText: return "stop_text";
        case StopReason::MaxTokens: return "max_tokens";
        case StopReason::ContextFull: return "context_full";
        case StopReason::Stopped: return "stopped";
    }
    return "";
}

PackedOptions chatOptions(const ModelConfig& config, int threads) {
    constexpr std::int64_t largestExact = std::int64_t{32} << 20;
    PackedOptions options;
    options.threads = threads;
    if (config.vocabSize * config.hiddenSize * static_cast<std::int64_t>(sizeof(float)) <= largestExact) return options;
    options.embedding = DenseStorage::Compact;
    options.denseLinears = DenseStorage::Compact;
    options.cache = CacheFormat::Bf16;
    return options;
}

PackedOptions chatOptions(const std::filesystem::path& modelFolder, int threads) {
    return chatOptions(readModelDescription(modelFolder).config, threads);
}

struct ChatSession::Impl {
    std::shared_ptr<const PackedModel> model;
    std::shared_ptr<const Tokenizer> tokenizer;
    std::unique_ptr<PackedSession> session;
    ChatFormat format;
    std::vector<TokenId> known;  // the tokens whose keys and values the session holds

    Impl(std::shared_ptr<const PackedModel> loaded, std::shared_ptr<const Tokenizer> own, std::int64_t contextLength)
        : model(std::move(loaded)), tokenizer(std::move(own)), format(model->description().chatTemplate) {
        const ModelConfig& config = model->description().config;
        if (tokenizer->size() > config.vocabSize)
            throw Error("the tokenizer has " + std::to_string(tokenizer->size()) + " pieces, the model " +
                            std::to_string(config.vocabSize) + " embeddings",
                        "tokenizer", "Use the tokenizer that the model was trained with");
        session = PackedSession::create(model, contextLength > 0 ? contextLength : config.contextLength);
    }

    // Reads the part of the prompt that is not known yet; empty where `stop` came first.
    std::span<const float> read(const std::vector<TokenId>& prompt, const StopToken& stop, GenerationResult& result) {
        const auto common =
            std::mismatch(known.begin(), known.end(), prompt.begin(), prompt.end()).first - known.begin();
        // The last token is read again where all are known: its logits are wanted.
        const auto reused = std::min(static_cast<std::size_t>(common), prompt.size() - 1);
        result.reusedTokens = static_cast<std::int64_t>(reused);
        session->rewind(static_cast<std::int64_t>(reused));
        known.resize(reused);
        const auto start = Clock::now();
        constexpr std::size_t block = 64;  // between two looks at `stop`
        std::span<const float> logits;
        for (std::size_t at = reused; at < prompt.size(); at += block) {
            if (stop.stopRequested()) return {};
            const auto part = std::span(prompt).subspan(at, std::min(block, prompt.size() - at));
            logits = session->feed(part);
            known.insert(known.end(), part.begin(), part.end());
        }
        result.promptTokensPerSecond = rate(static_cast<std::int64_t>(prompt.size() - reused), secondsSince(start));
        return logits;
    }

    // Embeddings may be padded beyond the tokenizer's pieces: such an id shows nothing and is never drawn, unless it
    // ends the answer. `masked` holds the logits then.
    [[nodiscard]] std::span<const float> drawable(std::span<const float> all, const std::vector<TokenId>& ends,
                                                  std::vector<float>& masked) const {
        const std::size_t used = std::min(all.size(), static_cast<std::size_t>(tokenizer->usedSize()));
        std::size_t reach = used;
        for (const TokenId end : ends)
            if (const auto id = static_cast<std::size_t>(end); id < all.size()) reach = std::max(reach, id + 1);
        if (reach == used) return all.first(used);
        masked.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(reach));
        std::fill(masked.begin() + static_cast<std::ptrdiff_t>(used), masked.end(), -1e30F);
        for (const TokenId end : ends)
            if (const auto id = static_cast<std::size_t>(end); id >= used && id < reach) masked[id] = all[id];
        return masked;
    }

    // What a full context goes on with (GenerationOptions::shiftContext).
    [[nodiscard]] std::vector<TokenId> newerHalf(const std::vector<TokenId>& all) const {
        const auto length = static_cast<std::size_t>(session->contextLength());
        const std::size_t newest = std::max<std::size_t>(1, length / 2);
        std::vector<TokenId> kept;
        if (length >= 4 && tokenizer->addsBos()) kept.push_back(all.front());
        kept.insert(kept.end(), all.end() - static_cast<std::ptrdiff_t>(newest), all.end());
        return kept;
    }

    GenerationResult generate(std::vector<TokenId> prompt, const GenerationOptions& options,
                              std::vector<std::string> stopTexts, const std::vector<TokenId>& stopTokens,
                              bool dropFirstBlank, const std::function<void(const GeneratedToken&)>& onToken,
                              const StopToken& stop) {
        const auto start = Clock::now();
        const Sampler sampler(options.sampling);
        GenerationResult result;
        result.contextLength = session->contextLength();
        result.promptTokens = std::move(prompt);
        const auto done = [&](StopReason reason) {
            result.reason = reason;
            result.contextUsed = session->position();
        };
        if (result.promptTokens.empty())
            throw Error("there is no text to go on from, and the model's text does not begin with a token of its own",
                        "prompt", "Give some text");
        const bool tooLong = static_cast<std::int64_t>(result.promptTokens.size()) > result.contextLength;
        if (tooLong && !options.shiftContext) {
            done(StopReason::ContextFull);
            return result;
        }
        if (options.maxTokens <= 0) {
            done(StopReason::MaxTokens);
            return result;
        }
        StreamDecoder decoder(*tokenizer);
        StopScanner scanner(std::move(stopTexts));
        const auto show = [&](GeneratedToken token) {
            if (dropFirstBlank && !token.text.empty()) {
                if (token.text.front() == ' ') token.text.erase(0, 1);
                dropFirstBlank = false;
            }
            result.text += token.text;
            if (onToken) onToken(token);
        };
        std::vector<TokenId> history = result.promptTokens;
        const auto shift = [&] {
            ++result.contextShifts;
            return newerHalf(history);
        };
        std::vector<float> masked;
        const auto withText = [&](std::span<const float> all) { return drawable(all, stopTokens, masked); };
        auto logits = withText(read(tooLong ? shift() : result.promptTokens, stop, result));
        Clock::time_point first{};
        const auto step = [&]() -> std::optional<StopReason> {
            if (logits.empty() || stop.stopRequested()) return StopReason::Stopped;
            GeneratedToken token;
            token.id = sampler.sample(logits, history, result.tokens.size());
            if (result.tokens.empty()) {
                first = Clock::now();
                result.firstTokenSeconds = std::chrono::duration<double>(first - start).count();
            }
            if (std::find(stopTokens.begin(), stopTokens.end(), token.id) != stopTokens.end())
                return StopReason::EndOfText;
            if (options.alternatives > 0) {
                token.alternatives = Sampler::top(logits, options.alternatives);
                token.logProbability = Sampler::logProbability(logits, token.id);
            }
            history.push_back(token.id);
            result.tokens.push_back(token.id);
            token.text = scanner.add(decoder.add(token.id));
            show(std::move(token));
            if (scanner.stopped()) return StopReason::StopText;
            if (static_cast<std::int64_t>(result.tokens.size()) >= options.maxTokens) return StopReason::MaxTokens;
            const bool full = session->position() == session->contextLength();
            if (full && !options.shiftContext) return StopReason::ContextFull;
            if (stop.stopRequested()) return StopReason::Stopped;
            if (full) {
                GenerationResult again;  // what this reading takes is none of the prompt's
                logits = withText(read(shift(), stop, again));
                return std::nullopt;
            }
            logits = withText(session->feed({&history.back(), 1}));
            known.push_back(history.back());
            return std::nullopt;
        };
        std::optional<StopReason> reason;
        while (!reason) reason = step();
        if (*reason != StopReason::StopText) {
            std::string rest = scanner.add(decoder.finish());
            if (!scanner.stopped()) rest += scanner.finish();
            if (!rest.empty()) show({-1, std::move(rest), 0, {}});
        }
        if (result.tokens.size() > 1)
            result.tokensPerSecond = rate(static_cast<std::int64_t>(result.tokens.size()) - 1, secondsSince(first));
        done(*reason);
        return result;
    }

    [[nodiscard]] std::vector<TokenId> endTokens() const { return tokenizer->ends(); }
};

ChatSession::ChatSession(const std::filesystem::path& modelFolder, int threads)
    : ChatSession(modelFolder, chatOptions(modelFolder, threads)) {}

ChatSession::ChatSession(const std::filesystem::path& modelFolder, const PackedOptions& options) {
    auto model = PackedModel::load(modelFolder, options);
    impl_ = std::make_unique<Impl>(std::move(model), loadTokenizer(modelFolder), 0);
    impl_->format = chatFormatOf(modelFolder, description());
}

ChatSession::ChatSession(std::shared_ptr<const PackedModel> model, std::shared_ptr<const Tokenizer> tokenizer,
                         std::int64_t contextLength)
    : impl_(std::make_unique<Impl>(std::move(model), std::move(tokenizer), contextLength)) {}

ChatSession::~ChatSession() = default;

const ModelDescription& ChatSession::description() const { return impl_->model->description(); }
const Tokenizer& ChatSession::tokenizer() const { return *impl_->tokenizer; }
const std::shared_ptr<const PackedModel>& ChatSession::model() const { return impl_->model; }
const ChatFormat& ChatSession::format() const { return impl_->format; }
void ChatSession::setFormat(ChatFormat format) { impl_->format = std::move(format); }

GenerationResult ChatSession::complete(const std::string& prompt, const GenerationOptions& options,
                                       const std::function<void(const GeneratedToken&)>& onToken,
                                       const StopToken& stop) {
    std::vector<TokenId> ids;
    if (impl_->tokenizer->addsBos()) ids.push_back(impl_->tokenizer->bos());
    const std::vector<TokenId> text = impl_->tokenizer->encode(prompt);
    ids.insert(ids.end(), text.begin(), text.end());
    return impl_->generate(std::move(ids), options, options.stopTexts, impl_->endTokens(), false, onToken, stop);
}

GenerationResult ChatSession::answer(const std::vector<Message>& conversation, const GenerationOptions& options,
                                     const std::function<void(const GeneratedToken&)>& onToken, const StopToken& stop) {
    const ChatFormat& format = impl_->format;
    std::vector<std::string> texts = format.stopTexts(*impl_->tokenizer);
    texts.insert(texts.end(), options.stopTexts.begin(), options.stopTexts.end());
    const bool begun =
        !conversation.empty() && conversation.back().role == Role::Assistant && !conversation.back().text.empty();
    // 2B4T's "Assistant:" ends before the blank, which comes with the first word and is none of the answer's.
    return impl_->generate(format.prompt(conversation, *impl_->tokenizer), options, std::move(texts),
                           format.ends(*impl_->tokenizer), format.dropsFirstBlank() && !begun, onToken, stop);
}

}  // namespace tritlab
