// Text to token ids and back. One interface over sentencepiece models and byte-level BPE.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/types.h"
#include "core/config/run_config.h"

namespace tritlab {

// A token that is written in a text of its own, such as <|eot_id|>.
struct SpecialToken {
    TokenId id = -1;
    bool stripsBefore = false, stripsAfter = false;  // the blanks beside it are taken for a part of it
};
using SpecialTokens = std::map<std::string, SpecialToken, std::less<>>;

class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    // Ids of ordinary text, without BOS and EOS: letters that spell a control token (<|eot_id|>) are letters; special()
    // gives its id. Lossless for models that this program trains: decode(encode(text)) == text for any bytes, newlines
    // and blanks included (what is no valid UTF-8 becomes byte tokens). Other models normalize as they say. Text of
    // more than kMaxPieceBytes is encoded piece by piece (text_pieces.h), into the ids that the whole has. Safe to call
    // from several threads.
    [[nodiscard]] std::vector<TokenId> encode(std::string_view text) const { return encode(text, false); }
    // continues: the text follows another piece of the same document, so that no blank is put before it.
    [[nodiscard]] virtual std::vector<TokenId> encode(std::string_view text, bool continues) const = 0;
    // Control tokens and ids outside the vocabulary (embeddings may be padded) give nothing.
    [[nodiscard]] virtual std::string decode(const std::vector<TokenId>& ids) const = 0;
    // The bytes that one token adds within a text (a lone byte-fallback token: one byte, perhaps no whole character).
    [[nodiscard]] virtual std::string piece(TokenId id) const = 0;
    [[nodiscard]] virtual std::int64_t size() const = 0;
    // Pieces from here to size() only fill up the embedding's rows ([PAD410]): they mean nothing and are never drawn.
    [[nodiscard]] virtual std::int64_t usedSize() const = 0;
    // Control tokens, -1: none. EOS is what stands between documents.
    [[nodiscard]] virtual TokenId bos() const = 0;
    [[nodiscard]] virtual TokenId eos() const = 0;
    // Documents and prompts begin with BOS: there is one, and the model's files do not say otherwise (add_bos_token).
    [[nodiscard]] virtual bool addsBos() const = 0;
    // Every token at which an answer ends: EOS, and what the model's files name besides (eos_token_id of
    // generation_config.json, GGUF's eot and eom). One may be an ordinary piece, such as a newline, or lie beyond
    // size().
    [[nodiscard]] virtual const std::vector<TokenId>& ends() const = 0;
    [[nodiscard]] virtual TokenId unknown() const = 0;
    // By the text that a template writes them as.
    [[nodiscard]] virtual const SpecialTokens& specials() const = 0;
    // The id of one of them, or -1.
    [[nodiscard]] TokenId special(std::string_view text) const {
        const auto found = specials().find(text);
        return found == specials().end() ? -1 : found->second.id;
    }
    // decode(encode(text)) == text for any text.
    [[nodiscard]] virtual bool lossless() const = 0;
    // A blank is put before each text (LLaMA's models): the first token's piece() has one that the text has not.
    [[nodiscard]] virtual bool dummyPrefix() const = 0;
    [[nodiscard]] virtual const std::string& hash() const = 0;  // of the model's bytes
    // What is odd about the vocabulary and how it is taken: a line each.
    [[nodiscard]] virtual const std::vector<std::string>& notes() const = 0;
};

// Reads a sentencepiece model, a tokenizer.json of byte-level BPE, Llama 3's or Llama 4's tiktoken file, the vocabulary
// of a GGUF file, or a model folder's tokenizer with what tokenizer_config.json, generation_config.json and config.json
// say of its use (model_tokenizer.h, byte_tokenizer_json.h). Throws Error (file, what is wrong, mend) for anything
// else.
std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& path);
// The same as one file: a sentencepiece model, not looked into yet, or a tokenizer.json. What files beside it say
// stands in it.
std::string readTokenizerModel(const std::filesystem::path& path);

struct TokenizerTraining {
    std::int64_t vocabSize = 4096;
    TokenizerModel model = TokenizerModel::Bpe;
    std::int64_t seed = 1;                 // of the sampling
    std::int64_t maxBytes = 32 << 20;      // of text looked at; of more, lines are sampled evenly
    std::vector<std::string> userSymbols;  // texts that are one token each, such as <|eot_id|>
};
// Trains a byte-fallback model on the text that is added and writes it to `target` atomically. The same text gives the
// same bytes, whatever the machine. Throws Error where the vocabulary does not fit the text (says the largest or
// smallest that works) and where `stop` asked for an end.
class TokenizerTrainer {
public:
    explicit TokenizerTrainer(TokenizerTraining options);
    ~TokenizerTrainer();
    void add(std::string_view text);  // a document or a piece of one
    void train(const std::filesystem::path& target, const StopToken& stop);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
// The same for documents pulled from `next` (false: no more).
void trainTokenizer(const std::function<bool(std::string& document)>& next, const TokenizerTraining& options,
                    const std::filesystem::path& target, const StopToken& stop);

// Streams token ids to text: gives only whole UTF-8 characters, holds back the rest.
class StreamDecoder {
public:
    explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}
    std::string add(TokenId id);
    std::string finish();  // what was held back, invalid bytes as U+FFFD
private:
    const Tokenizer* tokenizer_;
    std::string pending_;
};

}  // namespace tritlab
