// The arena of large blocks against a plain list of who owns which bytes: no two blocks overlap, what was written
// stays, freed room is found again, and released memory really leaves the process.
#include <QTest>
#include <cstdint>
#include <cstring>
#include <map>
#include <thread>
#include <vector>

#include "core/base/measure.h"
#include "core/base/memory_arena.h"
#include "core/base/random.h"

using namespace tritlab;

namespace {

struct Block {
    unsigned char* bytes;
    std::size_t size;
    unsigned char mark;
};

bool holds(const Block& block) {
    for (std::size_t i = 0; i < block.size; ++i) {
        if (block.bytes[i] != block.mark) return false;
    }
    return true;
}

// Takes and gives at random for a while; whether every block kept what was written into it.
bool stir(MemoryArena& arena, std::uint64_t seed) {
    std::vector<Block> blocks;
    for (std::uint64_t i = 0; i < 4000; ++i) {
        const std::uint64_t draw = randomBits(seed, i, 0);
        if (blocks.size() < 40 && draw % 5 < 3) {
            const std::size_t size = 1 + randomBits(seed, i, 1) % (draw % 7 == 0 ? 40'000 : 900);
            auto* bytes = static_cast<unsigned char*>(arena.take(size));
            if (!bytes) return false;
            const auto mark = static_cast<unsigned char>(i);
            std::memset(bytes, mark, size);
            blocks.push_back({bytes, size, mark});
        } else if (!blocks.empty()) {
            const std::size_t which = randomBits(seed, i, 2) % blocks.size();
            if (!holds(blocks[which])) return false;
            arena.give(blocks[which].bytes);
            blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
    for (const Block& block : blocks) {
        if (!holds(block)) return false;
        arena.give(block.bytes);
    }
    return true;
}

}  // namespace

class TestMemoryArena : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void blocksKeepWhatIsWritten() {
        MemoryArena arena(64 << 20);
        for (std::uint64_t seed = 1; seed <= 5; ++seed) QVERIFY(stir(arena, seed));
        QCOMPARE(arena.bytesTaken(), std::size_t{0});
    }
    void severalThreadsShareIt() {
        MemoryArena arena(64 << 20);
        std::vector<char> good(4);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < good.size(); ++i) threads.emplace_back([&, i] { good[i] = stir(arena, 100 + i); });
        for (std::thread& thread : threads) thread.join();
        QCOMPARE(good, std::vector<char>(4, 1));
        QCOMPARE(arena.bytesTaken(), std::size_t{0});
    }
    void blocksAreAlignedApartAndKnown() {
        MemoryArena arena(1 << 20);
        std::map<std::uintptr_t, std::size_t> taken;
        for (const std::size_t size : {1, 63, 64, 65, 4096, 100'000}) {
            void* block = arena.take(size);
            QVERIFY(arena.owns(block));
            QCOMPARE(reinterpret_cast<std::uintptr_t>(block) % MemoryArena::alignment, std::uintptr_t{0});
            taken[reinterpret_cast<std::uintptr_t>(block)] = size;
        }
        std::uintptr_t end = 0;
        for (const auto& [start, size] : taken) {
            QVERIFY(start >= end);
            end = start + size;
        }
        QVERIFY(!arena.owns(&taken));
        QVERIFY(!arena.owns(nullptr));
    }
    // The smallest hole that is large enough, and free neighbours are one hole.
    void freedRoomIsFoundAgain() {
        MemoryArena arena(1 << 20);
        std::vector<void*> blocks;
        for (const std::size_t size : {50'000, 100, 20'000, 100, 30'000, 30'000, 100})
            blocks.push_back(arena.take(size));
        arena.give(blocks[0]);
        arena.give(blocks[2]);
        QCOMPARE(arena.take(19'000), blocks[2]);
        arena.give(blocks[5]);
        arena.give(blocks[4]);
        QCOMPARE(arena.take(60'000), blocks[4]);
        QCOMPARE(arena.take(50'000), blocks[0]);
    }
    void aFullArenaSaysSo() {
        MemoryArena arena(1 << 20);
        QVERIFY(!arena.take(2 << 20));
        QVERIFY(!arena.take(SIZE_MAX));
        void* large = arena.take(1'000'000);
        QVERIFY(large);
        QVERIFY(!arena.take(100'000));
        arena.give(large);
        QCOMPARE(arena.take(1'000'000), large);
    }
    void releasedMemoryLeavesTheProcess() {
        constexpr std::size_t bytes = 96 << 20;
        MemoryArena arena(4 * bytes);
        auto* kept = static_cast<unsigned char*>(arena.take(1000));
        std::memset(kept, 7, 1000);
        void* first = arena.take(bytes);
        void* between = arena.take(1000);
        void* last = arena.take(bytes);
        std::memset(first, 1, bytes);
        std::memset(last, 1, bytes);
        const std::int64_t full = residentBytes();
        arena.give(first);
        arena.give(last);
        QVERIFY(arena.bytesIdle() >= 2 * bytes);
        arena.releaseFree();
        QVERIFY(residentBytes() < full - static_cast<std::int64_t>(2 * bytes * 9 / 10));
        QVERIFY(holds({kept, 1000, 7}));
        QCOMPARE(arena.take(bytes), first);
        arena.give(between);
    }
};

QTEST_APPLESS_MAIN(TestMemoryArena)
#include "test_memory_arena.moc"
