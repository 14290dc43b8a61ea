// The packed engine against a naive float64 forward for each architecture, kernel set and storage; caches, batches, bad
// files.
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/infer/bench.h"
#include "core/infer/packed_file.h"
#include "core/infer/packed_model.h"
#include "naive_model.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

namespace {

bool sameBits(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i])) return false;
    return true;
}

double largestDifference(std::span<const float> a, const std::vector<double>& b) {
    double max = 0;
    for (std::size_t i = 0; i < a.size(); ++i) max = std::max(max, std::fabs(a[i] - b[i]));
    return max;
}

std::vector<float> copyOf(std::span<const float> x) { return {x.begin(), x.end()}; }

PackedOptions twoThreads() {
    PackedOptions options;
    options.threads = 2;
    return options;
}

// Not synced, unlike the core's writers: these files are damaged by the hundred.
void write(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
}

// The message of the error that `work` throws; empty where it throws none.
template <class Work>
std::string errorOf(Work work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestPackedModel : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }
    int next_ = 0;
    fs::path fresh() { return root() / std::to_string(next_++); }

private Q_SLOTS:
    void cleanup() { forceKernels(availableKernelSets().back()); }

    // Random untrained ternary models are chaotic: where float64 and fp32 round one activation to different codes,
    // logits differ by far more than rounding. The seeds below are ones where no code flips.
    void everyArchitectureEqualsTheNaiveForward_data() {
        QTest::addColumn<int>("index");
        const auto configs = tinyConfigs();
        for (std::size_t i = 0; i < configs.size(); ++i) QTest::newRow(configs[i].name.c_str()) << static_cast<int>(i);
    }
    void everyArchitectureEqualsTheNaiveForward() {
        QFETCH(int, index);
        const ModelConfig config = tinyConfigs()[static_cast<std::size_t>(index)].config;
        const fs::path folder = fresh();
        writeRandomModel(folder, config, 1);
        const auto tokens = uniformTokens(40, config.vocabSize, 5);
        const auto expected = NaiveModel(folder).logits(tokens);
        std::vector<float> reference;
        for (const KernelSet set : availableKernelSets()) {
            forceKernels(set);
            const auto model = PackedModel::load(folder, twoThreads());
            QCOMPARE(model->kernelSet(), set);
            const auto session = PackedSession::create(model, 64);
            std::vector<float> all;
            std::int64_t seen = 0;
            double max = 0;
            session->feed(tokens, [&](std::int64_t at, std::span<const float> logits) {
                QCOMPARE(at, seen++);
                max = std::max(max, largestDifference(logits, expected[static_cast<std::size_t>(at)]));
                all.insert(all.end(), logits.begin(), logits.end());
            });
            QCOMPARE(seen, 40);
            qInfo("%s: largest difference %.2g", kernelSetName(set), max);
            QVERIFY(max < 2e-4);
            if (set == KernelSet::Scalar) reference = all;
            QVERIFY(sameBits(all, reference));
        }
    }

    void storageOfEverySort() {
        for (const auto& [name, config] : tinyConfigs())
            for (const DType type : {DType::F32, DType::BF16, DType::F16}) {
                const fs::path folder = fresh();
                writeRandomModel(folder, config, 2, type);
                const auto tokens = uniformTokens(20, config.vocabSize, 5);
                const auto expected = NaiveModel(folder).logits(tokens).back();
                const auto logitsWith = [&](const PackedOptions& options) {
                    return copyOf(PackedSession::create(PackedModel::load(folder, options), 32)->feed(tokens));
                };
                const auto plain = logitsWith(twoThreads());
                QVERIFY2(largestDifference(plain, expected) < 2e-4, name.c_str());
                PackedOptions trits = twoThreads();
                trits.ternary = TernaryFormat::FiveTrits;
                QVERIFY2(sameBits(logitsWith(trits), plain), name.c_str());
                PackedOptions one = twoThreads();
                one.threads = 1;
                QVERIFY2(sameBits(logitsWith(one), plain), name.c_str());
            }
    }

    void fullPrecisionFromTheShadowWeights() {
        for (const auto& [name, config] : tinyConfigs()) {
            const fs::path folder = fresh();
            writeRandomModel(folder, config, 3);
            const auto tokens = uniformTokens(20, config.vocabSize, 6);
            PackedOptions options = twoThreads();
            options.shadowWeights = true;
            const auto session = PackedSession::create(PackedModel::load(folder, options), 32);
            QVERIFY2(largestDifference(session->feed(tokens), NaiveModel(folder, false).logits(tokens).back()) < 2e-4,
                     name.c_str());
        }
    }

    // Rounding of head and cache changes logits by about their precision, not by more. On a dense model: no code can
    // flip.
    void smallerHeadsAndCaches() {
        const ModelConfig config = tinyConfigs()[3].config;
        const fs::path folder = fresh();
        writeRandomModel(folder, config, 4);
        const auto tokens = uniformTokens(40, config.vocabSize, 7);
        const auto exact = NaiveModel(folder).logits(tokens).back();
        double largest = 0;
        for (const double logit : exact) largest = std::max(largest, std::fabs(logit));
        const auto differenceWith = [&](DenseStorage embedding, CacheFormat cache) {
            PackedOptions options = twoThreads();
            options.embedding = embedding;
            options.cache = cache;
            const auto session = PackedSession::create(PackedModel::load(folder, options), 64);
            return largestDifference(session->feed(tokens), exact) / largest;
        };
        QVERIFY(differenceWith(DenseStorage::AsStored, CacheFormat::F32) < 1e-5);
        const double bf16Head = differenceWith(DenseStorage::Bf16, CacheFormat::F32),
                     int8Head = differenceWith(DenseStorage::Int8, CacheFormat::F32),
                     bf16Cache = differenceWith(DenseStorage::AsStored, CacheFormat::Bf16),
                     int8Cache = differenceWith(DenseStorage::AsStored, CacheFormat::Int8);
        qInfo("relative differences: bf16 head %.2g, int8 head %.2g, bf16 cache %.2g, int8 cache %.2g", bf16Head,
              int8Head, bf16Cache, int8Cache);
        QVERIFY(bf16Head > 0 && bf16Head < 0.01);
        QVERIFY(int8Head > 0 && int8Head < 0.05);
        QVERIFY(bf16Cache > 0 && bf16Cache < 0.01);
        QVERIFY(int8Cache > 0 && int8Cache < 0.05);
    }

    void piecesRewindsAndBatchesGiveTheSameBits() {
        for (const auto& [name, config] : tinyConfigs())
            for (const CacheFormat cache : {CacheFormat::F32, CacheFormat::Bf16, CacheFormat::Int8}) {
                const fs::path folder = fresh();
                writeRandomModel(folder, config, 5);
                PackedOptions options = twoThreads();
                options.cache = cache;
                const auto model = PackedModel::load(folder, options);
                const auto tokens = uniformTokens(300, config.vocabSize, 8);  // more than two blocks
                const auto whole = PackedSession::create(model, 300);
                const auto expected = copyOf(whole->feed(tokens));
                QCOMPARE(whole->position(), 300);

                const auto pieces = PackedSession::create(model, 400);
                std::vector<float> got;
                for (std::size_t at = 0, step = 1; at < tokens.size(); at += step, step = step % 37 + 3)
                    got = copyOf(pieces->feed(std::span(tokens).subspan(at, std::min(step, tokens.size() - at))));
                QVERIFY2(sameBits(got, expected), name.c_str());

                static_cast<void>(pieces->feed(uniformTokens(50, config.vocabSize, 1)));
                pieces->rewind(120);
                QCOMPARE(pieces->position(), 120);
                QVERIFY2(sameBits(pieces->feed(std::span(tokens).subspan(120)), expected), name.c_str());

                // Three sequences together, each as if alone.
                std::vector<std::unique_ptr<PackedSession>> sessions;
                std::vector<PackedSession*> batch;
                std::vector<TokenId> last;
                std::vector<std::vector<float>> alone;
                for (const std::size_t length : {3u, 77u, 20u}) {
                    const auto single = PackedSession::create(model, 100);
                    alone.push_back(copyOf(single->feed(std::span(tokens).subspan(0, length))));
                    sessions.push_back(PackedSession::create(model, 100));
                    static_cast<void>(sessions.back()->feed(std::span(tokens).subspan(0, length - 1)));
                    batch.push_back(sessions.back().get());
                    last.push_back(tokens[length - 1]);
                }
                std::size_t seen = 0;
                PackedSession::feedTogether(batch, last, [&](std::size_t i, std::span<const float> logits) {
                    ++seen;
                    QVERIFY2(sameBits(logits, alone[i]), name.c_str());
                });
                QCOMPARE(seen, 3u);
                QCOMPARE(batch[1]->position(), 77);
            }
    }

    void whatDoesNotFitIsRefusedAndNothingChanges() {
        const ModelConfig config = tinyConfigs()[2].config;
        const fs::path folder = fresh();
        writeRandomModel(folder, config, 6);
        const auto model = PackedModel::load(folder, twoThreads());
        const auto session = PackedSession::create(model, 10);
        const auto tokens = uniformTokens(10, config.vocabSize, 2);
        const auto expected = copyOf(PackedSession::create(model, 10)->feed(tokens));
        static_cast<void>(session->feed(std::span(tokens).subspan(0, 4)));
        QVERIFY(errorOf([&] { session->feed(std::span(tokens).subspan(0, 7)); }).find("4 of 10 positions") !=
                std::string::npos);
        const TokenId outside[] = {3, static_cast<TokenId>(config.vocabSize)}, negative[] = {-1};
        QVERIFY(errorOf([&] { session->feed(outside); }).find("outside the model's vocabulary") != std::string::npos);
        QVERIFY(!errorOf([&] { session->feed(negative); }).empty());
        QVERIFY(!errorOf([&] { session->feed({}); }).empty());
        QVERIFY(!errorOf([&] { session->rewind(5); }).empty());
        QVERIFY(!errorOf([&] { session->rewind(-1); }).empty());
        QCOMPARE(session->position(), 4);
        QVERIFY(sameBits(session->feed(std::span(tokens).subspan(4)), expected));
        QVERIFY(!errorOf([&] { PackedSession::create(model, 0); }).empty());
        PackedSession* twice[] = {session.get(), session.get()};
        QVERIFY(!errorOf([&] { PackedSession::feedTogether(twice, std::span(tokens).subspan(0, 2), {}); }).empty());
    }

    // Cut short at many lengths, and with tensors of a wrong shape, missing, or not finite: an Error that names file or
    // tensor.
    void damagedFilesAreRefused() {
        const ModelConfig config = tinyConfigs()[2].config;
        const fs::path whole = fresh();
        writeRandomModel(whole, config, 7);
        const std::string bytes = readFile(whole / "model.safetensors");
        const fs::path folder = fresh();
        fs::create_directories(folder);
        fs::copy_file(whole / "config.json", folder / "config.json");
        const auto loadError = [&] { return errorOf([&] { PackedModel::load(folder, twoThreads()); }); };
        for (int cut = 0; cut < 40; ++cut) {
            write(folder / "model.safetensors",
                  std::string_view(bytes).substr(0, bytes.size() * static_cast<std::size_t>(cut) / 40));
            QVERIFY2(loadError().find("model.safetensors") != std::string::npos, qPrintable(QString::number(cut)));
        }
        const auto writeDamaged = [&](const std::function<void(std::vector<TensorToWrite>&)>& damage) {
            const SafetensorsFile file(whole / "model.safetensors");
            std::vector<TensorToWrite> tensors;
            for (const auto& [name, view] : file.tensors())
                tensors.push_back({name, view.type, view.shape, view.bytes.data()});
            damage(tensors);
            writeSafetensors(folder / "model.safetensors", tensors);
        };
        std::vector<float> poisoned(static_cast<std::size_t>(config.ffnSize * config.hiddenSize), 0.5f);
        poisoned[7] = std::numeric_limits<float>::quiet_NaN();
        for (const std::string name :
             {"model.norm.weight", "model.embed_tokens.weight", "model.layers.1.mlp.down_proj.weight",
              "model.layers.0.self_attn.attn_sub_norm.weight"}) {
            writeDamaged([&](auto& tensors) { std::erase_if(tensors, [&](const auto& t) { return t.name == name; }); });
            QVERIFY2(loadError().find(name) != std::string::npos, name.c_str());
            writeDamaged([&](auto& tensors) {
                for (auto& t : tensors)
                    if (t.name == name) t.shape.back() -= 1;
            });
            QVERIFY2(loadError().find(name) != std::string::npos, name.c_str());
            writeDamaged([&](auto& tensors) {
                for (auto& t : tensors)
                    if (t.name == name) t.data = poisoned.data();
            });
            QVERIFY2(loadError().find(name) != std::string::npos, name.c_str());
        }
        writeDamaged([](auto&) {});
        QCOMPARE(QString::fromStdString(loadError()), QString());
        std::string json = readFile(folder / "config.json");
        const auto at = json.find("\"num_hidden_layers\": 2");
        QVERIFY(at != std::string::npos);
        json.replace(at, 22, "\"num_hidden_layers\": 3");
        writeFileAtomically(folder / "config.json", json);
        QVERIFY(loadError().find("model.layers.2.") != std::string::npos);
    }

    // Hugging Face's packed forms: four row blocks to a byte, absmean or its inverse beside them; the same codes as the
    // master's.
    void packedHuggingFaceFolders() {
        const ModelConfig config = tinyConfigs()[2].config;
        const fs::path master = fresh();
        writeRandomModel(master, config, 8);
        const auto tokens = uniformTokens(20, config.vocabSize, 5);
        const auto expected = copyOf(PackedSession::create(PackedModel::load(master, twoThreads()), 32)->feed(tokens));
        for (const WeightStorage storage : {WeightStorage::PackedAbsmean, WeightStorage::PackedInverse}) {
            const fs::path folder = fresh();
            fs::create_directories(folder);
            ModelDescription description = readModelDescription(master);
            description.storage = storage;
            writeFileAtomically(folder / "config.json", modelDescriptionJson(description).dump());
            const ModelWeights weights(master);
            std::vector<std::vector<std::uint8_t>> bytes;
            std::vector<float> scales;
            scales.reserve(100);
            std::vector<TensorToWrite> tensors;
            for (const TensorSpec& spec : tensorSpecs(config)) {
                if (!spec.ternary) {
                    tensors.push_back(
                        {spec.name, DType::F32, spec.shape, weights.tensor(spec.name, spec.shape).bytes.data()});
                    continue;
                }
                const auto values = weights.floats(spec.name, spec.shape);
                double mean = 0;
                for (const float v : values) mean += std::fabs(static_cast<double>(v));
                mean /= static_cast<double>(values.size());
                const std::int64_t rows = spec.shape[0] / 4, columns = spec.shape[1];
                bytes.emplace_back(static_cast<std::size_t>(rows * columns), std::uint8_t{0});
                for (std::int64_t row = 0; row < 4 * rows; ++row)
                    for (std::int64_t column = 0; column < columns; ++column) {
                        const double code = std::clamp(
                            std::nearbyint(values[static_cast<std::size_t>(row * columns + column)] / mean), -1.0, 1.0);
                        bytes.back()[static_cast<std::size_t>(row % rows * columns + column)] |=
                            static_cast<std::uint8_t>(static_cast<int>(code + 1) << (2 * (row / rows)));
                    }
                scales.push_back(static_cast<float>(storage == WeightStorage::PackedInverse ? 1 / mean : mean));
                tensors.push_back({spec.name, DType::U8, {rows, columns}, bytes.back().data()});
                tensors.push_back({spec.name + "_scale", DType::F32, {1}, &scales.back()});
            }
            writeSafetensors(folder / "model.safetensors", tensors);
            const auto session = PackedSession::create(PackedModel::load(folder, twoThreads()), 32);
            const auto logits = session->feed(tokens);
            double max = 0;
            for (std::size_t i = 0; i < expected.size(); ++i)
                max = std::max(max, static_cast<double>(std::fabs(logits[i] - expected[i])));
            QVERIFY2(max < 1e-4, qPrintable(QString::number(max)));
            PackedOptions shadow = twoThreads();
            shadow.shadowWeights = true;
            QVERIFY(errorOf([&] { PackedModel::load(folder, shadow); }).find("packed weights only") !=
                    std::string::npos);
        }
    }

    void savedAndMappedIsTheSameModel() {
        for (const auto& [name, config] : tinyConfigs())
            for (const DenseStorage dense : {DenseStorage::AsStored, DenseStorage::Bf16, DenseStorage::Int8})
                for (const TernaryFormat ternary : {TernaryFormat::TwoBit, TernaryFormat::FiveTrits}) {
                    const fs::path folder = fresh(), saved = fresh(), again = fresh();
                    writeRandomModel(folder, config, 9, DType::F32, Template::Instruction);
                    PackedOptions options = twoThreads();
                    options.embedding = options.denseLinears = dense;
                    options.ternary = ternary;
                    const auto model = PackedModel::load(folder, options);
                    model->save(saved);
                    // An older program that would pass over biases and norms of heads refuses the file.
                    const bool newer = config.qkNorms || hasBiases(config);
                    QCOMPARE(SafetensorsFile(saved / "packed.safetensors").metadata().at("version"),
                             std::string(newer ? "3" : "2"));
                    const auto mapped = PackedModel::load(saved, twoThreads());  // the file's formats count
                    QVERIFY(mapped->description().config == config);
                    QCOMPARE(mapped->description().chatTemplate, Template::Instruction);
                    QCOMPARE(mapped->residentBytes(), model->residentBytes());
                    const auto tokens = uniformTokens(30, config.vocabSize, 5);
                    const auto expected = copyOf(PackedSession::create(model, 32)->feed(tokens));
                    QVERIFY2(sameBits(PackedSession::create(mapped, 32)->feed(tokens), expected), name.c_str());
                    mapped->save(again);
                    QVERIFY(readFile(again / "packed.safetensors") == readFile(saved / "packed.safetensors"));
                }
    }

    void damagedPackedFilesAreRefused() {
        const ModelConfig config = tinyConfigs()[2].config;
        const fs::path folder = fresh(), saved = fresh();
        writeRandomModel(folder, config, 10);
        PackedModel::load(folder, twoThreads())->save(saved);
        const fs::path file = saved / "packed.safetensors";
        const std::string bytes = readFile(file);
        const auto loadError = [&] { return errorOf([&] { PackedModel::load(saved, twoThreads()); }); };
        QVERIFY(loadError().empty());
        for (std::uint64_t i = 0; i < 300; ++i) {
            const std::size_t at = randomBits(3, 0, i) % bytes.size();
            std::string altered = bytes;
            altered[at] = static_cast<char>(altered[at] ^ static_cast<char>(1u << (i % 8)));
            write(file, altered);
            const std::string error = loadError();
            // Only a blank of the header's padding may become another blank.
            if (error.empty()) QVERIFY2(bytes[at] == ' ', qPrintable(QString::number(at)));
            else QVERIFY2(error.find("packed.safetensors") != std::string::npos, error.c_str());
        }
        for (int cut = 0; cut < 50; ++cut) {
            write(file, std::string_view(bytes).substr(0, bytes.size() * static_cast<std::size_t>(cut) / 50));
            QVERIFY(loadError().find("packed.safetensors") != std::string::npos);
        }
        // Another model's file: every tensor is there, of another shape.
        ModelConfig wider = config;
        wider.ffnSize = 200;
        const fs::path other = fresh();
        PackedModel::random(wider, twoThreads())->save(other);
        fs::copy_file(other / "packed.safetensors", file, fs::copy_options::overwrite_existing);
        QVERIFY(loadError().find("mlp.") != std::string::npos);
        fs::remove(file);
        QVERIFY(!loadError().empty());
    }

    // Of files whose hash is right: a product writes to the rows that they name.
    void exceptionsOutsideOfTheirTileAreRefused() {
        ModelConfig config = tinyConfigs()[2].config;
        PackedOptions options = twoThreads();
        options.embedding = DenseStorage::Bf16;
        const fs::path saved = fresh();
        PackedModel::random(config, options)->save(saved);
        ThreadPool pool(1);
        const auto loadError = [&](const std::function<void(PackedMatrix&)>& alter) {
            ModelParts parts = randomParts(config, options, 1, pool);
            parts.embedding = packDenseMatrix(DenseFormat::Bf16Short, config.vocabSize, config.hiddenSize,
                                              [&](std::int64_t row, float* out) {
                                                  std::fill_n(out, config.hiddenSize, 1.f);
                                                  // more sizes than a table has room for
                                                  for (int k = 0; k < 20 && row == 3; ++k)
                                                      out[k] = std::ldexp(1.f, 4 * k - 40);
                                              });
            alter(parts.embedding);
            writePackedFile(parts, saved / "packed.safetensors");
            return errorOf([&] { PackedModel::load(saved, options); });
        };
        const auto first = [](PackedMatrix& matrix) -> Bf16Exception& {
            return *matrix.exceptions.writable<Bf16Exception>();
        };
        QCOMPARE(loadError([](PackedMatrix& matrix) { QVERIFY(matrix.exceptions.size() > 0); }), std::string());
        QVERIFY(loadError([&](PackedMatrix& matrix) { first(matrix).row = 16; }).find("outside of its tile") !=
                std::string::npos);
        QVERIFY(loadError([&](PackedMatrix& matrix) {
                    first(matrix).column = static_cast<std::uint32_t>(matrix.columns);
                }).find("outside") != std::string::npos);
        QVERIFY(loadError([&](PackedMatrix& matrix) {
                    matrix.exceptionStarts.writable<std::int64_t>()[1] = -1;
                }).find("rise") != std::string::npos);
    }

    void aBenchMeasures() {
        GenerateBenchRequest request;
        request.promptTokens = 16;
        request.newTokens = 8;
        request.packTo = fresh();
        request.options.embedding = DenseStorage::Bf16;
        request.options.cache = CacheFormat::Bf16;
        const auto result = benchGenerate(request, StopToken());
        qInfo("prompt %.0f tokens/s, decode %.0f tokens/s, %.2f GB/s of memory, share %.2f, %s",
              result.promptTokensPerSecond, result.decodeTokensPerSecond, result.memoryBandwidth / 1e9,
              result.bandwidthShare, result.kernels.c_str());
        QVERIFY(result.promptTokensPerSecond > 0 && result.decodeTokensPerSecond > 0 && result.memoryBandwidth > 0);
        QVERIFY(result.residentBytes > result.weightBytes && result.loadSeconds > 0);
        // 8 layers of 4 * 512^2 + 3 * 512 * 2048 weights at two bits, and 8192 * 512 in bf16's twelve.
        const std::int64_t weights = 8 * (4 * 512 * 512 + 3 * 512 * 2048) / 4 + 8192 * 512 * 3 / 2;
        QVERIFY(result.weightBytes >= weights && result.weightBytes < weights + 100000);
        QCOMPARE(result.cacheBytes, 24 * 8 * 2 * 512 * 2);
        request.shape = "huge";
        QVERIFY(errorOf([&] { benchGenerate(request, StopToken()); }).find("125m") != std::string::npos);
        request.shape = "small";
        request.newTokens = 0;
        QVERIFY(!errorOf([&] { benchGenerate(request, StopToken()); }).empty());
    }

    void randomModelsRun() {
        for (const auto& [name, config] : tinyConfigs()) {
            PackedOptions options = twoThreads();
            options.embedding = DenseStorage::Int8;
            const auto model = PackedModel::random(config, options);
            QVERIFY(model->bytesPerToken() > 0 && model->bytesPerToken() <= model->residentBytes() + 10000);
            const auto session = PackedSession::create(model, 32);
            for (const float logit : session->feed(uniformTokens(20, config.vocabSize, 3)))
                QVERIFY(std::isfinite(logit));
        }
    }
};

QTEST_APPLESS_MAIN(TestPackedModel)
#include "test_packed_model.moc"
