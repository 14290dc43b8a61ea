// Training of a byte-fallback sentencepiece model. Newlines and tabs never enter pieces (they are byte tokens), blanks
// do: runs of them may become pieces of their own. Digits stand alone, so that a number's tokens do not depend on how
// often it occurs.
#include <sentencepiece_trainer.h>
#include <algorithm>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/base/random.h"
#include "core/base/utf8.h"
#include "core/data/sentencepiece_log.h"
#include "core/data/sentencepiece_model.h"
#include "core/data/tokenizer.h"

namespace tritlab {
namespace {

constexpr std::size_t kMaxLineBytes = 4000;
constexpr std::uint64_t kSampleStream = 0x746f6b656e697a65;
constexpr std::int64_t kByteAndControlPieces = 256 + 3;

void checkNotStopped(const StopToken& stop) {
    if (stop.stopRequested())
        throw Error("was stopped while the tokenizer was made", "tokenizer", {}, ErrorKind::Failed);
}

// Lines of text, at most `maxBytes` of them: each line has a random rank, and as the sample outgrows its bound, the
// lines of the upper half of the ranks still taken leave it. So every line has the same chance, and which ones stay
// depends on nothing else.
class LineSample {
public:
    LineSample(std::int64_t maxBytes, std::uint64_t seed) : maxBytes_(maxBytes), seed_(seed) {}

    void addText(std::string_view text) {
        while (!text.empty()) {
            const std::size_t newline = text.find('\n');
            addLine(text.substr(0, newline));
            if (newline == std::string_view::npos) break;
            text.remove_prefix(newline + 1);
        }
    }
    [[nodiscard]] std::vector<std::string> take() {
        std::vector<std::string> lines;
        lines.reserve(lines_.size());
        for (Line& line : lines_) lines.push_back(std::move(line.text));
        lines_.clear();
        return lines;
    }

private:
    struct Line {
        std::uint64_t rank;
        std::string text;
    };

    void addLine(std::string_view line) {
        while (!line.empty()) {
            std::size_t cut = line.size();
            if (cut > kMaxLineBytes) {
                cut = line.substr(0, kMaxLineBytes).rfind(' ');
                if (cut == std::string_view::npos || cut == 0) cut = kMaxLineBytes;
            }
            addShortLine(line.substr(0, cut));
            line.remove_prefix(cut);
        }
    }

    void addShortLine(std::string_view line) {
        const std::uint64_t rank = randomBits(seed_, kSampleStream, count_++);
        if (rank > highest_) return;
        std::string text;
        for (std::size_t i = 0; i < line.size();) {  // what can be no part of a piece parts words, as a tab does
            const std::size_t length = utf8Length(line.substr(i));
            text += length == 0 || line[i] == '\0' ? std::string_view("\t") : line.substr(i, length);
            i += std::max<std::size_t>(length, 1);
        }
        if (text.find_first_not_of(" \t\r") == std::string::npos) return;
        bytes_ += static_cast<std::int64_t>(text.size());
        lines_.push_back({rank, std::move(text)});
        while (bytes_ > maxBytes_ && highest_ > 0) {
            highest_ /= 2;
            std::erase_if(lines_, [this](const Line& other) { return other.rank > highest_; });
            bytes_ = 0;
            for (const Line& other : lines_) bytes_ += static_cast<std::int64_t>(other.text.size());
        }
    }

    std::int64_t maxBytes_, bytes_ = 0;
    std::uint64_t seed_, count_ = 0, highest_ = ~std::uint64_t{0};
    std::vector<Line> lines_;
};

class LineIterator final : public sentencepiece::SentenceIterator {
public:
    explicit LineIterator(const std::vector<std::string>& lines) : lines_(lines) {}
    bool done() const override { return at_ >= lines_.size(); }
    void Next() override { ++at_; }
    const std::string& value() const override { return lines_[at_]; }
    sentencepiece::util::Status status() const override { return {}; }

private:
    const std::vector<std::string>& lines_;
    std::size_t at_ = 0;
};

std::unordered_map<std::string, std::string> trainerArguments(const TokenizerTraining& options) {
    std::string symbols;
    for (const std::string& symbol : options.userSymbols) symbols += (symbols.empty() ? "" : ",") + symbol;
    std::unordered_map<std::string, std::string> arguments{
        {"model_type", options.model == TokenizerModel::Bpe ? "bpe" : "unigram"},
        {"vocab_size", std::to_string(options.vocabSize)},
        {"hard_vocab_limit", "false"},  // a vocabulary that stays too small is reported here, with its size
        {"character_coverage", "0.9995"},
        {"byte_fallback", "true"},
        {"normalization_rule_name", "identity"},
        {"add_dummy_prefix", "false"},
        {"remove_extra_whitespaces", "false"},
        {"allow_whitespace_only_pieces", "true"},
        {"split_digits", "true"},
        {"max_sentence_length", "65536"},
        {"num_threads", "4"},  // sums of the unigram model depend on it, so it is no option
        {"unk_id", "0"},
        {"bos_id", "1"},
        {"eos_id", "2"},
        {"pad_id", "-1"},
        {"minloglevel", "4"},
    };
    if (!symbols.empty()) arguments["user_defined_symbols"] = symbols;
    return arguments;
}

[[noreturn]] void throwTooSmallVocabulary(std::int64_t asked, std::int64_t min) {
    throw Error("a vocabulary of " + std::to_string(asked) + " pieces is too small for this text", "vocab_size",
                "Choose at least " + std::to_string(min));
}

// The library's message is "Vocabulary size is smaller than required_chars. ASKED vs NEEDED. …".
[[noreturn]] void throwTrainingError(const std::string& message, std::int64_t asked) {
    constexpr std::string_view says = "Vocabulary size is smaller than required_chars. ", against = " vs ";
    if (const std::size_t at = message.find(says); at != std::string::npos) {
        const std::size_t number = message.find(against, at + says.size()) + against.size();
        const std::size_t end = std::min(message.find_first_not_of("0123456789", number), message.size());
        const auto needed = parseInt(std::string_view(message).substr(number, end - number));
        if (needed) throwTooSmallVocabulary(asked, *needed);
    }
    throw Error("the tokenizer cannot be trained: " + message, "tokenizer", "Check the text and the vocabulary size");
}

std::string trainModel(const std::vector<std::string>& lines, const TokenizerTraining& options) {
    silenceSentencePiece();
    LineIterator iterator(lines);
    std::string bytes;
    try {
        const auto status = sentencepiece::SentencePieceTrainer::Train(trainerArguments(options), &iterator, &bytes);
        if (!status.ok()) throwTrainingError(status.error_message(), options.vocabSize);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throwTrainingError(error.what(), options.vocabSize);
    }
    return bytes;
}

std::int64_t vocabularyOf(const std::string& bytes) {
    return static_cast<std::int64_t>(parseSentencePieceModel(bytes, "the trained tokenizer").pieces.size());
}

// BPE stops where nothing is left to merge: what it reached is the largest that works. The unigram model drops rare
// pieces on the way, more of them where less is asked for, so that it is asked again until it gives what it was asked
// for.
std::int64_t largestVocabulary(const std::vector<std::string>& lines, TokenizerTraining options, std::int64_t reached) {
    while (options.model == TokenizerModel::Unigram && reached < options.vocabSize) {
        options.vocabSize = reached;
        reached = vocabularyOf(trainModel(lines, options));
    }
    return reached;
}

}  // namespace

struct TokenizerTrainer::Impl {
    explicit Impl(TokenizerTraining given)
        : options(std::move(given)), sample(options.maxBytes, static_cast<std::uint64_t>(options.seed)) {}
    TokenizerTraining options;
    LineSample sample;
};

TokenizerTrainer::TokenizerTrainer(TokenizerTraining options) : impl_(std::make_unique<Impl>(std::move(options))) {
    const auto fixed = kByteAndControlPieces + static_cast<std::int64_t>(impl_->options.userSymbols.size());
    if (impl_->options.vocabSize <= fixed) throwTooSmallVocabulary(impl_->options.vocabSize, fixed + 1);
}

TokenizerTrainer::~TokenizerTrainer() = default;

void TokenizerTrainer::add(std::string_view text) { impl_->sample.addText(text); }

void TokenizerTrainer::train(const std::filesystem::path& target, const StopToken& stop) {
    checkNotStopped(stop);
    const std::int64_t asked = impl_->options.vocabSize;
    const std::vector<std::string> lines = impl_->sample.take();
    if (lines.empty())
        throw Error("there is no text to train the tokenizer on", "tokenizer", "Name data that holds more than blanks");
    const std::string bytes = trainModel(lines, impl_->options);
    if (const std::int64_t size = vocabularyOf(bytes); size < asked) {
        throw Error(
            "the text is too small for a vocabulary of " + std::to_string(asked) + " pieces", "vocab_size",
            "Choose at most " + std::to_string(largestVocabulary(lines, impl_->options, size)) + ", or add text");
    }
    checkNotStopped(stop);
    writeFileAtomically(target, bytes);
}

void trainTokenizer(const std::function<bool(std::string& document)>& next, const TokenizerTraining& options,
                    const std::filesystem::path& target, const StopToken& stop) {
    TokenizerTrainer trainer(options);
    for (std::string document; next(document);) {
        trainer.add(document);
        checkNotStopped(stop);
    }
    trainer.train(target, stop);
}

}  // namespace tritlab
