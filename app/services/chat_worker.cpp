#include "app/services/chat_worker.h"

#include <QElapsedTimer>
#include <algorithm>
#include <optional>

#include "app/services/chat_models.h"
#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/library/model_notes.h"
#include "core/store/store_writer.h"
#include "ui/chat/token_notes.h"

namespace tritlab {

namespace {

constexpr int pieceMs = 25;   // between two pieces that the window draws
constexpr int storeMs = 300;  // between two states of a growing answer in the store

QString templateLabel(const ChatFormat& format) {
    if (!format.text().source.empty())
        return ChatWorker::tr("Jinja, from %1").arg(QString::fromStdString(format.name()));
    switch (format.trained()) {
        case Template::Instruction: return ChatWorker::tr("### Instruction");
        case Template::B2B4T: return ChatWorker::tr("User: … Assistant: (2B4T)");
        case Template::Plain: break;
    }
    return ChatWorker::tr("plain text");
}

std::int64_t promptLength(const ReadableModel& model, const std::vector<Message>& messages) {
    return static_cast<std::int64_t>(model.format->prompt(messages, *model.tokenizer).size());
}

// The template that was chosen for the question, else the model's.
ChatFormat formatFor(const ChatQuestion& question, const std::filesystem::path& folder,
                     const ModelDescription& description) {
    return question.chatTemplate.source.empty() ? chatFormatOf(folder, description) : ChatFormat(question.chatTemplate);
}

// The conversation without its oldest turns, as far as the context needs room for it and the answer. The system prompt
// and the last question stay. Gives how many messages were left out.
std::size_t shorten(const ReadableModel& model, std::vector<Message>& messages, std::int64_t maxTokens) {
    const std::int64_t context = model.description->config.contextLength;
    const std::int64_t room = context - std::min(maxTokens, context / 2);
    const std::size_t first = !messages.empty() && messages.front().role == Role::System ? 1 : 0;
    std::size_t left = 0;
    while (promptLength(model, messages) > room) {
        // What stays at the end: the question, and the answer that is begun.
        const std::size_t end =
            messages.size() - (messages.back().role == Role::Assistant && messages.size() > 1 ? 2 : 1);
        if (first >= end) break;
        messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(first));
        ++left;
        while (first < messages.size() - 1 && messages[first].role == Role::Assistant) {
            messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(first));
            ++left;
        }
    }
    return left;
}

std::string rawPrompt(const std::vector<Message>& messages) {
    const bool begun = !messages.empty() && messages.back().role == Role::Assistant;
    std::string text;
    for (const Message& message : messages)
        if (message.role == Role::User) text = message.text;
    return begun ? text + messages.back().text : text;
}

nlohmann::json samplingJson(const SamplingOptions& sampling) {
    return {{"temperature", sampling.temperature},
            {"top_k", sampling.topK},
            {"top_p", sampling.topP},
            {"min_p", sampling.minP},
            {"repetition_penalty", sampling.repetitionPenalty},
            {"seed", sampling.seed}};
}

}  // namespace

struct ChatWorker::Worker {
    Worker(const Workspace& home, std::shared_ptr<StoreWriter> storeWriter, ChatWorker* worker)
        : writer(storeWriter), owner(worker), workspace(home), models(home, std::move(storeWriter)) {}

    // What answers, and what of it was trained as another model. A snapshot's evaluations are the run's.
    LoadedModel told(const ChatModel& model, const ChatModels::Open& open) const {
        const ModelDescription& description = open.session->description();
        LoadedModel told{QString::fromStdString(open.folder.filename().string()),
                         templateLabel(open.session->format()),
                         description.config.contextLength,
                         model,
                         {},
                         {}};
        told.trained = trainedBelowOne(open.folder, description);
        for (const std::string& note : modelNotes(open.folder, description, open.session->tokenizer()))
            told.notes += QString::fromStdString(note);
        if (told.trained && !told.trained->evaluation && !model.run.isEmpty())
            told.trained =
                trainedBelowOne(open.folder, description, RunStore(workspace).evaluations(model.run.toStdString()));
        return told;
    }

    // One answer as it grows: what the window draws and what the store keeps.
    struct Growing {
        const ChatQuestion& question;
        qint64 message = 0;
        std::string begun, text;
        std::vector<TokenNote> notes;
        ChatPiece piece;
        int tokens = 0;
        double firstTokenMs = 0;  // from the sending on: storing, waiting for weights and loading them included
        QElapsedTimer sinceFirst, sincePiece, sinceStored;
    };

    void sendPiece(Growing& growing) {
        growing.piece.tokens = growing.tokens;
        const double seconds = static_cast<double>(growing.sinceFirst.nsecsElapsed()) * 1e-9;
        growing.piece.tokensPerSecond = growing.tokens > 1 && seconds > 0 ? (growing.tokens - 1) / seconds : 0;
        Q_EMIT owner->piece(growing.question.lane, growing.piece);
        growing.piece = {};
        growing.sincePiece.restart();
    }

    void onToken(Growing& growing, const GeneratedToken& token, const Tokenizer& tokenizer) {
        if (!growing.sinceFirst.isValid()) {
            growing.sinceFirst.start();
            growing.firstTokenMs = static_cast<double>(growing.question.sinceSent.nsecsElapsed()) * 1e-6;
        }
        if (token.id >= 0) ++growing.tokens;
        growing.text += token.text;
        growing.piece.text += QString::fromStdString(token.text);
        if (growing.question.options.alternatives > 0) {
            growing.piece.notes.push_back(noteOf(token, tokenizer));
            growing.notes.push_back(growing.piece.notes.back());
        }
        if (growing.tokens == 1 || growing.sincePiece.elapsed() >= pieceMs) sendPiece(growing);
        if (growing.sinceStored.elapsed() >= storeMs) {
            nlohmann::json details =
                growing.question.details.is_object() ? growing.question.details : nlohmann::json::object();
            details["partial"] = true;
            writer->updateMessageSoon(growing.message, growing.begun + growing.text, details);
            growing.sinceStored.restart();
        }
    }

    nlohmann::json detailsOf(const Growing& growing, const GenerationResult& result, const std::string& weights,
                             std::size_t left) {
        const ChatQuestion& question = growing.question;
        nlohmann::json details = question.details.is_object() ? question.details : nlohmann::json::object();
        const std::int64_t before = question.message != 0 ? details.value("tokens", std::int64_t{0}) : 0;
        details.erase("partial");
        details.erase("error");
        details["tokens"] = before + static_cast<std::int64_t>(result.tokens.size());
        details["tokens_per_second"] = result.tokensPerSecond;
        details["first_token_ms"] = growing.firstTokenMs;
        details["prompt_tokens_per_second"] = result.promptTokensPerSecond;
        details["reason"] = stopReasonKey(result.reason);
        details["weights"] = weights;
        details["model"] = question.model.key().toStdString();
        details["precision"] = question.model.fullPrecision ? "full" : "packed";
        details["sampling"] = samplingJson(question.options.sampling);
        details["raw"] = question.raw;
        details["context_used"] = result.contextUsed;
        details["context_length"] = result.contextLength;
        if (left > 0) details["left_out"] = left;
        if (question.options.alternatives > 0 &&
            (question.message == 0 || details.contains("probabilities") || growing.begun.empty())) {
            nlohmann::json all = details.value("probabilities", nlohmann::json::array());
            for (const auto& each : notesToJson(growing.notes)) all.push_back(each);
            details["probabilities"] = std::move(all);
        } else {
            details.erase("probabilities");  // they would tell of a part only
        }
        return details;
    }

    // Gives the answer its place: what is said from here on is never lost without a trace.
    void place(Growing& growing) {
        const ChatQuestion& question = growing.question;
        growing.message = question.message;
        if (growing.message == 0)
            growing.message = writer->addMessage(question.conversation, question.parent, "assistant", "",
                                                 {{"partial", true}, {"model", question.model.key().toStdString()}});
        else if (!question.history.empty() && question.history.back().role == Role::Assistant)
            growing.begun = question.history.back().text;
        Q_EMIT owner->began(question.lane, growing.message);
    }

    void answer(const ChatQuestion& question, bool training, const StopToken& stop) {
        Growing growing{question, 0, {}, {}, {}, {}, 0, 0, {}, {}, {}};
        try {
            if (stop.stopRequested())
                throw Error("stopped before it was answered", "question", "Ask again when you like");
            const auto open = models.open(question.model, training, stop,
                                          [&](const QString& text) { Q_EMIT owner->status(question.lane, text); });
            ChatSession& session = *open.session;
            const std::string weights = open.folder.filename().string();
            Q_EMIT owner->loaded(question.lane, told(question.model, open));
            place(growing);
            growing.sincePiece.start();
            growing.sinceStored.start();
            std::vector<Message> messages = question.history;
            const auto take = [&](const GeneratedToken& token) { onToken(growing, token, session.tokenizer()); };
            std::size_t left = 0;
            GenerationResult result;
            if (question.raw) {
                result = session.complete(rawPrompt(messages), question.options, take, stop);
            } else {
                session.setFormat(formatFor(question, open.folder, session.description()));
                left = shorten({&session.description(), &session.tokenizer(), &session.format()}, messages,
                               question.options.maxTokens);
                result = session.answer(messages, question.options, take, stop);
            }
            sendPiece(growing);
            ChatAnswer answer{question.conversation, growing.message,
                              QString::fromStdString(growing.begun + result.text),
                              detailsOf(growing, result, weights, left)};
            writer->updateMessage(growing.message, growing.begun + result.text, answer.details);
            Q_EMIT owner->answered(question.lane, answer);
        } catch (const std::exception& error) {
            fail(growing, error.what());
        }
    }

    void fail(const Growing& growing, const std::string& why) {
        if (growing.message != 0) {
            try {
                nlohmann::json details =
                    growing.question.details.is_object() ? growing.question.details : nlohmann::json::object();
                details["error"] = why;
                writer->updateMessage(growing.message, growing.begun + growing.text, details);
            } catch (const std::exception& error) {
                Q_EMIT owner->failed(growing.question.lane,
                                     ChatWorker::tr("%1 (and the answer could not be stored: %2)")
                                         .arg(QString::fromStdString(why), QString::fromStdString(error.what())));
                return;
            }
        }
        Q_EMIT owner->failed(growing.question.lane, QString::fromStdString(why));
    }

    // As answer() would ask it. A model that cannot be read has no length: it tells why when it is asked.
    PromptMeasure measure(const ChatQuestion& question) {
        PromptMeasure measure;
        measure.lane = question.lane;
        try {
            ReadableModel model = models.readable(question.model);
            const std::optional<ChatFormat> chosen =
                question.chatTemplate.source.empty() ? std::nullopt : std::optional<ChatFormat>(question.chatTemplate);
            if (chosen) model.format = &*chosen;
            std::vector<Message> messages = question.history;
            if (question.raw) {
                measure.tokens = measure.needed =
                    static_cast<qint64>(model.tokenizer->encode(rawPrompt(messages)).size()) +
                    (model.tokenizer->bos() >= 0 ? 1 : 0);
            } else {
                measure.tokens = promptLength(model, messages);
                measure.leftOut = static_cast<qint64>(shorten(model, messages, question.options.maxTokens));
                measure.needed = promptLength(model, messages);
            }
            measure.contextLength = model.description->config.contextLength;
        } catch (const std::exception&) {
            measure.contextLength = 0;
        }
        return measure;
    }

    PromptPreview preview(const ChatQuestion& question) {
        PromptPreview preview;
        try {
            const ReadableModel model = models.readable(question.model);
            const ChatFormat& own = *model.format;
            preview.own =
                QString::fromStdString(own.text().source.empty() ? jinjaTemplate(own.trained()) : own.text().source);
            const bool chosen = !question.chatTemplate.source.empty();
            if (!chosen) preview.note = QString::fromStdString(own.note());
            const ChatFormat format = chosen ? ChatFormat(question.chatTemplate) : own;
            for (const TokenId id : format.prompt(question.history, *model.tokenizer)) {
                const auto& specials = model.tokenizer->specials();
                const auto special =
                    std::ranges::find_if(specials, [id](const auto& entry) { return entry.second.id == id; });
                const bool found = special != specials.end();
                preview.tokens.push_back(
                    {QString::fromStdString(found ? special->first : repairUtf8(model.tokenizer->piece(id))), found});
            }
        } catch (const std::exception& error) {
            preview.error = QString::fromStdString(error.what());
        }
        return preview;
    }

    // A model that cannot be loaded tells so when it is asked.
    void prepare(int lane, const ChatModel& model, bool training, const StopToken& stop) {
        try {
            Q_EMIT owner->prepared(lane, told(model, models.open(model, training, stop, [](const QString&) {})));
        } catch (const std::exception& error) {
            Q_EMIT owner->status(lane, QString::fromStdString(error.what()));
        }
    }

    std::shared_ptr<StoreWriter> writer;
    ChatWorker* owner;
    Workspace workspace;
    ChatModels models;
};

ChatWorker::ChatWorker(const Workspace& workspace, std::shared_ptr<StoreWriter> writer, QObject* parent)
    : QObject(parent), worker_(std::make_unique<Worker>(workspace, std::move(writer), this)),
      thread_("chat", TaskThread::AtEnd::Drain) {
    qRegisterMetaType<ChatPiece>();
    qRegisterMetaType<LoadedModel>();
    qRegisterMetaType<ChatAnswer>();
    qRegisterMetaType<PromptMeasure>();
}

ChatWorker::~ChatWorker() { stop(); }

void ChatWorker::ask(const ChatQuestion& question, bool training) {
    if (stop_.stopRequested()) stop_ = StopToken();
    thread_.post(
        this, [worker = worker_.get(), question, training, stop = stop_] { worker->answer(question, training, stop); },
        [] {});
}

void ChatWorker::prepare(int lane, const ChatModel& model, bool training) {
    if (busy()) return;
    if (stop_.stopRequested()) stop_ = StopToken();
    thread_.post(
        this,
        [worker = worker_.get(), lane, model, training, stop = stop_] { worker->prepare(lane, model, training, stop); },
        [] {});
}

void ChatWorker::measure(const ChatQuestion& question, qint64 version) {
    const auto found = std::make_shared<PromptMeasure>();
    thread_.post(
        this, [worker = worker_.get(), question, found] { *found = worker->measure(question); },
        [this, found, version] {
            found->version = version;
            Q_EMIT measured(*found);
        });
}

void ChatWorker::preview(const ChatQuestion& question, std::function<void(const PromptPreview&)> done) {
    const auto found = std::make_shared<PromptPreview>();
    thread_.post(
        this, [worker = worker_.get(), question, found] { *found = worker->preview(question); },
        [found, done = std::move(done)] { done(*found); });
}

void ChatWorker::stop() { stop_.requestStop(); }

}  // namespace tritlab
