#include "ui/chat/chat_items.h"

#include <QCoreApplication>
#include <QDateTime>
#include <algorithm>

#include "ui/chat/token_notes.h"

namespace tritlab {

namespace {

struct ChatItems {
    Q_DECLARE_TR_FUNCTIONS(tritlab::ChatItems)
};

QString textAt(const nlohmann::json& details, const char* key) {
    return details.is_object() && details.contains(key) && details[key].is_string()
               ? QString::fromStdString(details[key].get<std::string>())
               : QString();
}

double numberAt(const nlohmann::json& details, const char* key) {
    return details.is_object() && details.contains(key) && details[key].is_number() ? details[key].get<double>() : 0;
}

bool isSet(const nlohmann::json& details, const char* key) {
    return details.is_object() && details.contains(key) && details[key].is_boolean() && details[key].get<bool>();
}

QString nameOf(const std::string& role) {
    return role == "assistant" ? ChatItems::tr("Model")
           : role == "system"  ? ChatItems::tr("System")
                               : ChatItems::tr("You");
}

QString warningOf(const StoredMessage& message) {
    const QString error = textAt(message.details, "error");
    if (!error.isEmpty()) return error;
    if (isSet(message.details, "partial"))
        return ChatItems::tr(
            "This answer was cut off: the program ended while it was written. Continue goes on with it.");
    if (textAt(message.details, "reason") == "context_full")
        return message.text.empty()
                   ? ChatItems::tr(
                         "The question fills the whole context: there is no room for an answer. Make it shorter.")
                   : ChatItems::tr("The context is full here. Begin a new conversation, or ask for fewer tokens.");
    return {};
}

}  // namespace

QString figuresOf(const nlohmann::json& details) {
    QStringList parts;
    if (isSet(details, "edited")) parts << ChatItems::tr("edited by hand");
    if (const double tokens = numberAt(details, "tokens"); tokens > 0)
        parts << ChatItems::tr("%n token(s)", nullptr, static_cast<int>(tokens));
    if (const double speed = numberAt(details, "tokens_per_second"); speed > 0)
        parts << ChatItems::tr("%1 tok/s").arg(speed, 0, 'f', speed < 100 ? 1 : 0);
    if (const double first = numberAt(details, "first_token_ms"); first > 0)
        parts << ChatItems::tr("first after %1 ms").arg(first, 0, 'f', first < 10 ? 1 : 0);
    if (const QString weights = textAt(details, "weights"); !weights.isEmpty())
        parts << (textAt(details, "precision") == "full" ? ChatItems::tr("%1, full precision").arg(weights) : weights);
    if (textAt(details, "reason") == "stopped") parts << ChatItems::tr("stopped");
    if (textAt(details, "reason") == "max_tokens") parts << ChatItems::tr("most tokens reached");
    if (const double left = numberAt(details, "left_out"); left > 0)
        parts << ChatItems::tr("%n old message(s) did not fit into the context", nullptr, static_cast<int>(left));
    return parts.join(QString::fromUtf8(" · "));
}

TranscriptView::Item itemOf(const ConversationTree& tree, const StoredMessage& message) {
    TranscriptView::Item item;
    item.id = message.id;
    item.role = message.role == "assistant" ? Role::Assistant : message.role == "system" ? Role::System : Role::User;
    item.name = nameOf(message.role);
    item.text = QString::fromStdString(message.text);
    if (item.role == Role::Assistant) {
        item.info = figuresOf(message.details);
        item.warning = warningOf(message);
        if (message.details.is_object() && message.details.contains("probabilities"))
            item.notes = notesFromJson(message.details["probabilities"]);
    }
    const auto siblings = tree.siblings(message.id);
    item.branches = static_cast<int>(siblings.size());
    item.branch = static_cast<int>(std::find(siblings.begin(), siblings.end(), message.id) - siblings.begin());
    item.answered = tree.head() != message.id;
    return item;
}

std::vector<TranscriptView::Item> itemsOf(const ConversationTree& tree) {
    std::vector<TranscriptView::Item> items;
    for (const StoredMessage* message : tree.path()) items.push_back(itemOf(tree, *message));
    return items;
}

std::string exported(const Conversation& conversation, const ConversationTree& tree,
                     const std::vector<StoredMessage>& messages, ConversationFormat format) {
    if (format == ConversationFormat::Json) {
        nlohmann::ordered_json list = nlohmann::ordered_json::array();
        for (const StoredMessage& each : messages)
            if (each.trashedMs == 0)
                list.push_back({{"id", each.id},
                                {"parent", each.parent},
                                {"time_ms", each.timeMs},
                                {"role", each.role},
                                {"text", each.text},
                                {"details", each.details}});
        const nlohmann::ordered_json whole = {
            {"title", conversation.title},       {"model", conversation.model}, {"created_ms", conversation.createdMs},
            {"settings", conversation.settings}, {"head", tree.head()},         {"messages", list}};
        return whole.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    }
    const bool markdown = format == ConversationFormat::Markdown;
    std::string text = (markdown ? "# " : "") + conversation.title + "\n\n" + conversation.model + ", " +
                       QDateTime::fromMSecsSinceEpoch(conversation.createdMs).toString(Qt::ISODate).toStdString() +
                       "\n";
    const auto part = [&](const std::string& name, const std::string& body) {
        text += markdown ? "\n## " + name + "\n\n" + body + "\n" : "\n" + name + ":\n" + body + "\n";
    };
    if (conversation.settings.is_object() && conversation.settings.value("system", std::string()) != "")
        part(nameOf("system").toStdString(), conversation.settings["system"].get<std::string>());
    for (const StoredMessage* each : tree.path()) part(nameOf(each->role).toStdString(), each->text);
    return text;
}

}  // namespace tritlab
