// Who a process is among the ranks of a run, told by each launcher's environment; how weights are cut into shards; in
// which order gradients are summed; and how a rank notices that another is gone.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <QTest>
#include <map>
#include <numeric>
#include <torch/csrc/distributed/c10d/HashStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "core/base/error.h"
#include "core/engine/distributed/data_parallel.h"
#include "core/engine/distributed/heartbeat.h"
#include "core/engine/loop/gradient_sum.h"
#include "core/run/ranks.h"

using namespace tritlab;

namespace {

using Variables = std::map<std::string, std::string>;

Ranks ranksIn(const Variables& variables) {
    return ranksOf([&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

std::string errorIn(const Variables& variables) {
    try {
        ranksIn(variables);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

// Beats every 20 ms; a rank that is silent for half a second is lost.
std::unique_ptr<Heartbeat> pulse(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size) {
    return std::make_unique<Heartbeat>(store, rank, size, std::vector{"failed"}, std::chrono::milliseconds(20),
                                       std::chrono::milliseconds(500));
}

}  // namespace

class TestRanks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aloneWithoutALauncher() {
        QVERIFY(!ranksIn({}).many() && ranksIn({}).leads());
        QVERIFY(!ranksIn({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).many());
        // A batch script has its job's variables, but is no step of it.
        QVERIFY(!ranksIn({{"SLURM_PROCID", "0"},
                          {"SLURM_NTASKS", "8"},
                          {"SLURM_JOB_ID", "77"},
                          {"SLURM_JOB_NODELIST", "n[1-2]"}})
                     .many());
        QCOMPARE(ranksIn({}).threads(0), 0);
    }

    void torchrun() {
        const Ranks ranks = ranksIn({{"RANK", "5"},
                                     {"WORLD_SIZE", "8"},
                                     {"LOCAL_RANK", "1"},
                                     {"LOCAL_WORLD_SIZE", "4"},
                                     {"MASTER_ADDR", "alpha"},
                                     {"MASTER_PORT", "29400"},
                                     {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                     {"TORCHELASTIC_RESTART_COUNT", "2"},
                                     {"SLURM_PROCID", "0"},
                                     {"SLURM_STEP_ID", "0"},
                                     {"SLURM_NTASKS", "2"}});
        QCOMPARE(ranks.rank, 5);
        QCOMPARE(ranks.size, 8);
        QCOMPARE(ranks.localRank, 1);
        QCOMPARE(ranks.localSize, 4);
        QCOMPARE(ranks.address, std::string("alpha"));
        QCOMPARE(ranks.port, 29400);
        QVERIFY(ranks.storeIsServed && ranks.attempt == "2" && !ranks.oneMachine() && !ranks.leads());
        // By hand, on one machine: rank 0 at the loopback address tells that all are here and share the cores.
        const Ranks here =
            ranksIn({{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "127.0.0.1"}, {"MASTER_PORT", "1234"}});
        QVERIFY(here.oneMachine() && here.localRank == 1 && !here.storeIsServed);
        QCOMPARE(here.threads(3), 3);
        QVERIFY(here.threads(0) >= 1);
    }

    void mpiAndSlurm() {
        const Ranks open = ranksIn({{"OMPI_COMM_WORLD_RANK", "1"},
                                    {"OMPI_COMM_WORLD_SIZE", "2"},
                                    {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                    {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
        QVERIFY(open.rank == 1 && open.size == 2 && open.oneMachine());
        QCOMPARE(open.address, std::string("127.0.0.1"));
        QCOMPARE(open.port, 29500);
        const Ranks intel = ranksIn({{"PMI_RANK", "3"},
                                     {"PMI_SIZE", "4"},
                                     {"MPI_LOCALRANKID", "1"},
                                     {"MPI_LOCALNRANKS", "2"},
                                     {"MASTER_ADDR", "b"}});
        QVERIFY(intel.rank == 3 && intel.localSize == 2 && intel.address == "b");
        const Ranks slurm = ranksIn({{"SLURM_PROCID", "2"},
                                     {"SLURM_NTASKS", "6"},
                                     {"SLURM_LOCALID", "2"},
                                     {"SLURM_STEP_ID", "0"},
                                     {"SLURM_TASKS_PER_NODE", "4(x1),2"},
                                     {"SLURM_STEP_NODELIST", "gpu[07-08,11]"},
                                     {"SLURM_JOB_ID", "123456"}});
        QVERIFY(slurm.rank == 2 && slurm.size == 6 && slurm.localRank == 2 && slurm.localSize == 4);
        QCOMPARE(slurm.address, std::string("gpu07"));
        QCOMPARE(slurm.port, 15000 + 123456 % 10000);
    }

    void firstHosts() {
        QCOMPARE(firstHost("alone"), std::string("alone"));
        QCOMPARE(firstHost("a,b[1-2]"), std::string("a"));
        QCOMPARE(firstHost("node[3]"), std::string("node3"));
        QCOMPARE(firstHost("node[03-07,12],other"), std::string("node03"));
        QCOMPARE(firstHost("node[12,14]"), std::string("node12"));
    }

    void whatIsWrongIsNamed() {
        QVERIFY(errorIn({{"RANK", "1"}}).starts_with("WORLD_SIZE: is not set"));
        QVERIFY(errorIn({{"WORLD_SIZE", "2"}}).starts_with("RANK: is not set"));
        QVERIFY(errorIn({{"RANK", "2"}, {"WORLD_SIZE", "2"}}).starts_with("RANK: is '2', and a number from 0 to 1"));
        QVERIFY(errorIn({{"RANK", "x"}, {"WORLD_SIZE", "2"}}).starts_with("RANK: is 'x'"));
        QVERIFY(errorIn({{"RANK", "1"}, {"WORLD_SIZE", "2"}}).starts_with("MASTER_ADDR: is not set"));
        QVERIFY(errorIn({{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "99999"}})
                    .starts_with("MASTER_PORT"));
    }

    // Every element once, in order, and no rank with more than one element more than another.
    void shardsCoverAllEvenly() {
        for (const std::vector<std::int64_t>& elements :
             {std::vector<std::int64_t>{1}, {5, 1, 1, 30}, {7, 7, 7}, {100, 3, 64, 1, 1, 2, 500}}) {
            for (const int ranks : {1, 2, 3, 7, 16}) {
                const std::vector<ShardPiece> pieces = shardPieces(elements, ranks);
                std::vector<std::int64_t> next(elements.size()), owned(static_cast<std::size_t>(ranks));
                int owner = 0;
                for (const ShardPiece& piece : pieces) {
                    QCOMPARE(piece.begin, next[piece.parameter]);
                    QVERIFY(piece.end > piece.begin && piece.owner >= owner && piece.owner < ranks);
                    next[piece.parameter] = piece.end;
                    owner = piece.owner;
                    owned[static_cast<std::size_t>(owner)] += piece.end - piece.begin;
                }
                QVERIFY(next == elements);
                const std::int64_t total = std::accumulate(elements.begin(), elements.end(), std::int64_t{0});
                for (const std::int64_t count : owned) QVERIFY(count == total / ranks || count == total / ranks + 1);
            }
        }
    }

    // Gradients that forget their last bits in every sum, so that only the promised order gives the expected ones.
    void gradientsAreSummedInBlocks() {
        const at::Tensor inputs = at::randn({16, 1000}, at::detail::createCPUGenerator(7));
        const auto sumOf = [&](std::int64_t count, std::int64_t blocks) {
            std::vector<Parameter> parameters(2);
            parameters[0].value = at::zeros({1000}).requires_grad_(true);
            parameters[1].value = at::zeros({1000}).requires_grad_(true);  // one that not every micro-batch reaches
            std::int64_t calls = 0;
            const bool whole = sumGradients(parameters, count, blocks, [&](std::int64_t micro) {
                if (micro != calls++) qFatal("out of order");
                (parameters[0].value * inputs[micro]).sum().backward();
                if (micro == 1) (parameters[1].value * inputs[micro]).sum().backward();
                return true;
            });
            if (!whole || calls != count) qFatal("not all were summed");
            if (!at::equal(parameters[1].value.grad(), inputs[1])) qFatal("a gradient was lost");
            return parameters[0].value.grad();
        };
        const auto x = [&](std::int64_t micro) { return inputs[micro]; };
        const at::Tensor halves = (x(0) + x(1)) + (x(2) + x(3)), inOrder = ((x(0) + x(1)) + x(2)) + x(3);
        QVERIFY(!at::equal(halves, inOrder));
        QVERIFY(at::equal(sumOf(2, 4), x(0) + x(1)));
        QVERIFY(at::equal(sumOf(3, 4), (x(0) + x(1)) + x(2)));
        QVERIFY(at::equal(sumOf(4, 4), halves));
        QVERIFY(at::equal(sumOf(4, 1), inOrder));
        QVERIFY(at::equal(sumOf(6, 4), ((x(0) + x(1)) + x(2)) + ((x(3) + x(4)) + x(5))));
        QVERIFY(at::equal(sumOf(8, 4), halves + ((x(4) + x(5)) + (x(6) + x(7)))));
        QVERIFY(at::equal(sumOf(8, 2), inOrder + (((x(4) + x(5)) + x(6)) + x(7))));

        std::vector<Parameter> parameters(1);
        parameters[0].value = at::zeros({1000}).requires_grad_(true);
        std::int64_t calls = 0;
        QVERIFY(!sumGradients(parameters, 8, 4, [&](std::int64_t) { return ++calls < 6; }));
        QCOMPARE(calls, 6);  // and nothing behind the stop
    }

    void aRankThatFallsSilentIsNoticed() {
        const c10::intrusive_ptr<c10d::Store> store = c10::make_intrusive<c10d::HashStore>();
        const auto first = pulse(store, 0, 3), second = pulse(store, 1, 3);
        auto third = pulse(store, 2, 3);
        QTest::qWait(1500);
        QVERIFY(!first->tripped() && !second->tripped() && !third->tripped());
        third.reset();
        QTRY_VERIFY_WITH_TIMEOUT(first->tripped() && second->tripped(), 10000);
    }

    void anAlarmIsNoticedAtOnce() {
        const c10::intrusive_ptr<c10d::Store> store = c10::make_intrusive<c10d::HashStore>();
        const auto patient = std::make_unique<Heartbeat>(store, 0, 2, std::vector{"failed"},
                                                         std::chrono::milliseconds(20), std::chrono::hours(1));
        const auto other = pulse(store, 1, 2);
        QTest::qWait(100);
        QVERIFY(!patient->tripped());
        store->set(rankKey("failed", 1), std::vector<std::uint8_t>{1});
        QTRY_VERIFY_WITH_TIMEOUT(patient->tripped(), 10000);
    }

    void aStoreThatGoesTakesItsRankWithIt() {
        c10d::TCPStoreOptions options;
        options.isServer = true;
        options.port = 0;
        options.waitWorkers = false;
        auto server = c10::make_intrusive<c10d::TCPStore>("127.0.0.1", options);
        c10d::TCPStoreOptions joining;
        joining.port = server->getPort();
        joining.waitWorkers = false;
        const auto other =
            std::make_unique<Heartbeat>(c10::make_intrusive<c10d::TCPStore>("127.0.0.1", joining), 1, 2,
                                        std::vector{"failed"}, std::chrono::milliseconds(20), std::chrono::hours(1));
        QTest::qWait(200);
        QVERIFY(!other->tripped());
        server.reset();
        QTRY_VERIFY_WITH_TIMEOUT(other->tripped(), 20000);
    }
};

QTEST_APPLESS_MAIN(TestRanks)
#include "test_ranks.moc"
