// A conversation with a model: template, prefix reuse, streaming, stop texts. Used by the chat pane, generate and chat.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/data/chat_format.h"
#include "core/infer/packed_model.h"
#include "core/infer/sampler.h"

namespace tritlab {

struct GenerationOptions {
    SamplingOptions sampling;
    std::int64_t maxTokens = 256;
    std::vector<std::string> stopTexts;  // besides the template's (complete(): only these)
    int alternatives = 0;                // likeliest tokens that GeneratedToken tells of
    // Where the context is full: forget all but its first token (BOS) and its newer half, which is read again as if the
    // text began there, and go on. Otherwise the answer ends with ContextFull.
    bool shiftContext = false;
};

struct GeneratedToken {
    TokenId id = 0;    // -1: no token, only text that had been held back, at the end
    std::string text;  // what it adds to the answer; empty while a character is incomplete or a stop text may come
    double logProbability = 0;  // by the logits as they are; 0 unless alternatives are asked for
    std::vector<TokenProbability> alternatives;
};

enum class StopReason { EndOfText, StopText, MaxTokens, ContextFull, Stopped };
const char* stopReasonKey(StopReason reason);  // "end_of_text", "stop_text", "max_tokens", "context_full", "stopped"

struct GenerationResult {
    std::string text;  // all GeneratedToken::text together
    std::vector<TokenId> promptTokens, tokens;
    StopReason reason = StopReason::EndOfText;
    double firstTokenSeconds = 0;      // from the call to the first token; 0: there was none
    double promptTokensPerSecond = 0;  // of the prompt tokens that had to be read; 0: all were known
    double tokensPerSecond = 0;        // after the first; 0: there was one at most
    std::int64_t reusedTokens = 0;     // of the prompt, known from the turn before
    std::int64_t contextUsed = 0, contextLength = 0;
    std::int64_t contextShifts = 0;  // how often the context was full and its older half forgotten
};

// What chat holds a model in. A small one exactly as it is stored, with an fp32 cache: it answers as the training model
// does, and stays in the processor's cache anyway. One whose embedding takes over 32 MiB in fp32: embedding and dense
// linears compact, the cache in bf16.
PackedOptions chatOptions(const ModelConfig& config, int threads = 0);
// Of a model folder. Throws Error as readModelDescription does.
PackedOptions chatOptions(const std::filesystem::path& modelFolder, int threads = 0);

// How a model's files say that it is talked with.
ChatFormat chatFormatOf(const std::filesystem::path& model, const ModelDescription& description);

class ChatSession {
public:
    // A model folder with its tokenizer. Throws Error as PackedModel::load and loadTokenizer do, and where the two do
    // not fit.
    explicit ChatSession(const std::filesystem::path& modelFolder, int threads = 0);
    ChatSession(const std::filesystem::path& modelFolder, const PackedOptions& options);
    // A session of its own over a shared model. contextLength 0: the model's own.
    ChatSession(std::shared_ptr<const PackedModel> model, std::shared_ptr<const Tokenizer> tokenizer,
                std::int64_t contextLength = 0);
    ~ChatSession();
    [[nodiscard]] const ModelDescription& description() const;
    [[nodiscard]] const Tokenizer& tokenizer() const;
    [[nodiscard]] const std::shared_ptr<const PackedModel>& model() const;
    // How answer() renders a conversation: as the model's files say (over a shared model: its description), until
    // another one is set.
    [[nodiscard]] const ChatFormat& format() const;
    void setFormat(ChatFormat format);

    // Both block; `onToken` (may be empty) is called for each token; `stop` is looked at between any two tokens, and
    // while the prompt is read. A prompt that leaves no room for a token gives ContextFull and no text, unless the
    // context may shift. complete: BOS and the prompt as it is.
    GenerationResult complete(const std::string& prompt, const GenerationOptions& options,
                              const std::function<void(const GeneratedToken&)>& onToken, const StopToken& stop);
    // answer: the conversation in the session's format. One that ends with the assistant's words is gone on with; what
    // was said before is not in the result.
    GenerationResult answer(const std::vector<Message>& conversation, const GenerationOptions& options,
                            const std::function<void(const GeneratedToken&)>& onToken, const StopToken& stop);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tritlab
