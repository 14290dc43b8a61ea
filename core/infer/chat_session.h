// A conversation with a model: template, prefix reuse, streaming, stop texts. Used by the chat pane, generate and chat.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/workspace.h"
#include "core/data/chat_template.h"
#include "core/infer/packed_model.h"
#include "core/infer/sampler.h"

namespace tritlab {

struct GenerationOptions {
    SamplingOptions sampling;
    std::int64_t maxTokens = 256;
    std::vector<std::string> stopTexts;   // besides the template's
};

struct GeneratedToken {
    TokenId id = 0;
    std::string text;                     // what it adds to the answer; may be empty while a character is incomplete
};

enum class StopReason { EndOfText, StopText, MaxTokens, ContextFull, Stopped };

struct GenerationResult {
    std::string text;
    std::vector<TokenId> promptTokens, tokens;
    StopReason reason = StopReason::EndOfText;
    double firstTokenSeconds = 0, promptTokensPerSecond = 0, tokensPerSecond = 0;
    std::int64_t contextUsed = 0, contextLength = 0;
};

class ChatSession {
public:
    // A model folder with its tokenizer. Throws Error as PackedModel::load and loadTokenizer do.
    explicit ChatSession(const std::filesystem::path& modelFolder, int threads = 0);
    ~ChatSession();
    [[nodiscard]] const ModelDescription& description() const;
    [[nodiscard]] const Tokenizer& tokenizer() const;
    // Blocks; `onToken` is called for each token; looks at `stop` between any two tokens.
    GenerationResult complete(const std::string& prompt, const GenerationOptions& options,
                              const std::function<void(const GeneratedToken&)>& onToken, const StopToken& stop);
    GenerationResult answer(const std::vector<Message>& conversation, const GenerationOptions& options,
                            const std::function<void(const GeneratedToken&)>& onToken, const StopToken& stop);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The newest model folder of a run: its snapshot if newer than the last good checkpoint. Throws Error where there is none yet.
std::filesystem::path latestModelFolder(const Workspace& workspace, const std::string& run);

}  // namespace tritlab
