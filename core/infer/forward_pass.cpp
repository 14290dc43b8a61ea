#include "core/infer/forward_pass.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace tritlab {
namespace {

constexpr std::int64_t smallestGroup = 16;

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }
float* rowOf(Memory& memory, std::int64_t row, std::int64_t stride) { return memory.writable<float>() + row * stride; }
const float* rowOf(const Memory& memory, std::int64_t row, std::int64_t stride) {
    return memory.as<float>() + row * stride;
}

}  // namespace

ForwardPass::ForwardPass(const ModelParts& parts, const Kernels& kernels, ThreadPool& pool)
    : parts_(parts), config_(parts.description.config), kernels_(kernels), pool_(pool),
      hiddenStride_(lengthOf(config_.hiddenSize)), attentionStride_(lengthOf(config_.heads * config_.headSize)),
      keyValueStride_(lengthOf(config_.kvHeads * config_.headSize)), ffnStride_(lengthOf(config_.ffnSize)),
      inputStride_(std::max({hiddenStride_, attentionStride_, ffnStride_})),
      headStride_(roundUp(config_.headSize, 16)) {
    const auto floats = [](std::int64_t stride) { return Memory::zeroed(maxRows * stride * 4); };
    x_ = floats(hiddenStride_);
    change_ = floats(hiddenStride_);
    normed_ = floats(inputStride_);
    query_ = floats(attentionStride_);
    attention_ = floats(attentionStride_);
    key_ = floats(keyValueStride_);
    value_ = floats(keyValueStride_);
    up_ = floats(ffnStride_);
    if (config_.gatedFfn) gate_ = floats(ffnStride_);
    codes_ = Memory::zeroed(maxRows * inputStride_);
    headQueries_ = floats(config_.heads * headStride_);
    headOut_ = floats(config_.heads * headStride_);
    inverse_.resize(size(maxRows));
    codeSums_.resize(size(maxRows));
    groupStride_ = inputStride_ / smallestGroup;
    groupScales_.resize(size(maxRows * groupStride_));
    groupSums_.resize(size(maxRows * groupStride_));
    scores_.resize(size(pool.threads()));
    rotation_.resize(size(maxRows), std::vector<float>(size(config_.headSize)));
    frequencies_ = ropeFrequencies(config_.headSize, config_.ropeTheta, config_.ropeScaling);
}

template <class Body>
void ForwardPass::forRows(Body&& body) {
    if (rows_ == 1) return body(0);
    // taking a piece costs as much as a short row
    const std::int64_t together = std::max<std::int64_t>(1, rows_ / (4 * pool_.threads()));
    pool_.run((rows_ + together - 1) / together, [&](std::int64_t piece, int) {
        for (std::int64_t row = piece * together; row < std::min(rows_, (piece + 1) * together); ++row) body(row);
    });
}

void ForwardPass::run(std::span<const ForwardRow> rows) {
    rows_ = static_cast<std::int64_t>(rows.size());
    forRows([&](std::int64_t row) {
        parts_.embedding.row(rows[size(row)].token, rowOf(x_, row, hiddenStride_));
        // Cosines and sines of this position, for all layers.
        float* rotation = rotation_[size(row)].data();
        for (const double frequency : frequencies_) {
            const double angle = static_cast<double>(rows[size(row)].position) * frequency;
            *rotation++ = static_cast<float>(std::cos(angle));
            *rotation++ = static_cast<float>(std::sin(angle));
        }
    });
    for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
        attentionBlock(rows, layer);
        feedForwardBlock(layer);
    }
    forRows([&](std::int64_t row) { addResidual(row, parts_.layers.back().secondNorm); });
}

void ForwardPass::multiply(std::span<const Product> products, const Memory& input, std::int64_t stride,
                           std::int64_t width, const std::vector<float>* norm, const RowWork& before) {
    const Memory* source = &input;
    std::int64_t sourceStride = stride;
    const bool normPerLinear = !products.front().linear->inputNorm.empty();
    const PackedMatrix& matrix = products.front().linear->matrix;
    const std::int64_t n = roundUp(width, 16);
    const std::vector<float>& own = products.front().linear->inputNorm;
    forRows([&](std::int64_t row) {
        if (before) before(row);
        const float* x = rowOf(input, row, stride);
        float* normed = rowOf(normed_, row, inputStride_);
        if (norm != nullptr) {
            kernels_.rmsNorm(x, norm->data(), n, width, static_cast<float>(config_.normEps), normed);
            x = normed;
        }
        if (normPerLinear) {
            kernels_.rmsNorm(x, own.data(), n, width, static_cast<float>(config_.inputNormEps), normed);
            x = normed;
        }
        // The input's width changes from product to product: what the kernels read beyond it must be 0.
        if (x == normed) std::memset(normed + n, 0, size(lengthOf(width) - n) * 4);
        codeInput(matrix, x, row);
    });
    if (norm != nullptr || normPerLinear) {
        source = &normed_;
        sourceStride = inputStride_;
    }
    std::array<MatrixProduct, 3> matrices{};
    for (std::size_t i = 0; i < products.size(); ++i)
        matrices[i] = {&products[i].linear->matrix, products[i].out->writable<float>(), products[i].outStride};
    runProducts({matrices.data(), products.size()}, productInput(source->as<float>(), sourceStride, rows_));
    addBiases(products);
}

void ForwardPass::codeInput(const PackedMatrix& matrix, const float* x, std::int64_t row) {
    std::int8_t* codes = codes_.writable<std::int8_t>() + row * inputStride_;
    const std::int64_t n = roundUp(matrix.columns, 16);
    if (matrix.ternary) inverse_[size(row)] = kernels_.quantize(x, n, codes, &codeSums_[size(row)]);
    if (matrix.grouped) {
        const std::int64_t columns = matrix.grouped->columns, groups = groupsOf(*matrix.grouped, matrix.columns);
        for (std::int64_t group = 0; group < groups; ++group)
            groupScales_[size(row * groupStride_ + group)] = kernels_.quantize(
                x + group * columns, columns, codes + group * columns, &groupSums_[size(row * groupStride_ + group)]);
        return;
    }
    std::memset(codes + n, 0, size(lengthOf(matrix.columns) - n));
}

ProductInput ForwardPass::productInput(const float* x, std::int64_t stride, std::int64_t count) const {
    const auto* codes = codes_.as<std::int8_t>();
    return {x,
            stride,
            {codes, inputStride_, codeSums_.data(), inverse_.data(), count},
            {codes, inputStride_, groupScales_.data(), groupSums_.data(), groupStride_, count}};
}

void ForwardPass::addBiases(std::span<const Product> products) {
    if (std::ranges::all_of(products, [](const Product& product) { return product.linear->bias.empty(); })) return;
    forRows([&](std::int64_t row) {
        for (const Product& product : products) {
            if (product.linear->bias.empty()) continue;
            float* out = rowOf(*product.out, row, product.outStride);
            kernels_.add(out, product.linear->bias.data(), roundUp(product.linear->matrix.rows, 16), out);
        }
    });
}

void ForwardPass::multiplyAll(std::span<const Product> products, bool together, const Memory& input,
                              std::int64_t stride, std::int64_t width, const std::vector<float>* norm,
                              const RowWork& before) {
    if (together) return multiply(products, input, stride, width, norm, before);
    for (std::size_t i = 0; i < products.size(); ++i)
        multiply(products.subspan(i, 1), input, stride, width, norm, i == 0 ? before : RowWork());
}

// Each thread wants one long stream of weights, since a processor's prefetching starts anew with each; and all threads
// must end together, whatever their speed. So pieces begin at a share of what is left and shrink. With many tokens a
// piece is used again for each few of them and must stay in the second cache.
void ForwardPass::runProducts(std::span<const MatrixProduct> products, const ProductInput& input) {
    struct Piece {
        const MatrixProduct* product;
        std::int64_t firstTile, lastTile;
    };
    static thread_local std::vector<Piece> pieces;
    pieces.clear();
    std::int64_t left = 0;
    for (const MatrixProduct& product : products) left += product.matrix->data.size();
    const std::int64_t work = left * input.coded.count;
    const std::int64_t smallest = 32 << 10, largest = input.coded.count > 12 ? 256 << 10 : left;
    for (const MatrixProduct& product : products) {
        const std::int64_t tiles = product.matrix->tiles(), tileBytes = product.matrix->tileBytes();
        for (std::int64_t tile = 0; tile < tiles;) {
            const std::int64_t wanted = std::clamp(left / (2 * pool_.threads()), smallest, largest) / tileBytes;
            // With several tokens the kernels take two tiles at a time, and multiplyTiles() twice that.
            const std::int64_t whole = input.coded.count == 1 ? 1 : wanted > 4 ? 4 : 2;
            const std::int64_t taken = std::min(std::max<std::int64_t>(wanted / whole, 1) * whole, tiles - tile);
            pieces.push_back({&product, tile, tile + taken});
            tile += taken;
            left -= taken * tileBytes;
        }
    }
    const auto body = [&, list = pieces.data()](std::int64_t index, int) {
        const Piece& piece = list[index];
        multiplyTiles(kernels_, *piece.product->matrix, piece.firstTile, piece.lastTile, input, piece.product->out,
                      piece.product->outStride);
    };
    constexpr std::int64_t worthSharing = 32 << 10;  // below this, waking another thread costs more
    const auto count = static_cast<std::int64_t>(pieces.size());
    if (work < worthSharing)
        for (std::int64_t index = 0; index < count; ++index) body(index, 0);
    else pool_.run(count, body);
}

void ForwardPass::attentionBlock(std::span<const ForwardRow> rows, std::int64_t index) {
    const PackedLayer& layer = parts_.layers[size(index)];
    const bool pre = config_.normPlacement == NormPlacement::Pre;
    const std::vector<float>* norm = pre ? &layer.firstNorm : nullptr;
    const Product products[] = {{&layer.query, &query_, attentionStride_},
                                {&layer.key, &key_, keyValueStride_},
                                {&layer.value, &value_, keyValueStride_}};
    // Where the three can share their input they are one job.
    const auto alike = [&](const PackedLinearPart& part) {
        return part.inputNorm.empty() && part.matrix.sharesInput(layer.query.matrix);
    };
    const bool together = alike(layer.query) && alike(layer.key) && alike(layer.value);
    const RowWork before = [&](std::int64_t row) {
        if (index > 0) addResidual(row, parts_.layers[size(index - 1)].secondNorm);
    };
    multiplyAll(products, together, x_, hiddenStride_, config_.hiddenSize, norm, before);
    forRows([&](std::int64_t row) { rotateAndStore(rows[size(row)], row, index); });
    attend(rows, index);
    const Product output[] = {{&layer.output, &change_, hiddenStride_}};
    multiply(output, attention_, attentionStride_, config_.heads * config_.headSize,
             config_.subNorms ? &layer.attentionSubNorm : nullptr);
}

// Heads are normed first where the model does so. Rotate-half: (a, b) = (x[i], x[i + half]) becomes (a cos - b sin, b
// cos + a sin).
void ForwardPass::rotateAndStore(const ForwardRow& row, std::int64_t rowIndex, std::int64_t layer) {
    const std::int64_t half = config_.headSize / 2;
    const float* rotation = rotation_[size(rowIndex)].data();
    const auto rotate = [&](const float* from, float* to) {
        for (std::int64_t i = 0; i < half; ++i) {
            const float a = from[i], b = from[i + half], cosine = rotation[2 * i], sine = rotation[2 * i + 1];
            to[i] = a * cosine - b * sine;
            to[i + half] = b * cosine + a * sine;
        }
    };
    static thread_local std::vector<float> padded;
    if (config_.qkNorms) padded.assign(size(headStride_), 0.f);
    const auto normed = [&](const float* head, const std::vector<float>& weight) -> const float* {
        if (weight.empty()) return head;
        std::memcpy(padded.data(), head, size(config_.headSize) * 4);
        kernels_.rmsNorm(padded.data(), weight.data(), headStride_, config_.headSize,
                         static_cast<float>(config_.normEps), padded.data());
        return padded.data();
    };
    const PackedLayer& weights = parts_.layers[size(layer)];
    for (std::int64_t head = 0; head < config_.heads; ++head)
        rotate(normed(rowOf(query_, rowIndex, attentionStride_) + head * config_.headSize, weights.queryNorm),
               rowOf(headQueries_, rowIndex, config_.heads * headStride_) + head * headStride_);
    static thread_local std::vector<float> key, value;
    key.assign(size(headStride_), 0.f);
    value.assign(size(headStride_), 0.f);
    for (std::int64_t head = 0; head < config_.kvHeads; ++head) {
        rotate(normed(rowOf(key_, rowIndex, keyValueStride_) + head * config_.headSize, weights.keyNorm), key.data());
        std::memcpy(value.data(), rowOf(value_, rowIndex, keyValueStride_) + head * config_.headSize,
                    size(config_.headSize) * 4);
        row.cache->store(kernels_, layer, head, row.position, key.data(), value.data());
    }
}

void ForwardPass::attend(std::span<const ForwardRow> rows, std::int64_t layer) {
    const std::int64_t group = config_.heads / config_.kvHeads, rowStride = config_.heads * headStride_;
    // Rows that follow each other in one sequence read its keys and values together, four queries at a time.
    struct Stretch {
        std::int64_t first, count;
    };
    static thread_local std::vector<Stretch> stretches;
    stretches.clear();
    const std::int64_t together = std::max<std::int64_t>(1, 4 / group);
    std::int64_t max = 0;
    for (std::int64_t row = 0; row < rows_; ++row) {
        const ForwardRow& now = rows[size(row)];
        max = std::max(max, now.position + 1);
        const bool follows =
            row > 0 && rows[size(row - 1)].cache == now.cache && rows[size(row - 1)].position + 1 == now.position;
        if (follows && stretches.back().count < together) ++stretches.back().count;
        else stretches.push_back({row, 1});
    }
    for (auto& scores : scores_) scores.resize(std::max(scores.size(), size(group * together * roundUp(max, 16))));
    const auto body = [&, list = stretches.data()](std::int64_t index, int thread) {
        const Stretch& stretch = list[index / config_.kvHeads];
        const std::int64_t head = index % config_.kvHeads, at = stretch.first * rowStride + head * group * headStride_;
        AttentionTask task{};
        rows[size(stretch.first)].cache->describe(layer, head, task);
        task.queries = headQueries_.as<float>() + at;
        task.rows = stretch.count;
        task.group = group;
        task.rowStride = rowStride;
        task.positions = rows[size(stretch.first)].position + 1;
        task.scale = 1.f / std::sqrt(static_cast<float>(config_.headSize));
        task.scores = scores_[size(thread)].data();
        task.out = headOut_.writable<float>() + at;
        kernels_.attention[static_cast<int>(parts_.cache)](task);
        for (std::int64_t query = 0; query < task.queryCount(); ++query)
            std::memcpy(rowOf(attention_, stretch.first + query / group, attentionStride_) +
                            (head * group + query % group) * config_.headSize,
                        task.out + task.place(query), size(config_.headSize) * 4);
    };
    constexpr std::int64_t worthSharing = 32 << 10;  // multiplications
    if (rows_ == 1 && max * config_.heads * headStride_ < worthSharing)
        for (std::int64_t index = 0; index < config_.kvHeads; ++index) body(index, 0);
    else pool_.run(static_cast<std::int64_t>(stretches.size()) * config_.kvHeads, body);
}

void ForwardPass::feedForwardBlock(std::int64_t index) {
    const PackedLayer& layer = parts_.layers[size(index)];
    const std::vector<float>* norm = config_.normPlacement == NormPlacement::Pre ? &layer.secondNorm : nullptr;
    const Product up{&layer.up, &up_, ffnStride_}, gate{&layer.gate, &gate_, ffnStride_};
    const bool together =
        layer.up.inputNorm.empty() && layer.gate.inputNorm.empty() && layer.up.matrix.sharesInput(layer.gate.matrix);
    const RowWork before = [&](std::int64_t row) { addResidual(row, layer.firstNorm); };
    const Product gated[] = {gate, up};
    if (config_.gatedFfn) multiplyAll(gated, together, x_, hiddenStride_, config_.hiddenSize, norm, before);
    else multiply({&up, 1}, x_, hiddenStride_, config_.hiddenSize, norm, before);
    const Product down[] = {{&layer.down, &change_, hiddenStride_}};
    multiply(down, up_, ffnStride_, config_.ffnSize, config_.subNorms ? &layer.ffnSubNorm : nullptr,
             [this](std::int64_t row) { activate(row); });
}

void ForwardPass::activate(std::int64_t row) {
    const std::int64_t n = roundUp(config_.ffnSize, 16);
    float* up = rowOf(up_, row, ffnStride_);
    if (config_.gatedFfn) kernels_.activateGate(config_.activation, rowOf(gate_, row, ffnStride_), up, n, up);
    else kernels_.activate(config_.activation, up, n, up);
}

void ForwardPass::addResidual(std::int64_t row, const std::vector<float>& norm) {
    const std::int64_t n = roundUp(config_.hiddenSize, 16);
    float* x = rowOf(x_, row, hiddenStride_);
    kernels_.add(x, rowOf(change_, row, hiddenStride_), n, x);
    if (config_.normPlacement == NormPlacement::Post)
        kernels_.rmsNorm(x, norm.data(), n, config_.hiddenSize, static_cast<float>(config_.normEps), x);
}

void ForwardPass::logits(std::int64_t first, std::int64_t count, float* out, std::int64_t stride) {
    const std::int64_t n = roundUp(config_.hiddenSize, 16);
    for (std::int64_t row = 0; row < count; ++row) {
        float* normed = rowOf(normed_, row, inputStride_);
        kernels_.rmsNorm(rowOf(x_, first + row, hiddenStride_), parts_.finalNorm.data(), n, config_.hiddenSize,
                         static_cast<float>(config_.normEps), normed);
        std::memset(normed + n, 0, size(hiddenStride_ - n) * 4);
        codeInput(parts_.headMatrix(), normed, row);
    }
    const MatrixProduct head{&parts_.headMatrix(), out, stride};
    runProducts({&head, 1}, productInput(normed_.as<float>(), inputStride_, count));
}

}  // namespace tritlab
