// The thread that all work of the window is posted to: order, results, failures, and what becomes of tasks that wait
// when it goes.
#include <QSemaphore>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "ui/services/task_thread.h"

using namespace tritlab;

namespace {

// Holds a thread until the test lets it go: what is posted behind it waits.
class Gate {
public:
    void post(TaskThread& thread) {
        thread.post(
            &context_,
            [this] {
                reached_.release();
                open_.acquire();
            },
            [] {});
    }
    void waitUntilReached() { reached_.acquire(); }
    void open() { open_.release(); }

private:
    QObject context_;
    QSemaphore reached_, open_;
};

// Opens a gate from a thread of its own once that has slept, for a test that is itself waiting in a destructor.
class LateOpener {
public:
    explicit LateOpener(Gate& gate)
        : thread_(QThread::create([&gate] {
              QThread::msleep(100);
              gate.open();
          })) {
        thread_->start();
    }
    ~LateOpener() { thread_->wait(); }

private:
    std::unique_ptr<QThread> thread_;
};

}  // namespace

class TestTaskThread : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void worksThereAndAnswersHere() {
        TaskThread thread("named", TaskThread::AtEnd::Drain);
        QString name;
        QThread *workedOn = nullptr, *answeredOn = nullptr;
        thread.post(
            this,
            [&workedOn] {
                workedOn = QThread::currentThread();
                return workedOn->objectName();
            },
            [&](const QString& result) {
                name = result;
                answeredOn = QThread::currentThread();
                QVERIFY(thread.idle());
            });
        QVERIFY(!thread.idle());
        QTRY_VERIFY(thread.idle());
        QCOMPARE(name, QString("named"));
        QVERIFY(workedOn != nullptr && workedOn != QThread::currentThread());
        QCOMPARE(answeredOn, QThread::currentThread());
    }

    void tasksAndResultsKeepTheirOrder() {
        std::vector<int> worked, answered;
        TaskThread thread("order", TaskThread::AtEnd::Drain);
        for (int i = 0; i < 100; ++i) {
            thread.post(
                this,
                [&worked, i] {
                    worked.push_back(i);
                    return i;
                },
                [&answered](int result) { answered.push_back(result); });
        }
        QTRY_VERIFY(thread.idle());
        std::vector<int> expected(100);
        std::iota(expected.begin(), expected.end(), 0);
        QCOMPARE(worked, expected);
        QCOMPARE(answered, expected);
    }

    void callablesAndResultsMayBeMoveOnly() {
        TaskThread thread("moves", TaskThread::AtEnd::Drain);
        int sum = 0;
        thread.post(
            this, [one = std::make_unique<int>(1)]() mutable { return std::move(one); },
            [&sum, two = std::make_unique<int>(2)](std::unique_ptr<int> one) { sum = *one + *two; });
        QTRY_COMPARE(sum, 3);
    }

    void nothingIsHandedToAContextThatIsGone() {
        TaskThread thread("context", TaskThread::AtEnd::Drain);
        Gate gate;
        gate.post(thread);
        auto context = std::make_unique<QObject>();
        bool worked = false, handedOver = false, failed = false;
        thread.post(
            context.get(), [&worked] { worked = true; }, [&handedOver] { handedOver = true; });
        thread.post(
            context.get(), [] { throw std::runtime_error("no disk"); }, [&handedOver] { handedOver = true; },
            [&failed](const QString&) { failed = true; });
        context.reset();
        gate.open();
        QTRY_VERIFY(thread.idle());
        QVERIFY(worked);
        QVERIFY(!handedOver);
        QVERIFY(failed);  // someone has to hear of it
    }

    void anExceptionGoesToFailedAndTheNextTaskRuns() {
        TaskThread thread("fails", TaskThread::AtEnd::Drain);
        QStringList heard;
        QThread* failedOn = nullptr;
        const auto failed = [&](const QString& message) {
            heard << message;
            failedOn = QThread::currentThread();
        };
        thread.post(
            this, []() -> int { throw std::runtime_error("no disk"); }, [&heard](int) { heard << "done"; }, failed);
        thread.post(
            this, [] { return 1; }, [&heard](int) { heard << "second"; }, failed);
        QTRY_VERIFY(thread.idle());
        QCOMPARE(heard, (QStringList{"no disk", "second"}));
        QCOMPARE(failedOn, QThread::currentThread());
    }

    void drainingDoesAllThatWaits() {
        std::vector<int> worked;
        bool answered = false;
        Gate gate;
        {
            TaskThread thread("drains", TaskThread::AtEnd::Drain);
            gate.post(thread);
            for (int i = 0; i < 10; ++i)
                thread.post(
                    this, [&worked, i] { worked.push_back(i); }, [&answered] { answered = true; });
            gate.open();
        }
        QCOMPARE(worked.size(), std::size_t{10});
        QVERIFY(std::is_sorted(worked.begin(), worked.end()));
        QCoreApplication::processEvents();
        QVERIFY(!answered);  // whoever asked may be half destroyed
    }

    void droppingLeavesOutWhatHasNotBegun() {
        std::atomic<int> worked = 0;
        auto kept = std::make_shared<int>();
        Gate first, second;
        {
            auto thread = std::make_unique<TaskThread>("drops", TaskThread::AtEnd::Drop);
            first.post(*thread);
            first.waitUntilReached();
            second.post(*thread);
            for (int i = 0; i < 10; ++i)
                thread->post(
                    this, [&worked, kept] { ++worked; }, [] {});
            first.open();
            second.waitUntilReached();  // the event loop has taken the tasks behind it from its queue by now
            const LateOpener opener(second);
            thread.reset();
        }
        QCOMPARE(worked.load(), 0);
        QCOMPARE(kept.use_count(), 1L);  // what the tasks held is gone with them
    }

    void theDestructorWaitsForTheRunningTask_data() {
        QTest::addColumn<bool>("drain");
        QTest::newRow("drain") << true;
        QTest::newRow("drop") << false;
    }
    void theDestructorWaitsForTheRunningTask() {
        QFETCH(bool, drain);
        std::atomic<bool> ended = false;
        QSemaphore begun;
        bool answered = false;
        {
            TaskThread thread("waits", drain ? TaskThread::AtEnd::Drain : TaskThread::AtEnd::Drop);
            thread.post(
                this,
                [&] {
                    begun.release();
                    QThread::msleep(100);
                    ended = true;
                },
                [&answered] { answered = true; });
            begun.acquire();
        }
        QVERIFY(ended);
        QCoreApplication::processEvents();
        QVERIFY(!answered);
    }

    void doneMayDestroyTheThread() {
        auto* thread = new TaskThread("goes", TaskThread::AtEnd::Drain);
        QSignalSpy destroyed(thread, &QObject::destroyed);
        thread->post(
            this, [] {}, [thread] { delete thread; });
        QTRY_COMPARE(destroyed.count(), 1);
    }

    void repeatsUntilItGoes() {
        std::atomic<int> count = 0;
        auto kept = std::make_shared<int>();
        bool answered = false;
        {
            TaskThread thread("repeats", TaskThread::AtEnd::Drop);
            thread.repeat(std::chrono::milliseconds(5), [&count, kept] { ++count; });
            QVERIFY(thread.idle());  // nobody waits for it
            QTRY_VERIFY(count >= 3);
            thread.post(
                this, [] {}, [&answered] { answered = true; });  // comes between two turns
            QTRY_VERIFY(answered);
        }
        QCOMPARE(kept.use_count(), 1L);
        const int atEnd = count;
        QTest::qWait(30);
        QCOMPARE(count.load(), atEnd);
    }

    void theFirstTurnIsAtOnce() {
        std::atomic<int> count = 0;
        TaskThread thread("at once", TaskThread::AtEnd::Drop);
        thread.repeat(std::chrono::hours(1), [&count] { ++count; });
        QTRY_COMPARE(count.load(), 1);
    }
};

QTEST_GUILESS_MAIN(TestTaskThread)
#include "test_task_thread.moc"
