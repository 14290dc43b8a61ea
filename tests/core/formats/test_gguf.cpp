// The GGUF reader, writer and codecs: what the `gguf` package wrote (tests/fixtures/gguf) read and written again to the
// bit, every kind of damage refused by name, mutated files never read beyond their end. TRITLAB_GGUF_OUT names a file
// to write for the package.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/formats/gguf_blocks.h"
#include "core/formats/gguf_codecs.h"
#include "core/formats/safetensors.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

constexpr std::array codecs{GgmlType::F32,  GgmlType::F16,   GgmlType::BF16, GgmlType::Q4_0,
                            GgmlType::Q8_0, GgmlType::TQ1_0, GgmlType::TQ2_0};
const std::vector<std::string> inputs{"plain", "ternary", "odd"};

template <class T>
std::string raw(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}
std::string text(const std::string& value) { return raw(std::uint64_t{value.size()}) + value; }
std::string header(std::uint64_t tensors, std::uint64_t keys, std::uint32_t version = 3) {
    return "GGUF" + raw(version) + raw(tensors) + raw(keys);
}
// One tensor [columns] of a type, its data behind the header's end.
std::string oneTensor(std::uint64_t columns, std::uint32_t type, std::uint64_t offset, std::size_t bytes) {
    std::string out = header(1, 0) + text("t") + raw(std::uint32_t{1}) + raw(columns) + raw(type) + raw(offset);
    out.resize((out.size() + 31) / 32 * 32);
    return out + std::string(bytes, 'x');
}

GgufTensorToWrite toWrite(const std::string& name, GgmlType type, const std::vector<std::int64_t>& shape,
                          const std::vector<float>& values) {
    return {name, type, shape, [type, values] { return encodeGgml(type, values); }};
}

}  // namespace

class TestGguf : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path file(const char* name) const { return fs::path(dir_.path().toStdString()) / name; }
    static fs::path fixture() { return fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/gguf/codecs.gguf"; }

    void refused(const std::string& content, const char* part) {
        writeFileAtomically(file("bad"), content);
        try {
            GgufFile read(file("bad"));
            QFAIL(part);
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find(part) != std::string::npos, error.what());
            QVERIFY(std::string(error.what()).find("bad") != std::string::npos && !error.hint().empty());
        }
    }
    static std::vector<float> valuesOf(const GgufFile& read, const std::string& name) {
        return decodeGgml(GgmlType::F32, read.find(name)->bytes, name);
    }

private Q_SLOTS:
    void readsThePackagesMetadata() {
        const GgufFile read(fixture());
        const auto& keys = read.metadata();
        QVERIFY(keys.at("test.uint8") == GgufValue(std::uint8_t{200}));
        QVERIFY(keys.at("test.int8") == GgufValue(std::int8_t{-100}));
        QVERIFY(keys.at("test.uint16") == GgufValue(std::uint16_t{60000}));
        QVERIFY(keys.at("test.int16") == GgufValue(std::int16_t{-30000}));
        QVERIFY(keys.at("test.uint32") == GgufValue(std::uint32_t{4000000000U}));
        QVERIFY(keys.at("test.int32") == GgufValue(std::int32_t{-7}));
        QVERIFY(keys.at("test.float32") == GgufValue(0.5F));
        QVERIFY(keys.at("test.bool") == GgufValue(true));
        QVERIFY(keys.at("test.string") == GgufValue(std::string("grüße")));
        QVERIFY(keys.at("test.uint64") == GgufValue((std::uint64_t{1} << 63) + 5));
        QVERIFY(keys.at("test.int64") == GgufValue(-(std::int64_t{1} << 40)));
        QVERIFY(keys.at("test.float64") == GgufValue(1e-300));
        QVERIFY(*read.list<std::string>("test.strings") == (std::vector<std::string>{"a", "", "Ω"}));
        QVERIFY(*read.list<std::int32_t>("test.integers") == (std::vector<std::int32_t>{1, -2, 3}));
        QVERIFY(*read.list<float>("test.floats") == (std::vector<float>{0.25F, -1.5F}));
        QVERIFY(*read.list<bool>("test.flags") == (std::vector<bool>{true, false}));
        QCOMPARE(*read.integer("test.int16"), std::int64_t{-30000});
        QCOMPARE(*read.real("test.uint8"), 200.0);
        QVERIFY(!read.integer("test.none") && !read.text("test.none") && read.list<float>("test.none") == nullptr);
        QVERIFY_EXCEPTION_THROWN((void)read.integer("test.string"), Error);
        QVERIFY_EXCEPTION_THROWN((void)read.integer("test.uint64"), Error);
        QVERIFY_EXCEPTION_THROWN((void)read.integer("test.bool"), Error);
        QVERIFY_EXCEPTION_THROWN((void)read.text("test.bool"), Error);
        QVERIFY_EXCEPTION_THROWN((void)read.flag("test.uint8"), Error);
        QVERIFY_EXCEPTION_THROWN((void)read.list<std::string>("test.floats"), Error);
    }
    void codecsAreThePackagesToTheBit() {
        const GgufFile read(fixture());
        for (const std::string& input : inputs) {
            const std::vector<float> values = valuesOf(read, input + ".values");
            QCOMPARE(values.size(), std::size_t{1024});
            for (const GgmlType type : codecs) {
                const std::string name = input + "." + ggmlTypeName(type);
                const GgufTensor* theirs = read.find(name);
                QVERIFY2(theirs != nullptr && theirs->type == type, name.c_str());
                QVERIFY(theirs->shape == (std::vector<std::int64_t>{2, 512}));
                const std::vector<std::uint8_t> ours = encodeGgml(type, values);
                QCOMPARE(ours.size(), theirs->bytes.size());
                QVERIFY2(std::memcmp(ours.data(), theirs->bytes.data(), ours.size()) == 0, name.c_str());
                const std::vector<float> decoded = decodeGgml(type, theirs->bytes, name),
                                         expected = valuesOf(read, name + ".read");
                QVERIFY2(std::memcmp(decoded.data(), expected.data(), 4 * decoded.size()) == 0, name.c_str());
            }
        }
    }
    // Blocks of random bits, with the values that the package makes of them.
    void typesThatAreOnlyRead() {
        const GgufFile read(fixture());
        for (const GgmlType type : {GgmlType::Q4_1, GgmlType::Q5_0, GgmlType::Q5_1, GgmlType::IQ4_NL, GgmlType::Q2_K,
                                    GgmlType::Q3_K, GgmlType::Q4_K, GgmlType::Q5_K, GgmlType::Q6_K}) {
            const std::string name = std::string("random.") + ggmlTypeName(type);
            const GgufTensor* theirs = read.find(name);
            QVERIFY2(theirs != nullptr && theirs->type == type, name.c_str());
            const std::vector<float> decoded = decodeGgml(type, theirs->bytes, name),
                                     expected = valuesOf(read, name + ".read");
            QCOMPARE(decoded.size(), std::size_t{512});
            QCOMPARE(expected.size(), std::size_t{512});
            QVERIFY2(std::memcmp(decoded.data(), expected.data(), 4 * decoded.size()) == 0, name.c_str());
            QVERIFY_EXCEPTION_THROWN((void)encodeGgml(type, decoded), Error);
            // The same weights in their groups, within the codes that the form names.
            const GroupedWeights groups = decodeGroups(type, theirs->bytes);
            QVERIFY(groups.form == groupFormOf(type));
            const auto size = static_cast<std::size_t>(groups.form.size);
            QCOMPARE(groups.scales.size(), decoded.size() / size);
            QCOMPARE(groups.minimums.size(), groups.form.minimums ? decoded.size() / size : 0);
            const int offset = groups.form.bits == 8 ? 128 : groups.form.minimums ? 0 : groups.form.bits == 4 ? 8 : 1;
            for (std::size_t i = 0; i < decoded.size(); ++i) {
                const int stored = groups.codes[i] + offset;
                QVERIFY2(stored >= 0 && stored < 1 << groups.form.bits, name.c_str());
                const float product = groups.scales[i / size] * static_cast<float>(groups.codes[i]);
                QCOMPARE(groups.form.minimums ? product + groups.minimums[i / size] : product, decoded[i]);
            }
        }
        // Q2_0, which the package does not know yet, by its definition: code 3 is 2 d.
        std::vector<std::uint8_t> block(18, 0b11'10'01'00);
        const std::uint16_t half = floatToF16(0.25F);
        std::memcpy(block.data(), &half, sizeof half);
        const std::vector<float> weights = decodeGgml(GgmlType::Q2_0, std::as_bytes(std::span(block)), "t");
        QCOMPARE(weights.size(), std::size_t{64});
        for (std::size_t i = 0; i < 64; ++i) QCOMPARE(weights[i], 0.25F * (static_cast<float>(i % 4) - 1));
    }
    // A fork's number 42 means groups of 128: its tensors are shorter than Q2_0's.
    void tensorsThatReachIntoAnotherAreRefused() {
        std::string content = header(2, 0);
        for (const auto& [name, offset] : {std::pair{"a", 0}, {"b", 544}})
            content += text(name) + raw(std::uint32_t{1}) + raw(std::uint64_t{2048}) + raw(std::uint32_t{42}) +
                       raw(static_cast<std::uint64_t>(offset));
        content.resize((content.size() + 31) / 32 * 32);
        refused(content + std::string(2 * 576, 'x'), "reach into tensor b");
    }
    void ternaryWeightsAreKeptByTernaryCodecs() {
        std::vector<std::int8_t> codes(1024);
        for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int8_t>(randomBits(1, 2, i) % 3) - 1;
        std::fill_n(codes.begin() + 256, 256, std::int8_t{0});
        for (const float scale : {1.0F, 0.25F, f16ToFloatOf(0.0123F)}) {
            std::vector<float> values(codes.begin(), codes.end());
            for (float& value : values) value *= scale;
            for (const GgmlType type :
                 {GgmlType::TQ1_0, GgmlType::TQ2_0, GgmlType::Q2_0, GgmlType::F16, GgmlType::Q4_0}) {
                const auto bytes = type == GgmlType::Q4_0 ? encodeTernaryQ4(codes, scale) : encodeGgml(type, values);
                const auto back = ternaryValues(decodeGgml(type, std::as_bytes(std::span(bytes)), "t"), 256);
                QVERIFY2(back && back->codes == codes && back->scales == std::vector<float>{scale}, ggmlTypeName(type));
            }
        }
        QVERIFY(!ternaryValues(std::vector<float>{0.5F, -0.5F, 0.25F}, 3));
        QVERIFY(!ternaryValues(std::vector<float>{0.5F, -0.5F, 0.25F}, 1));  // no sign of a scale a row
        QVERIFY(!ternaryValues(std::vector<float>{NAN, 1.0F}, 2));
        QCOMPARE(ternaryValues(std::vector<float>(5, 0.0F), 5)->scales, std::vector<float>{0.0F});
        std::vector<std::uint8_t> bytes(66, 0xff);
        QVERIFY_EXCEPTION_THROWN((void)decodeGgml(GgmlType::TQ2_0, std::as_bytes(std::span(bytes)), "t"), Error);
    }
    // A scale of all, of each row, of each group: told apart by the weights alone.
    void ternaryScalesByRowAndGroup() {
        constexpr std::size_t columns = 256, rows = 3;
        for (const std::size_t size : {rows * columns, columns, std::size_t{128}, std::size_t{64}}) {
            std::vector<float> values(rows * columns);
            std::vector<std::int8_t> codes(values.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                codes[i] = static_cast<std::int8_t>(randomBits(2, 0, i) % 3) - 1;
                values[i] = static_cast<float>(codes[i]) * (0.5F + static_cast<float>(i / size));
            }
            const auto found = ternaryValues(values, columns);
            QVERIFY(found && found->codes == codes);
            QCOMPARE(found->scales.size(), values.size() / size);
            for (std::size_t i = 0; i < found->scales.size(); ++i)
                QCOMPARE(found->scales[i], 0.5F + static_cast<float>(i));
            values[77] *= 1.5F;
            if (codes[77] != 0) QVERIFY(!ternaryValues(values, columns));
        }
        std::vector<float> groupsOf32(256);
        for (std::size_t i = 0; i < 256; ++i) groupsOf32[i] = 1.0F + static_cast<float>(i / 32);
        QVERIFY(!ternaryValues(groupsOf32, 256));
    }
    // I2_S by its layout, written here the slow way: 2B4T's official file is of this type.
    void i2sByItsLayout() {
        constexpr std::size_t count = 384;
        std::vector<int> codes(count);
        std::vector<std::uint8_t> bytes(count / 4 + 32);
        for (std::size_t e = 0; e < count; ++e) {
            codes[e] = static_cast<int>(randomBits(3, 0, e) % 3) - 1;
            std::uint8_t& byte = bytes[32 * (e / 128) + e % 32];
            byte = static_cast<std::uint8_t>(byte | (codes[e] + 1) << (6 - 2 * (e % 128 / 32)));
        }
        const float scale = 1.75F;
        std::memcpy(bytes.data() + count / 4, &scale, sizeof scale);
        const std::vector<float> weights = decodeGgml(GgmlType::I2_S, std::as_bytes(std::span(bytes)), "t");
        QCOMPARE(weights.size(), count);
        for (std::size_t e = 0; e < count; ++e) QCOMPARE(weights[e], scale * static_cast<float>(codes[e]));
        QCOMPARE(ggmlBytes(GgmlType::I2_S, count), static_cast<std::int64_t>(bytes.size()));
        auto damaged = bytes;
        damaged[5] = 0xff;
        QVERIFY_EXCEPTION_THROWN((void)decodeGgml(GgmlType::I2_S, std::as_bytes(std::span(damaged)), "t"), Error);
        const float infinite = HUGE_VALF;
        std::memcpy(bytes.data() + count / 4, &infinite, sizeof infinite);
        QVERIFY_EXCEPTION_THROWN((void)decodeGgml(GgmlType::I2_S, std::as_bytes(std::span(bytes)), "t"), Error);
        QVERIFY_EXCEPTION_THROWN((void)encodeGgml(GgmlType::I2_S, weights), Error);
    }
    void whatIsWrittenIsRead() {
        const GgufFile theirs(fixture());
        const GgufEntries entries(theirs.metadata().begin(), theirs.metadata().end());
        std::vector<GgufTensorToWrite> tensors;
        for (const std::string& input : inputs) {
            const std::vector<float> values = valuesOf(theirs, input + ".values");
            tensors.push_back(toWrite(input + ".values", GgmlType::F32, {2, 512}, values));
            for (const GgmlType type : codecs)
                tensors.push_back(toWrite(input + "." + ggmlTypeName(type), type, {2, 512}, values));
        }
        const QByteArray wanted = qgetenv("TRITLAB_GGUF_OUT");
        const fs::path out = wanted.isEmpty() ? file("own.gguf") : fs::path(wanted.toStdString());
        writeGguf(out, entries, tensors);
        const GgufFile ours(out);
        QVERIFY(ours.metadata() == theirs.metadata());
        for (const auto& tensor : tensors) {
            const GgufTensor *left = ours.find(tensor.name), *right = theirs.find(tensor.name);
            QVERIFY(left != nullptr && left->type == right->type && left->shape == right->shape);
            QVERIFY(std::memcmp(left->bytes.data(), right->bytes.data(), right->bytes.size()) == 0);
        }
        tensors.push_back({"short", GgmlType::F32, {2}, [] { return std::vector<std::uint8_t>(7); }});
        QVERIFY_EXCEPTION_THROWN(writeGguf(file("never.gguf"), entries, tensors), Error);
        QVERIFY(!fs::exists(file("never.gguf")));
    }
    void refusesDamage() {
        refused("", "does not begin with GGUF");
        refused("GGML1234", "does not begin with GGUF");
        refused("GGUF", "ends within the header");
        refused(header(0, 0, 1), "version 1");
        refused(header(0, 0, 0x03000000), "byte order");
        refused(header(0, 1), "ends within a key");
        refused(header(0, 1) + raw(~std::uint64_t{0}), "ends within a key");
        refused(header(0, 1) + text("k") + raw(std::uint32_t{99}), "unknown type 99");
        refused(header(0, 1) + text("k") + raw(std::uint32_t{7}) + "\x02", "neither true nor false");
        refused(header(0, 1) + text("k") + raw(std::uint32_t{9}) + raw(std::uint32_t{9}), "list of lists");
        refused(header(0, 1) + text("k") + raw(std::uint32_t{9}) + raw(std::uint32_t{4}) + raw(std::uint64_t{1} << 61),
                "too short");
        refused(header(0, 2) + text("k") + raw(std::uint32_t{7}) + '\1' + text("k") + raw(std::uint32_t{7}) + '\1',
                "twice");
        refused(header(0, 1) + text("general.alignment") + raw(std::uint32_t{4}) + raw(std::uint32_t{24}),
                "power of two");
        refused(header(1, 0) + text("t") + raw(std::uint32_t{5}), "5 dimensions");
        refused(oneTensor(0, 0, 0, 4), "no elements");
        refused(oneTensor(std::uint64_t{1} << 62, 0, 0, 4), "larger than the file");
        refused(oneTensor(256, 23, 0, 4), "IQ4_XS");
        refused(oneTensor(256, 77, 0, 4), "number 77");
        refused(oneTensor(100, 35, 0, 66), "multiple of 256");
        refused(oneTensor(4, 0, 3, 32), "multiple of 32");
        refused(oneTensor(4, 0, 0, 15), "needs 16 bytes");
        refused(oneTensor(4, 0, 32, 40), "needs 16 bytes at 32");
        refused(oneTensor(4, 0, ~std::uint64_t{0} / 32 * 32, 40), "needs 16 bytes");
    }
    // Random damage to real files: an Error, or a file whose every tensor lies inside it. Never a crash (run under ASan
    // too).
    void survivesMutations() {
        writeGguf(file("small.gguf"),
                  {{"general.architecture", std::string("llama")},
                   {"a.list", GgufArray{std::vector<std::string>{"x", "yz"}}},
                   {"a.number", std::uint32_t{7}}},
                  {toWrite("first", GgmlType::TQ2_0, {2, 256}, std::vector<float>(512, 1.0F)),
                   toWrite("second", GgmlType::F32, {3}, {1, 2, 3})});
        const std::string good = readFile(file("small.gguf"));
        int whole = 0;
        for (std::uint64_t round = 0; round < 4000; ++round) {
            std::string bad = good;
            for (std::uint64_t k = 0; k <= randomBits(1, round, 0) % 3; ++k) {
                const std::uint64_t at = randomBits(2, round, k) % (k == 0 ? 230 : bad.size());
                bad[at] = static_cast<char>(round % 2 == 0 ? randomBits(3, round, k)
                                                           : static_cast<std::uint64_t>(bad[at]) ^
                                                                 (1U << randomBits(3, round, k) % 8));
            }
            if (round % 5 == 0) bad.resize(randomBits(4, round, 0) % bad.size());
            fs::remove(file("bad"));
            std::ofstream(file("bad"), std::ios::binary).write(bad.data(), static_cast<std::streamsize>(bad.size()));
            try {
                const GgufFile read(file("bad"));
                for (const auto& [name, tensor] : read.tensors()) {
                    std::int64_t count = 1;
                    for (const std::int64_t length : tensor.shape) count *= length;
                    QCOMPARE(static_cast<std::int64_t>(decodeGgml(tensor.type, tensor.bytes, name).size()), count);
                }
                ++whole;
            } catch (const Error&) {}
        }
        QVERIFY(whole > 100 && whole < 3900);
    }

private:
    static float f16ToFloatOf(float value) {
        const auto bytes = encodeGgml(GgmlType::F16, std::span(&value, 1));
        return decodeGgml(GgmlType::F16, std::as_bytes(std::span(bytes)), "half").front();
    }
};

QTEST_APPLESS_MAIN(TestGguf)
#include "test_gguf.moc"
