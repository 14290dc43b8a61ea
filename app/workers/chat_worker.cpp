#include "app/workers/chat_worker.h"

#include <QElapsedTimer>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/base/error.h"
#include "core/store/store_writer.h"

namespace tritlab {

namespace fs = std::filesystem;

namespace {

// Names one state of a model folder: a snapshot or checkpoint is always written as a whole, with a fresh config.json.
struct FolderState {
    fs::path folder;
    fs::file_time_type written;
    bool operator==(const FolderState&) const = default;
};

FolderState stateOf(const fs::path& folder) {
    std::error_code error;
    const auto written = fs::last_write_time(folder / "config.json", error);
    return {folder, error ? fs::file_time_type() : written};
}

}  // namespace

// Lives on the chat thread and owns the session, which is kept while its folder stays as it is.
struct ChatWorker::Hand : public QObject {
    Hand(const Workspace& place, std::shared_ptr<StoreWriter> storeWriter, ChatWorker* worker)
        : workspace(place), writer(std::move(storeWriter)), owner(worker) {}

    std::optional<FolderState> latest(const std::string& run) const {
        try {
            return stateOf(latestModelFolder(workspace, run));
        } catch (const Error&) {
            return std::nullopt;  // none yet
        }
    }

    fs::path modelFolder(const ChatQuestion& question, const StopToken& stop) {
        if (question.run.empty()) return question.folder;
        if (question.training) {
            const auto before = latest(question.run);
            writer->sendCommand(question.run, RunCommand::Snapshot);
            Q_EMIT owner->status(before ? tr("packing the latest weights…") : tr("waiting for the first weights…"));
            // A trainer answers between two micro-batches. Without older weights there is nothing else to answer with.
            QElapsedTimer waited;
            waited.start();
            while (!stop.stopRequested() && waited.elapsed() < (before ? 10000 : 120000)) {
                const auto now = latest(question.run);
                if (now && now != before) return now->folder;
                QThread::msleep(50);
            }
        }
        return latestModelFolder(workspace, question.run);
    }

    // The conversation without its oldest turns, as far as the context needs room for them and the answer.
    std::vector<Message> fitting(const ChatQuestion& question) {
        std::vector<Message> messages = question.history;
        messages.push_back({Role::User, question.text});
        const ModelDescription& model = session->description();
        const std::int64_t room = model.config.contextLength - std::min(question.options.maxTokens, model.config.contextLength / 2);
        const auto tooLong = [&] {
            return static_cast<std::int64_t>(renderPrompt(model.chatTemplate, messages, session->tokenizer()).size()) > room;
        };
        std::size_t left = 0;
        while (messages.size() > 1 && tooLong()) {
            const std::size_t turn = messages.front().role == Role::User && messages.size() > 2 ? 2 : 1;
            messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(turn));
            left += turn;
        }
        if (left > 0 && !question.raw) {
            Q_EMIT owner->status(tr("the context of %1 tokens is short: the oldest %2 messages are left out")
                                     .arg(model.config.contextLength)
                                     .arg(left));
        }
        return messages;
    }

    void answer(const ChatQuestion& question, const StopToken& stop) {
        try {
            const std::string model = question.run.empty() ? question.folder : "run:" + question.run;
            const std::string title = question.text.substr(0, question.text.find('\n')).substr(0, 60);
            const std::int64_t conversation =
                question.conversation != 0 ? question.conversation : writer->createConversation(title, model);
            const std::int64_t asked = writer->addMessage(conversation, question.parent, "user", question.text);
            Q_EMIT owner->began(conversation, asked);
            const fs::path folder = modelFolder(question, stop);
            const FolderState state = stateOf(folder);
            if (!session || loaded != state) {
                Q_EMIT owner->status(tr("loading the weights…"));
                session.reset();
                session = std::make_unique<ChatSession>(folder, question.training ? 1 : 0);
                loaded = state;
            }
            Q_EMIT owner->status(tr("answering with %1").arg(QString::fromStdString(folder.filename().string())));
            const std::int64_t stored = writer->addMessage(conversation, asked, "assistant", "");
            std::string text;
            QElapsedTimer sinceStored;
            sinceStored.start();
            const auto onToken = [&](const GeneratedToken& each) {
                text += each.text;
                Q_EMIT owner->token(QString::fromStdString(each.text));
                if (sinceStored.elapsed() > 500) {
                    writer->updateMessage(stored, text, {{"partial", true}});
                    sinceStored.restart();
                }
            };
            const std::vector<Message> messages = fitting(question);
            ChatAnswer answer;
            answer.conversation = conversation;
            answer.message = stored;
            answer.result = question.raw ? session->complete(question.text, question.options, onToken, stop)
                                         : session->answer(messages, question.options, onToken, stop);
            writer->updateMessage(stored, answer.result.text,
                                  {{"tokens", answer.result.tokens.size()},
                                   {"tokens_per_second", answer.result.tokensPerSecond},
                                   {"first_token_ms", answer.result.firstTokenSeconds * 1000},
                                   {"reason", stopReasonKey(answer.result.reason)},
                                   {"weights", folder.filename().string()},
                                   {"temperature", question.options.sampling.temperature},
                                   {"top_k", question.options.sampling.topK},
                                   {"top_p", question.options.sampling.topP},
                                   {"seed", question.options.sampling.seed},
                                   {"raw", question.raw}});
            Q_EMIT owner->answered(answer);
        } catch (const std::exception& error) {
            Q_EMIT owner->failed(QString::fromStdString(error.what()));
        }
        QMetaObject::invokeMethod(owner, [owner = owner] { owner->busy_ = false; }, Qt::QueuedConnection);
    }

    Workspace workspace;
    std::shared_ptr<StoreWriter> writer;
    ChatWorker* owner;
    std::unique_ptr<ChatSession> session;
    FolderState loaded;
};

ChatWorker::ChatWorker(const Workspace& workspace, std::shared_ptr<StoreWriter> writer, QObject* parent)
    : QObject(parent), hand_(new Hand(workspace, std::move(writer), this)) {
    qRegisterMetaType<tritlab::ChatAnswer>("tritlab::ChatAnswer");
    hand_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, hand_, &QObject::deleteLater);
    thread_.setObjectName("chat");
    thread_.start();
}

ChatWorker::~ChatWorker() {
    stop();
    thread_.quit();
    thread_.wait();
}

void ChatWorker::ask(const ChatQuestion& question) {
    if (busy_) return;
    busy_ = true;
    stop_ = StopToken();
    QMetaObject::invokeMethod(
        hand_, [hand = hand_, question, stop = stop_] { hand->answer(question, stop); }, Qt::QueuedConnection);
}

}  // namespace tritlab
