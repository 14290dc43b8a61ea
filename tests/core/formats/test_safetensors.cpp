// The safetensors reader and writer: round trips, every kind of damage refused by name, half-precision conversions.
#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numeric>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/formats/safetensors.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

std::string withHeader(const std::string& header, const std::string& data) {
    const std::uint64_t size = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &size, 8);
    return bytes + header + data;
}

// Of the floats next to `value` in the half format given by its decoder, the nearest, ties to the even bit pattern.
template <class Decode>
std::uint16_t nearestByScan(float value, Decode decode) {
    std::uint16_t best = 0;
    double bestDistance = INFINITY;
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        const double candidate = decode(static_cast<std::uint16_t>(bits));
        if (!std::isfinite(candidate) || std::signbit(candidate) != std::signbit(value)) continue;
        const double distance = std::abs(candidate - static_cast<double>(value));
        if (distance < bestDistance || (distance == bestDistance && bits % 2 == 0)) {
            best = static_cast<std::uint16_t>(bits);
            bestDistance = distance;
        }
    }
    return best;
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path file(const char* name) const { return fs::path(dir_.path().toStdString()) / name; }

    void refused(const std::string& content, const char* part) {
        writeFileAtomically(file("bad"), content);
        try {
            SafetensorsFile read(file("bad"));
            QFAIL(part);
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find(part) != std::string::npos, error.what());
            QVERIFY(std::string(error.what()).find("bad") != std::string::npos);
        }
    }

private Q_SLOTS:
    void roundTrips() {
        std::vector<float> floats(24);
        std::iota(floats.begin(), floats.end(), -7.25F);
        const std::vector<std::uint8_t> bytes{1, 2, 255};
        writeSafetensors(file("a"), {{"f", DType::F32, {2, 3, 4}, floats.data()}, {"b", DType::U8, {3}, bytes.data()}},
                         {{"format", "pt"}});
        const SafetensorsFile read(file("a"));
        QCOMPARE(read.tensors().size(), std::size_t{2});
        QVERIFY(toFloats(read.tensor("f", {2, 3, 4}), "f") == floats);
        QCOMPARE(std::memcmp(read.tensor("b").bytes.data(), bytes.data(), 3), 0);
        QCOMPARE(QString::fromStdString(read.metadata().at("format")), QStringLiteral("pt"));
        QVERIFY_EXCEPTION_THROWN((void)read.tensor("f", {24}), Error);
        QVERIFY_EXCEPTION_THROWN((void)read.tensor("missing"), Error);
        QVERIFY_EXCEPTION_THROWN((void)read.floats("b"), Error);
    }
    void refusesDamage() {
        refused("", "too short");
        refused("1234567", "too short");
        refused(std::string(8, '\xff') + "{}", "header");
        refused(withHeader("not json", ""), "JSON");
        refused(withHeader("[1]", ""), "JSON");
        refused(withHeader(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234"), "ends at byte 8");
        refused(withHeader(R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "12345678"),
                "does not have 8 bytes");
        refused(withHeader(R"({"t":{"dtype":"Q9","shape":[1],"data_offsets":[0,4]}})", "1234"), "Q9");
        refused(withHeader(R"({"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234"), "negative");
        refused(withHeader(R"({"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", "1234"),
                "larger");
        refused(withHeader(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}})", "123456789"), "ends at byte");
        refused(withHeader(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[-1,3]}})", "1234"), "offsets");
        refused(withHeader(R"({"t":7})", ""), "no dtype");
    }
    // Random damage to a real file: an Error or a file whose every tensor lies inside it. Never a crash (run under ASan
    // too).
    void survivesMutations() {
        std::vector<float> floats(64, 1.5F);
        writeSafetensors(file("a"), {{"weight", DType::F32, {8, 8}, floats.data()}});
        const std::string good = readFile(file("a"));
        for (std::uint64_t round = 0; round < 3000; ++round) {
            std::string bad = good;
            for (std::uint64_t k = 0; k <= randomBits(1, round, 0) % 4; ++k)
                bad[randomBits(2, round, k) % 90] = static_cast<char>(randomBits(3, round, k));
            if (round % 3 == 0) bad.resize(randomBits(4, round, 0) % bad.size());
            fs::remove(file("bad"));  // overwriting in place would make the file system flush each time
            std::ofstream(file("bad"), std::ios::binary).write(bad.data(), static_cast<std::streamsize>(bad.size()));
            try {
                const SafetensorsFile read(file("bad"));
                for (const auto& [name, view] : read.tensors())
                    if (view.type == DType::F32) QCOMPARE(read.floats(name).size() * 4, view.bytes.size());
            } catch (const Error&) {}
        }
    }
    void halfPrecisionRoundsToNearestEven() {
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            if (!std::isnan(bf16ToFloat(half))) QCOMPARE(floatToBf16(bf16ToFloat(half)), half);
            if (!std::isnan(f16ToFloat(half))) QCOMPARE(floatToF16(f16ToFloat(half)), half);
        }
        for (std::uint64_t i = 0; i < 60; ++i) {
            const float value = std::ldexp(static_cast<float>(randomUniform(5, 1, i)) - 0.5F, static_cast<int>(i) - 28);
            QCOMPARE(floatToBf16(value), nearestByScan(value, bf16ToFloat));
            if (std::abs(value) < 65504) QCOMPARE(floatToF16(value), nearestByScan(value, f16ToFloat));
        }
        QVERIFY(std::isnan(bf16ToFloat(floatToBf16(NAN))) && std::isnan(f16ToFloat(floatToF16(NAN))));
        QCOMPARE(f16ToFloat(floatToF16(65520.0F)), INFINITY);
        QCOMPARE(f16ToFloat(0x3555), 0.333251953125F);  // the f16 nearest to a third
    }
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
