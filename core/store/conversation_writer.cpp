// What chats write: conversations, their messages as a tree, the branch that is shown, a trash for both.
#include "core/base/error.h"
#include "core/store/record_events.h"
#include "core/store/store_writer.h"
#include "core/store/writer_impl.h"

namespace tritlab {
namespace {

std::string jsonText(const nlohmann::json& value) {
    return (value.is_null() ? nlohmann::json::object() : value)
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void requireConversation(Database& database, std::int64_t conversation) {
    if (database.changes() == 0)
        throw Error("no such conversation", std::to_string(conversation), "List the conversations");
}

std::int64_t insertConversation(Database& database, const std::string& title, const std::string& model,
                                const nlohmann::json& settings) {
    const std::int64_t now = nowMilliseconds();
    Query(database, "INSERT INTO conversation (title, model, settings, created_ms, changed_ms) VALUES (?, ?, ?, ?, ?)",
          title, model, jsonText(settings), now, now)
        .run();
    return database.lastRowId();
}

std::int64_t insertMessage(Database& database, const NewMessage& message) {
    const std::int64_t now = nowMilliseconds(), conversation = message.conversation, parent = message.parent;
    Query(database, "UPDATE conversation SET changed_ms = ? WHERE id = ?", now, conversation).run();
    requireConversation(database, conversation);
    if (Query row(database, "SELECT 1 FROM message WHERE id = ? AND conversation = ?", parent, conversation);
        parent != 0 && !row.next())
        throw Error("the message to be answered is not in this conversation", std::to_string(parent));
    Query insert(database,
                 "INSERT INTO message (conversation, time_ms, role, text, details, parent) VALUES (?, ?, ?, ?, ?, ?)",
                 conversation, now, message.role, message.text, jsonText(message.details));
    if (parent == 0) insert.bindNull();
    else insert.bind(parent);
    insert.run();
    const std::int64_t id = database.lastRowId();
    Query(database, "UPDATE conversation SET head = ? WHERE id = ?", id, conversation).run();
    return id;
}

void changeMessage(Database& database, std::int64_t message, const std::string& text, const std::string& details) {
    Query(database, "UPDATE message SET text = ?, details = ? WHERE id = ?", text, details, message).run();
    if (database.changes() == 0) throw Error("no such message", std::to_string(message));
    Query(database, "UPDATE conversation SET changed_ms = ? WHERE id = (SELECT conversation FROM message WHERE id = ?)",
          nowMilliseconds(), message)
        .run();
    touch(database, 0);
}

}  // namespace

std::int64_t StoreWriter::createConversation(const std::string& title, const std::string& model,
                                             const nlohmann::json& settings) {
    std::int64_t id = 0;
    impl_->queue.call([&](Database& database) {
        id = insertConversation(database, title, model, settings);
        touch(database, 0);
    });
    return id;
}

std::int64_t StoreWriter::addMessage(std::int64_t conversation, std::int64_t parent, const std::string& role,
                                     const std::string& text, const nlohmann::json& details) {
    return addMessages({{conversation, parent, role, text, details, {}, {}, {}}}).front().message;
}

std::vector<AddedMessage> StoreWriter::addMessages(const std::vector<NewMessage>& messages) {
    std::vector<AddedMessage> added;
    impl_->queue.call([&](Database& database) {
        added.clear();
        for (NewMessage message : messages) {
            if (message.conversation == 0)
                message.conversation = insertConversation(database, message.title, message.model, message.settings);
            const std::int64_t id = insertMessage(database, message);
            added.push_back({message.conversation, id});
        }
        touch(database, 0);
    });
    return added;
}

void StoreWriter::updateMessage(std::int64_t message, const std::string& text, const nlohmann::json& details) {
    impl_->queue.call([&](Database& database) { changeMessage(database, message, text, jsonText(details)); });
}

void StoreWriter::updateMessageSoon(std::int64_t message, const std::string& text, const nlohmann::json& details) {
    impl_->queue.add(
        std::make_shared<DetachedJob>(impl_->queue, [message, text, details = jsonText(details)](Database& database) {
            changeMessage(database, message, text, details);
        }));
}

void StoreWriter::renameConversation(std::int64_t conversation, const std::string& title) {
    impl_->queue.call([&](Database& database) {
        Query(database, "UPDATE conversation SET title = ?, changed_ms = ? WHERE id = ?", title, nowMilliseconds(),
              conversation)
            .run();
        requireConversation(database, conversation);
        touch(database, 0);
    });
}

void StoreWriter::setConversationModel(std::int64_t conversation, const std::string& model,
                                       const nlohmann::json& settings) {
    impl_->queue.call([&](Database& database) {
        Query(database, "UPDATE conversation SET model = ?, settings = ? WHERE id = ?", model, jsonText(settings),
              conversation)
            .run();
        requireConversation(database, conversation);
        touch(database, 0);
    });
}

void StoreWriter::setConversationHead(std::int64_t conversation, std::int64_t message) {
    impl_->queue.call([&](Database& database) {
        if (Query row(database, "SELECT 1 FROM message WHERE id = ? AND conversation = ?", message, conversation);
            message != 0 && !row.next())
            throw Error("the message is not in this conversation", std::to_string(message));
        Query(database, "UPDATE conversation SET head = ? WHERE id = ?", message, conversation).run();
        requireConversation(database, conversation);
        touch(database, 0);
    });
}

void StoreWriter::trashConversation(std::int64_t conversation, bool trashed) {
    impl_->queue.call([&](Database& database) {
        Query(database, "UPDATE conversation SET trashed_ms = ? WHERE id = ?", trashed ? nowMilliseconds() : 0,
              conversation)
            .run();
        requireConversation(database, conversation);
        touch(database, 0);
    });
}

// The moment marks what went together: what was in the trash before stays there when the rest comes back.
void StoreWriter::trashMessage(std::int64_t message, bool trashed) {
    impl_->queue.call([&](Database& database) {
        std::int64_t since = 0;
        {
            Query row(database, "SELECT trashed_ms FROM message WHERE id = ?", message);
            if (!row.next()) throw Error("no such message", std::to_string(message));
            since = row.integer(0);
        }
        if ((since != 0) == trashed) return;
        Query(database,
              "WITH RECURSIVE branch (id) AS (SELECT ?1 UNION ALL SELECT message.id FROM message JOIN branch ON parent "
              "= branch.id)"
              " UPDATE message SET trashed_ms = ?2 WHERE id IN (SELECT id FROM branch) AND trashed_ms = ?3",
              message, trashed ? nowMilliseconds() : 0, since)
            .run();
        touch(database, 0);
    });
}

void StoreWriter::deleteConversation(std::int64_t conversation) {
    impl_->queue.call([&](Database& database) {
        Query(database, "DELETE FROM conversation WHERE id = ?", conversation).run();
        requireConversation(database, conversation);
        touch(database, 0);
    });
}

}  // namespace tritlab
