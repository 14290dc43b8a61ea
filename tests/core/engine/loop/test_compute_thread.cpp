// The compute thread: one for the process, what is thrown on it, and the priority that it and LibTorch's pool take.
#include <ATen/Parallel.h>
#include <sched.h>
#include <QTest>
#include <atomic>
#include <set>
#include <thread>

#include "core/base/error.h"
#include "core/engine/loop/compute_thread.h"

using namespace tritlab;

class TestComputeThread : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TRITLAB_PRIORITY", "leftover"); }

    void allWorkRunsOnOneThread() {
        std::set<std::thread::id> ids;
        for (int i = 0; i < 3; ++i) {
            std::thread([&] { ComputeThread::instance().run([&] { ids.insert(std::this_thread::get_id()); }); }).join();
        }
        QCOMPARE(ids.size(), std::size_t{1});
        QVERIFY(*ids.begin() != std::this_thread::get_id());
        int nested = 0;
        ComputeThread::instance().run([&] { ComputeThread::instance().run([&] { ++nested; }); });
        QCOMPARE(nested, 1);
    }

    void whatIsThrownReachesTheCaller() {
        QVERIFY_EXCEPTION_THROWN(ComputeThread::instance().run([] { throw Error("no", "test"); }), Error);
        bool after = false;
        ComputeThread::instance().run([&] { after = true; });
        QVERIFY(after);
    }

    void whatIsStoppedBeforeItsTurnIsDropped() {
        std::atomic<bool> begun{false}, leave{false};
        std::thread longRun([&] {
            ComputeThread::instance().run([&] {
                for (begun = true; !leave;) std::this_thread::yield();
            });
        });
        while (!begun) std::this_thread::yield();
        const StopToken stop;
        stop.requestStop();
        int ran = 0;
        QVERIFY(!ComputeThread::instance().runUnlessStopped([&] { ++ran; }, stop));
        leave = true;
        longRun.join();
        QVERIFY(ComputeThread::instance().runUnlessStopped([&] { ++ran; }, StopToken()));
        QCOMPARE(ran, 1);
    }

    void leftoverHoldsForTheWholePool() {
        bool allowed = false;
        std::thread([&] {
            const sched_param none{};
            allowed = ::sched_setscheduler(0, SCHED_IDLE, &none) == 0;
        }).join();
        if (!allowed) QSKIP("this system lets no thread be SCHED_IDLE");
        std::atomic<int> idle{0}, other{0};
        ComputeThread::instance().run([&] {
            ComputeThread::setThreads(2);
            at::parallel_for(0, 64, 1, [&](std::int64_t, std::int64_t) {
                (::sched_getscheduler(0) == SCHED_IDLE ? idle : other)++;
            });
        });
        QVERIFY(idle > 0);
        QCOMPARE(other.load(), 0);
        QCOMPARE(::sched_getscheduler(0), SCHED_OTHER);  // the others' own is left alone
    }

    void thePriorityFollowsTheDisplayUnlessItIsSaid() {
        qunsetenv("TRITLAB_PRIORITY");
        qunsetenv("WAYLAND_DISPLAY");
        qunsetenv("DISPLAY");
        QCOMPARE(wantedTrainingPriority(), TrainingPriority::Low);
        qputenv("DISPLAY", ":7");
        QCOMPARE(wantedTrainingPriority(), TrainingPriority::Leftover);
        qputenv("TRITLAB_PRIORITY", "low");
        QCOMPARE(wantedTrainingPriority(), TrainingPriority::Low);
        qputenv("TRITLAB_PRIORITY", "high");
        QVERIFY_EXCEPTION_THROWN(wantedTrainingPriority(), Error);
    }
};

QTEST_GUILESS_MAIN(TestComputeThread)
#include "test_compute_thread.moc"
