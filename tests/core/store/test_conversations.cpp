// Conversations in the store: heads, the trash of branches, search.
#include <QTest>

#include "core/base/error.h"
#include "core/store/run_store.h"
#include "store_fixture.h"

using namespace tritlab;

class TestConversations : public QObject {
    Q_OBJECT

    // Ids of the messages that are not in the trash.
    static std::vector<std::int64_t> shown(RunStore& store, std::int64_t conversation) {
        std::vector<std::int64_t> ids;
        for (const StoredMessage& message : store.messages(conversation))
            if (message.trashedMs == 0) ids.push_back(message.id);
        return ids;
    }
    static std::vector<std::string> titles(const std::vector<Conversation>& list) {
        std::vector<std::string> names;
        for (const Conversation& each : list) names.push_back(each.title);
        return names;
    }

private Q_SLOTS:
    void theNewestMessageIsTheHeadUntilAnotherIsChosen() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const auto id = writer.createConversation("c", "m"), other = writer.createConversation("d", "m");
        QCOMPARE(store.conversation(id)->head, 0);
        const auto question = writer.addMessage(id, 0, "user", "q"),
                   first = writer.addMessage(id, question, "assistant", "1");
        const auto second = writer.addMessage(id, question, "assistant", "2");
        QCOMPARE(store.conversation(id)->head, second);
        writer.setConversationHead(id, first);
        QCOMPARE(store.conversation(id)->head, first);
        QVERIFY_THROWS_EXCEPTION(Error, writer.setConversationHead(other, first));
        writer.setConversationModel(id, "run:r", {{"system", "Be brief."}});
        QCOMPARE(store.conversation(id)->model, std::string("run:r"));
        QCOMPARE(store.conversation(id)->settings.at("system").get<std::string>(), std::string("Be brief."));
        QVERIFY(!store.conversation(999));
    }

    void aBranchGoesToTheTrashAndComesBackAsItWas() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const auto id = writer.createConversation("c", "m");
        const auto question = writer.addMessage(id, 0, "user", "q"),
                   answer = writer.addMessage(id, question, "assistant", "a");
        const auto next = writer.addMessage(id, answer, "user", "q2"),
                   last = writer.addMessage(id, next, "assistant", "a2");
        const auto sibling = writer.addMessage(id, question, "assistant", "b");
        writer.trashMessage(last, true);
        QTest::qWait(5);  // another moment
        writer.trashMessage(answer, true);
        QVERIFY((shown(store, id) == std::vector<std::int64_t>{question, sibling}));
        writer.trashMessage(answer, true);  // twice is once
        writer.trashMessage(answer, false);
        // `last` went before
        QVERIFY((shown(store, id) == std::vector<std::int64_t>{question, answer, next, sibling}));
        writer.trashMessage(last, false);
        QCOMPARE(shown(store, id).size(), std::size_t{5});
        QVERIFY_THROWS_EXCEPTION(Error, writer.trashMessage(999, true));
        writer.trashConversation(id, true);
        QVERIFY(store.conversations().empty() && store.conversation(id));
        writer.trashConversation(id, false);
        QCOMPARE(store.conversations().size(), std::size_t{1});
    }

    void searchFindsWordsInTitlesAndMessages() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const auto heaven = writer.createConversation("Heaven and earth", "m"),
                   sums = writer.createConversation("Sums", "m");
        const auto question = writer.addMessage(heaven, 0, "user", "Who made the FIRMAMENT?");
        writer.addMessage(sums, 0, "user", "What is 100%_ of 7\\2?");
        QVERIFY((titles(store.conversations({"firmament"})) == std::vector<std::string>{"Heaven and earth"}));
        QCOMPARE(store.conversations({"firmament"}).front().found, std::string("Who made the FIRMAMENT?"));
        QVERIFY(store.conversations({"heaven"}).front().found.empty());  // the title says it
        QVERIFY((titles(store.conversations({"earth", "made"})) == std::vector<std::string>{"Heaven and earth"}));
        QVERIFY(store.conversations({"earth", "sum"}).empty());
        // Signs that LIKE reads otherwise are letters like any.
        QCOMPARE(store.conversations({"100%_"}).size(), std::size_t{1});
        QCOMPARE(store.conversations({"7\\2"}).size(), std::size_t{1});
        QVERIFY(store.conversations({"1_0"}).empty() && store.conversations({"W%t"}).empty());
        QCOMPARE(store.conversations({}, 1).size(), std::size_t{1});
        writer.trashMessage(question, true);
        QVERIFY(store.conversations({"firmament"}).empty());
    }

    void searchKnowsTheLettersOfAllScripts() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const auto street = writer.createConversation("Die lange Straße", "m"),
                   myth = writer.createConversation("Myths", "m");
        writer.addMessage(street, 0, "user", "So ein Ärger!");
        writer.addMessage(myth, 0, "user", "Πού πάει ο Σίσυφος;");
        for (const char* word : {"STRASSE", "straße", "ärger", "ÄRGER"})
            QVERIFY2(titles(store.conversations({word})) == std::vector<std::string>{"Die lange Straße"}, word);
        for (const char* word : {"ΣΊΣΥΦΟΣ", "σίσυφος", "ΠΟΎ"})
            QVERIFY2(titles(store.conversations({word})) == std::vector<std::string>{"Myths"}, word);
        QCOMPARE(store.conversations({"ΣΊΣΥΦΟΣ"}).front().found, std::string("Πού πάει ο Σίσυφος;"));
        QVERIFY(store.conversations({"arger"}).empty());
    }
};

QTEST_GUILESS_MAIN(TestConversations)
#include "test_conversations.moc"
