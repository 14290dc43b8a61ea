// tokenizer train, tokenizer inspect.
#include <filesystem>
#include <memory>

#include "app/cli/frame.h"
#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/data/chat_template.h"
#include "core/data/document_reader.h"
#include "core/data/tokenizer.h"

namespace tritlab::cli {
namespace {

struct TrainOptions {
    std::vector<std::string> data;
    std::string out, model = "bpe", chatTemplate = "plain";
    std::int64_t vocabSize = 4096;
};

struct InspectOptions {
    std::string path, text;
    std::int64_t pieces = 20;
};

// The values that the field table knows, read through it.
RunConfig tokenizerConfig(const TrainOptions& options) {
    try {
        ConfigDraft draft;
        draft.setText("vocab_size", std::to_string(options.vocabSize));
        draft.setText("tokenizer_model", options.model);
        draft.setText("chat_template", options.chatTemplate);
        std::vector<DataSource> sources;
        for (const std::string& text : options.data) {
            sources.push_back(parseSource(text));
            if (sources.back().weight != 1)
                throw Error("a tokenizer reads each source once: a weight means nothing here", text,
                            "Name the path alone");
        }
        draft.setValue("data", sources);
        for (const Problem& problem : check(draft.config())) throw Error(problem.message);
        return draft.config();
    } catch (const Error& error) {
        throw UsageError(error);
    }
}

Exit trainOne(Session& session, const TrainOptions& options) {
    const RunConfig config = tokenizerConfig(options);
    std::vector<std::string> inputs;
    for (const DataSource& source : config.data) inputs.push_back(resolveSource(source.path).string());
    requireOutFile("--out", options.out, inputs);
    TokenizerTraining training;
    training.vocabSize = config.vocabSize;
    training.model = config.tokenizerModel;
    training.userSymbols = specialTexts(config.chatTemplate);
    TokenizerTrainer trainer(training);
    std::int64_t documents = 0, bytes = 0;
    SkipReport skips;
    for (const DataSource& source : config.data) {
        const ReadCounts counts = readSource(
            listSource(source.path), config.chatTemplate, Split{},
            [&](const TextPiece& piece) {
                trainer.add(piece.text);
                return true;
            },
            [](std::int64_t) {}, session.stop);
        documents += counts.documents;
        bytes += counts.trainBytes;
        skips.add(counts.skips);
    }
    trainer.train(options.out, session.stop);
    const auto tokenizer = loadTokenizer(options.out);
    session.result = {{"path", std::filesystem::absolute(options.out).string()},
                      {"vocab_size", tokenizer->size()},
                      {"documents", documents},
                      {"bytes", bytes},
                      {"skipped", skips.skipped()},
                      {"data", skips.summary()}};
    session.printLine("wrote " + options.out + ": " + std::to_string(tokenizer->size()) + " pieces from " +
                      humanBytes(static_cast<double>(bytes)) + " of text");
    printSkips(session, skips);
    return done;
}

Exit inspectOne(Session& session, const InspectOptions& options) {
    const auto tokenizer = loadTokenizer(options.path);
    session.result = {{"path", options.path},
                      {"vocab_size", tokenizer->size()},
                      {"bos", tokenizer->bos()},
                      {"eos", tokenizer->eos()},
                      {"unknown", tokenizer->unknown()},
                      {"lossless", tokenizer->lossless()},
                      {"adds_bos", tokenizer->addsBos()},
                      {"ends", tokenizer->ends()},
                      {"hash", tokenizer->hash()},
                      {"notes", tokenizer->notes()}};
    session.printLine(options.path + ": " + std::to_string(tokenizer->size()) + " pieces, BOS " +
                      std::to_string(tokenizer->bos()) + ", EOS " + std::to_string(tokenizer->eos()) + ", unknown " +
                      std::to_string(tokenizer->unknown()) +
                      (tokenizer->lossless() ? ", lossless" : ", normalizes text") +
                      (tokenizer->bos() >= 0 && !tokenizer->addsBos() ? ", text begins without BOS" : ""));
    for (const std::string& note : tokenizer->notes()) session.printLine("  " + note);
    if (options.text.empty()) {
        for (TokenId id = 0; id < std::min(options.pieces, tokenizer->size()); ++id)
            session.printLine(
                "  " + std::to_string(id) + "\t" +
                nlohmann::json(tokenizer->piece(id)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        return done;
    }
    const std::vector<TokenId> ids = tokenizer->encode(options.text);
    nlohmann::ordered_json pieces = nlohmann::ordered_json::array();
    for (const TokenId id : ids) {
        pieces.push_back(tokenizer->piece(id));
        session.printLine(
            "  " + std::to_string(id) + "\t" +
            nlohmann::json(tokenizer->piece(id)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    session.result["token_ids"] = ids;
    session.result["pieces"] = pieces;
    session.result["decoded"] = tokenizer->decode(ids);
    session.printLine(std::to_string(ids.size()) + " tokens for " + std::to_string(options.text.size()) + " bytes");
    return done;
}

}  // namespace

void addTokenizerCommands(Program& program) {
    CLI::App* group = program.group("tokenizer", "Train a tokenizer, or look into one");
    const auto train = std::make_shared<TrainOptions>();
    CLI::App* command = program.command(group, "train", "Train a sentencepiece model on text",
                                        [train](Session& session) { return trainOne(session, *train); });
    command->add_option("--data", train->data, "A file, a folder or builtin:NAME; may be repeated")->required();
    command->add_option("--out", train->out, "The model file to write")->required();
    command->add_option("--vocab-size", train->vocabSize, "Pieces, the 256 bytes among them")->capture_default_str();
    command->add_option("--model", train->model, "bpe or unigram")->capture_default_str();
    command->add_option("--template", train->chatTemplate, "plain, instruction or 2b4t: its marks become pieces")
        ->capture_default_str();

    const auto inspect = std::make_shared<InspectOptions>();
    command = program.command(group, "inspect", "Show a model's pieces, or how it splits a text",
                              [inspect](Session& session) { return inspectOne(session, *inspect); });
    command->add_option("path", inspect->path, "The model file")->required();
    command->add_option("--text", inspect->text, "Split this text");
    command->add_option("--pieces", inspect->pieces, "So many pieces are listed where there is no --text")
        ->capture_default_str();
}

}  // namespace tritlab::cli
