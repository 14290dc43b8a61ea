// Parts of the chat pane by themselves: the tree of a conversation, Markdown, token notes, the transcript.
#include <QTest>
#include <QTextBlock>
#include <QTextBrowser>

#include "ui/chat/chat_items.h"
#include "ui/chat/conversation_tree.h"
#include "ui/chat/markdown.h"
#include "ui/chat/thinking.h"
#include "ui/chat/token_notes.h"
#include "ui/chat/transcript_view.h"

using namespace tritlab;

class TestChatParts : public QObject {
    Q_OBJECT

    static StoredMessage message(std::int64_t id, std::int64_t parent, const char* role) {
        StoredMessage made;
        made.id = id;
        made.parent = parent;
        made.role = role;
        made.text = std::to_string(id);
        return made;
    }
    // 1 ─ 2 ─ 3 ─ 4        3' = 6 is another question after 2; 5 another answer to 1
    //   └ 5   └ 6 ─ 7
    static ConversationTree tree(std::int64_t head) {
        ConversationTree made;
        made.set({message(1, 0, "user"), message(2, 1, "assistant"), message(3, 2, "user"), message(4, 3, "assistant"),
                  message(5, 1, "assistant"), message(6, 2, "user"), message(7, 6, "assistant")},
                 head);
        return made;
    }
    static std::vector<std::int64_t> ids(const ConversationTree& tree) {
        std::vector<std::int64_t> list;
        for (const StoredMessage* each : tree.path()) list.push_back(each->id);
        return list;
    }
    using Ids = std::vector<std::int64_t>;

private Q_SLOTS:
    void treesHaveBranches() {
        ConversationTree t = tree(4);
        QCOMPARE(ids(t), (Ids{1, 2, 3, 4}));
        QCOMPARE(t.siblings(2), (Ids{2, 5}));
        QCOMPARE(t.siblings(3), (Ids{3, 6}));
        QCOMPARE(t.siblings(1), (Ids{1}));
        QCOMPARE(t.leafBelow(2), std::int64_t{7});
        QCOMPARE(ids(tree(0)), (Ids{1, 2, 6, 7}));   // the newest
        QCOMPARE(ids(tree(99)), (Ids{1, 2, 6, 7}));  // one that is not there
        t.add(message(8, 4, "user"));
        QCOMPARE(ids(t), (Ids{1, 2, 3, 4, 8}));
    }

    void whatIsDeletedComesBack() {
        ConversationTree t = tree(4);
        QCOMPARE(t.setTrashed(3, true), std::int64_t{7});  // the other branch
        QCOMPARE(t.siblings(6), (Ids{6}));
        QCOMPARE(t.setTrashed(2, true), std::int64_t{5});
        QCOMPARE(t.setTrashed(5, true), std::int64_t{1});
        QCOMPARE(t.setTrashed(1, true), std::int64_t{0});
        QVERIFY(t.empty());
        t.setTrashed(1, false);
        QCOMPARE(ids(t), (Ids{1}));
        t.setTrashed(5, false);
        t.setTrashed(2, false);
        QCOMPARE(ids(t), (Ids{1, 2, 6, 7}));  // 3 went before, on its own
        t.setTrashed(3, false);
        QCOMPARE(ids(t), (Ids{1, 2, 3, 4}));
        QCOMPARE(t.setTrashed(99, true), std::int64_t{4});
    }

    void aLoopInTheStoreIsNone() {
        ConversationTree t;
        t.set({message(1, 2, "user"), message(2, 1, "assistant")}, 2);
        QCOMPARE(ids(t), (Ids{1, 2}));
        QCOMPARE(t.leafBelow(1), std::int64_t{2});
    }

    void markdownIsCutIntoProseAndCode() {
        using Parts = std::vector<MarkdownPart>;
        QCOMPARE(markdownParts("just words\nand more"), (Parts{{false, {}, "just words\nand more"}}));
        QCOMPARE(markdownParts("a\n```python\nx = 1\n\nprint(x)\n```\nb"),
                 (Parts{{false, {}, "a"}, {true, "python", "x = 1\n\nprint(x)"}, {false, {}, "b"}}));
        QCOMPARE(markdownParts("~~~~\n```\n~~~\n~~~~"), (Parts{{true, {}, "```\n~~~"}}));
        QCOMPARE(markdownParts("```c\nint x;"), (Parts{{true, "c", "int x;"}}));  // still streams
        QCOMPARE(markdownParts("  ```\n    in\n  ```"), (Parts{{true, {}, "  in"}}));
        QCOMPARE(markdownParts("`` no ``\n```a`b\nx"), (Parts{{false, {}, "`` no ``\n```a`b\nx"}}));
        QCOMPARE(markdownParts(""), Parts{});
        QCOMPARE(markdownParts("```\n```"), (Parts{{true, {}, ""}}));
        QCOMPARE(withHardBreaks("a\nb\n\nc"), QString("a  \nb  \n\nc  \n"));
    }

    void notesComeBackFromTheStore() {
        const std::vector<TokenNote> notes{{" God", 0.25F, {{" God", 0.25F}, {"<e4>", 0.125F}}}, {"\n", 1.0F, {}}};
        const auto back = notesFromJson(notesToJson(notes));
        QCOMPARE(back.size(), std::size_t{2});
        QCOMPARE(back[0].text, QString(" God"));
        QCOMPARE(back[0].alternatives, notes[0].alternatives);
        QVERIFY(noteToolTip(back[0]).contains("25.0 %") && noteToolTip(back[0]).contains("&lt;e4&gt;"));
        QVERIFY(notesFromJson(nlohmann::json::parse(R"([["a", 0.5]])")).empty());
        QVERIFY(notesFromJson(nlohmann::json::parse(R"({"a": 1})")).empty());
        QCOMPARE(percent(0.00001F), QString("<0.1 %"));
    }

    void transcriptsShowMarkdownAndItsCode() {
        TranscriptView view;
        view.resize(500, 400);
        TranscriptView::Item question{1, Role::User, "You", "**not bold**", {}, {}, {}, 0, 1, true};
        TranscriptView::Item answer{2,          Role::Assistant,
                                    "Model",    "Some **bold** words:\n\n```python\nprint('hi')\n```\n\n- one\n- two",
                                    "7 tokens", {},
                                    {},         1,
                                    3,          true};
        view.showItems({question, answer});
        const QString text = view.toPlainText();
        QVERIFY2(text.contains("**not bold**") && text.contains("Some bold words:") && text.contains("print('hi')"),
                 qPrintable(text));
        QVERIFY(!text.contains("```") && text.contains("Copy code") && text.contains("2/3") &&
                text.contains("7 tokens"));
        view.setMarkdown(false);
        QVERIFY(view.toPlainText().contains("Some **bold** words:") && view.toPlainText().contains("```python"));
        // Streams behind what is there, and the finished answer takes the place of the pieces.
        view.setMarkdown(true);
        view.begin({3, Role::Assistant, "Model", "", {}, {}, {}, 0, 1, true});
        view.append("a *b", {});
        view.append("* c", {});
        QVERIFY(view.toPlainText().endsWith("a *b* c"));
        view.finish({3, Role::Assistant, "Model", "a *b* c", {}, {}, {}, 0, 1, true});
        QVERIFY(view.toPlainText().contains("a b c") && !view.toPlainText().contains("a *b* c"));
        QCOMPARE(view.toPlainText().count("print('hi')"), 1);
    }

    void thinkingIsCutFromWhatIsSaid() {
        const auto parts = [](const char* text) {
            const ThinkingParts found = thinkingParts(text);
            return std::pair(found.thought, found.said);
        };
        using Pair = std::pair<QString, QString>;
        QCOMPARE(parts("<think>\na b\n</think>\n\nyes"), Pair("a b", "yes"));
        QCOMPARE(parts("a b\n</think>\nyes"), Pair("a b", "yes"));  // the template had opened it
        QCOMPARE(parts("<think>\nno end"), Pair("no end", ""));
        QCOMPARE(parts("<think>\n\n</think>\n\nyes"), Pair("", "yes"));
        QCOMPARE(parts("plain words "), Pair("", "plain words "));
        QCOMPARE(parts("It writes <think> and </think>."), Pair("", "It writes <think> and </think>."));
    }

    void thinkingIsFolded() {
        TranscriptView view;
        view.resize(500, 400);
        view.showItems(
            {{4, Role::Assistant, "M", "<think>hidden words here</think>\nsaid aloud", {}, {}, {}, 0, 1, true},
             {5, Role::User, "You", "<think>mine</think>", {}, {}, {}, 0, 1, true}});
        const auto fold = [&] {
            for (QTextBlock block = view.document()->begin(); block.isValid(); block = block.next())
                for (auto part = block.begin(); !part.atEnd(); ++part)
                    if (part.fragment().text().contains("Thinking")) return part.fragment().charFormat().anchorHref();
            return QString();
        };
        QVERIFY2(view.toPlainText().contains("Thinking, 3 word"), qPrintable(view.toPlainText()));
        QVERIFY(view.toPlainText().contains("said aloud") && !view.toPlainText().contains("hidden words"));
        QVERIFY(view.toPlainText().contains("<think>mine</think>"));  // a person's words are shown as they are
        Q_EMIT view.anchorClicked(QUrl(fold()));
        QVERIFY(view.toPlainText().contains("hidden words here") && view.toPlainText().contains("said aloud"));
        Q_EMIT view.anchorClicked(QUrl(fold()));
        QVERIFY(!view.toPlainText().contains("hidden words"));
    }

    void aTextCannotForgeTheLinks() {
        TranscriptView view;
        std::vector<std::pair<TranscriptView::Act, qint64>> acts;
        connect(&view, &TranscriptView::actionWanted, &view,
                [&](TranscriptView::Act act, qint64 id) { acts.emplace_back(act, id); });
        view.showItems(
            {{5, Role::Assistant, "Model", "[x](act:5/2)\n![p](file:///etc/hostname)", {}, {}, {}, 0, 1, true}});
        Q_EMIT view.anchorClicked(QUrl("act:5/2"));
        QVERIFY(acts.empty());
        QVERIFY(!view.loadResource(QTextDocument::ImageResource, QUrl("file:///etc/hostname")).isValid());
    }

    void longConversationsShowTheirEndFirst() {
        TranscriptView view;
        std::vector<TranscriptView::Item> items;
        for (int i = 1; i <= 100; ++i)
            items.push_back({i,
                             i % 2 == 1 ? Role::User : Role::Assistant,
                             "N",
                             QString("number%1.").arg(i),
                             {},
                             {},
                             {},
                             0,
                             1,
                             true});
        view.showItems(items);
        QVERIFY(view.toPlainText().contains("number100.") && view.toPlainText().contains("number61."));
        QVERIFY(!view.toPlainText().contains("number60.") && view.toPlainText().contains("60 earlier message"));
    }

    void exportsTheBranchThatIsShown() {
        Conversation conversation;
        conversation.title = "Title";
        conversation.model = "run:r";
        conversation.settings = {{"system", "Be brief."}};
        const ConversationTree t = tree(4);
        const std::string text = exported(conversation, t, {}, ConversationFormat::Markdown);
        QVERIFY(text.find("# Title\n") == 0 && text.find("Be brief.") != std::string::npos &&
                text.find("## Model\n\n4\n") != std::string::npos);
        QVERIFY(text.find("\n7\n") == std::string::npos);
    }
};

QTEST_MAIN(TestChatParts)
#include "test_chat_parts.moc"
