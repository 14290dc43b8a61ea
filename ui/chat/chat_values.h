// What the chat pane and those who answer it speak in.
#pragma once

#include <QElapsedTimer>
#include <QMetaType>
#include <QString>
#include <QStringList>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/data/chat_template.h"
#include "core/infer/chat_session.h"
#include "core/library/trained_lambda.h"

namespace tritlab {

// Whose weights answer.
struct ChatModel {
    QString run;       // id; empty: a model folder
    qint64 step = -1;  // of a checkpoint; -1: the run's newest weights
    QString folder;
    bool fullPrecision = false;  // the shadow weights of a ternary model, dense
    bool operator==(const ChatModel&) const = default;
    [[nodiscard]] bool empty() const { return run.isEmpty() && folder.isEmpty(); }
    // As the store names it: "run:ID", "run:ID@STEP", or the folder.
    [[nodiscard]] QString key() const {
        if (run.isEmpty()) return folder;
        return step < 0 ? "run:" + run : QString("run:%1@%2").arg(run).arg(step);
    }
    static ChatModel fromKey(const QString& key, bool fullPrecision = false) {
        ChatModel model;
        model.fullPrecision = fullPrecision;
        if (!key.startsWith("run:")) {
            model.folder = key;
            return model;
        }
        model.run = key.mid(4).section('@', 0, 0);
        if (key.contains('@')) model.step = key.section('@', 1).toLongLong();
        return model;
    }
};

// A token of an answer with its likeliest alternatives, by the logits as they are.
struct TokenNote {
    QString text;
    float probability = 0;
    std::vector<std::pair<QString, float>> alternatives;
};

struct ChatQuestion {
    int lane = 0;
    ChatModel model;
    qint64 conversation = 0, parent = 0;  // `parent` is answered
    qint64 message = 0;                   // the answer that is gone on with; 0: a new one
    nlohmann::json details;               // of that answer so far
    std::vector<Message> history;         // ends with the question, or with the answer so far
    QElapsedTimer sinceSent;              // the time to the first token counts from the person's key on
    bool raw = false;                     // continue the last question as it stands, without template and history
    ChatTemplateText chatTemplate;        // instead of the model's own; empty: that one
    GenerationOptions options;
};

// What a question would take of the context of the model that it goes to.
struct PromptMeasure {
    int lane = 0;
    qint64 version = 0;        // of what was measured, as the asker counts
    qint64 tokens = 0;         // of the whole conversation, rendered in the model's template
    qint64 needed = 0;         // without the oldest turns that are left out for want of room
    qint64 leftOut = 0;        // messages
    qint64 contextLength = 0;  // 0: the model cannot be read (yet)
    [[nodiscard]] bool fits() const { return needed <= contextLength; }
};

// A question as the model that it goes to would read it.
struct PromptPreview {
    struct Token {
        QString text;
        bool special = false;
    };
    std::vector<Token> tokens;
    QString own;    // the Jinja text that the model brings, or that says what it was trained with; empty: plain text
    QString note;   // what a person has to know of how the template was found
    QString error;  // why there are no tokens
};

// What came since the last piece.
struct ChatPiece {
    QString text;
    std::vector<TokenNote> notes;
    int tokens = 0;  // so far
    double tokensPerSecond = 0;
};

struct LoadedModel {
    QString name, templateName;  // name: of the folder, "step-00001300"
    qint64 contextLength = 0;
    ChatModel model;                       // as it was asked for
    std::optional<TrainedLambda> trained;  // where it was trained below lambda 1
    QStringList notes;                     // what is odd about it and was passed over
};

struct ChatAnswer {
    qint64 conversation = 0, message = 0;
    QString text;            // whole, with what was begun
    nlohmann::json details;  // as stored
};

}  // namespace tritlab

Q_DECLARE_METATYPE(tritlab::ChatPiece)
Q_DECLARE_METATYPE(tritlab::LoadedModel)
Q_DECLARE_METATYPE(tritlab::PromptMeasure)
Q_DECLARE_METATYPE(tritlab::ChatAnswer)
