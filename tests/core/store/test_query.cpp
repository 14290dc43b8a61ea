// The query language against the runs that it should find, its errors with their positions, and CSV export.
#include <QTest>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/store/export_csv.h"
#include "core/store/query.h"
#include "store_fixture.h"

using namespace tritlab;

class TestQuery : public QObject {
    Q_OBJECT

    static std::vector<RunSummary> someRuns() {
        std::vector<RunSummary> runs(4);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        for (RunSummary& run : runs)
            run.lastLoss = run.lastEvalLoss = run.bestEvalLoss = run.perplexity = run.bitsPerByte = nan;
        runs[0].name = "kjv-Linear";
        runs[0].state = RunState::Finished;
        runs[0].tags = {"good", "two words"};
        runs[0].config.learningRate = 3e-3;
        runs[0].lastLoss = 1.5;
        runs[0].bitsPerByte = 1.7;
        runs[1].name = "kjv-accel";
        runs[1].state = RunState::Running;
        runs[1].config.learningRate = 1e-3;
        runs[1].config.lambdaSchedule = LambdaSchedule::Accelerated;
        runs[1].lastLoss = 2.5;
        runs[1].starred = true;
        runs[2].name = "perl docs and more";
        runs[2].state = RunState::Finished;
        runs[2].config.learningRate = 1e-4;
        runs[2].config.data = {{"builtin:perl-doc", 1.0}};
        runs[2].lastLoss = 2.0;
        runs[2].notes = "Collapsed at the end";
        runs[3].name = "queued";
        runs[3].tags = {"good"};
        runs[3].config.ternaryLinears = false;
        return runs;
    }

private Q_SLOTS:
    void finds_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("found");  // indices
        const auto row = [](const char* query, const char* found) {
            QTest::newRow(query) << QString::fromUtf8(query) << QString::fromUtf8(found);
        };
        row("", "0123");
        row("  ", "0123");
        row("kjv", "01");
        row("KJV linear", "0");
        row("kjv or perl", "012");
        row("\"docs and\"", "2");
        row("lr > 1e-4 and state = finished and tag:good", "0");
        row("learning_rate >= 1e-4 state=finished", "02");
        row("learning_rate<=1e-4", "2");
        row("lr == 1e-3", "1");
        row("lr != 1e-3", "023");
        row("not state = finished", "13");
        row("NOT (kjv OR perl)", "3");
        row("state = finished or state = running and starred = yes", "012");
        row("(state = finished or state = running) and starred = true", "1");
        row("tag = good", "03");
        row("tag:GOOD", "03");
        row("tag = \"two words\"", "0");
        row("tag ~ wo", "0");
        row("tag != good", "12");
        row("loss < 2.2", "02");
        row("loss > 0", "012");  // the queued one has none
        row("not loss > 0", "3");
        row("bits_per_byte <= 1.75", "0");
        row("lambda_schedule = accelerated", "1");
        row("notes:collapsed", "2");
        row("data ~ perl", "2");
        row("ternary_linears = false", "3");
        row("name = kjv-accel", "1");
        row("not not kjv-accel", "1");
    }
    void finds() {
        QFETCH(QString, query);
        QFETCH(QString, found);
        const auto predicate = parseRunQuery(query.toStdString());
        const auto runs = someRuns();
        QString got;
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (predicate(runs[i])) got += QString::number(i);
        QCOMPARE(got, found);
    }
    void errorsHaveAPosition_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("position");
        QTest::addColumn<QString>("part");  // of the message
        const auto row = [](const char* query, int position, const char* part) {
            QTest::newRow(query) << QString::fromLatin1(query) << position << QString::fromLatin1(part);
        };
        row("loss <", 6, "value is expected");
        row("learning_rat > 1", 0, "learning_rate");
        row("loss < two", 7, "not a number");
        row("loss < 1,5", 7, "not a number");
        row("kjv and", 7, "ends where");
        row("and kjv", 0, "condition is expected");
        row("(kjv or perl", 0, "no ')'");
        row("kjv)", 3, "without its '('");
        row("()", 1, "condition is expected");
        row("< 3", 0, "no key before");
        row("loss ~ 3", 5, "is a number");
        row("name < b", 5, "no order");
        row("state = finish", 8, "finished");
        row("starred = maybe", 10, "true or false");
        row("\"open", 0, "no end");
        row("loss ! 3", 5, "no operator");
        row("not", 3, "ends where");
    }
    void errorsHaveAPosition() {
        QFETCH(QString, query);
        QFETCH(int, position);
        QFETCH(QString, part);
        try {
            parseRunQuery(query.toStdString());
            QFAIL("no error");
        } catch (const QueryError& error) {
            QCOMPARE(static_cast<int>(error.position()), position);
            QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
        }
    }
    void depthIsBounded() {
        QVERIFY_EXCEPTION_THROWN(parseRunQuery(std::string(100'000, '(')), QueryError);
        std::string nots;
        for (int i = 0; i < 100'000; ++i) nots += "not ";
        QVERIFY_EXCEPTION_THROWN(parseRunQuery(nots + "kjv"), QueryError);
    }
    // Any bytes give a predicate or an error with a position inside.
    void nonsenseIsRefusedSoundly() {
        const std::string pieces[] = {"loss", "and", "or", "not", "(",    ")",   "<",    ">=", "!=",
                                      ":",    "~",   "\"", "\\",  "3e-4", "tag", "\xff", " ",  "state"};
        for (std::uint64_t i = 0; i < 20'000; ++i) {
            std::string text;
            for (std::uint64_t k = 0; k < randomBits(1, 0, i) % 12; ++k)
                text += pieces[randomBits(2, i, k) % std::size(pieces)] + (randomBits(3, i, k) % 2 == 0 ? " " : "");
            try {
                const auto predicate = parseRunQuery(text);
                for (const RunSummary& run : someRuns()) predicate(run);
                i += 3;  // the runs above cost more than the parse
            } catch (const QueryError& error) {
                QVERIFY(error.position() <= text.size());
            }
        }
    }
    void valuesForColumns() {
        const auto runs = someRuns();
        QCOMPARE(runQueryValue(runs[0], "lr"), std::string("0.003"));
        QCOMPARE(runQueryValue(runs[0], "tag"), std::string("good, two words"));
        QCOMPARE(runQueryValue(runs[3], "loss"), std::string());
        QCOMPARE(runQueryValue(runs[1], "state"), std::string("running"));
        QVERIFY_EXCEPTION_THROWN(runQueryValue(runs[0], "nothing"), Error);
        for (const std::string& key : runQueryKeys()) runQueryValue(runs[0], key);
    }
    void csvHasAllDigits() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string run = writer.createRun("n", {}, RunState::Running);
        {
            RunRecorder recorder(writer, run);
            for (StepIndex step = 0; step < 1500; ++step) {
                StepEvent event = stepEvent(step);
                if (step == 7) event.loss = std::numeric_limits<double>::quiet_NaN();
                recorder.onStep(event);
            }
        }
        RunStore store(t.workspace);
        const auto path = t.workspace.root() / "run.csv";
        QCOMPARE(exportCsv(store, run, path), 1500 * 9);
        const QList<QByteArray> lines = QByteArray::fromStdString(readFile(path)).split('\n');
        QCOMPARE(lines.size(), 1 + 1500 * 9 + 1);
        QCOMPARE(lines[0], QByteArray("step,key,value"));
        StepIndex next = 0;
        for (const QByteArray& line : lines) {
            const auto cells = line.split(',');
            if (cells.size() != 3 || cells[1] != "loss") continue;
            QCOMPARE(cells[0].toLongLong(), next);
            if (next == 7) QCOMPARE(cells[2], QByteArray("nan"));
            else QVERIFY(sameBits(parseReal(cells[2].toStdString()).value(), lossOf(next)));
            ++next;
        }
        QCOMPARE(next, 1500);
        std::string only;
        QCOMPARE(exportCsv(store, run, {"lr"}, [&](std::string_view piece) { only += piece; }), 1500);
        QVERIFY(only.starts_with("step,key,value\n0,lr,0.003\n1,lr,0.003\n"));
        QVERIFY_EXCEPTION_THROWN(exportCsv(store, "r-none", path), Error);
        OutputFile::failAfter(1000);
        try {
            exportCsv(store, run, path);
            OutputFile::failAfter(std::nullopt);
            QFAIL("no error");
        } catch (const Error& error) {
            OutputFile::failAfter(std::nullopt);
            QVERIFY(error.kind() == ErrorKind::NoSpace);
        }
        QCOMPARE(QByteArray::fromStdString(readFile(path)).split('\n').size(), lines.size());  // the old one stays
    }
};

QTEST_GUILESS_MAIN(TestQuery)
#include "test_query.moc"
