#include "core/engine/distributed/data_parallel.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>

#include "core/base/error.h"
#include "core/base/profile.h"

namespace tritlab {
namespace {

constexpr int leader = 0;

std::vector<std::int64_t> elementsOf(const std::vector<Parameter>& parameters) {
    std::vector<std::int64_t> elements;
    for (const Parameter& parameter : parameters) elements.push_back(parameter.value.numel());
    return elements;
}

}  // namespace

std::vector<ShardPiece> shardPieces(const std::vector<std::int64_t>& elements, int ranks) {
    std::int64_t total = 0, before = 0;
    for (const std::int64_t count : elements) total += count;
    const auto end = [&](int rank) {
        return total / ranks * (rank + 1) + std::min<std::int64_t>(rank + 1, total % ranks);
    };
    std::vector<ShardPiece> pieces;
    int owner = 0;
    for (std::size_t parameter = 0; parameter < elements.size(); ++parameter) {
        for (std::int64_t begin = 0; begin < elements[parameter];) {
            while (end(owner) <= before + begin) ++owner;
            const std::int64_t stop = std::min(elements[parameter], end(owner) - before);
            pieces.push_back({parameter, begin, stop, owner});
            begin = stop;
        }
        before += elements[parameter];
    }
    return pieces;
}

DataParallel::DataParallel(ProcessGroup* group, LanguageModel& model, const AdamW::Options& options)
    : group_(group), model_(&model) {
    if (group_ == nullptr) {
        optimizer_ = std::make_unique<AdamW>(model.parameters(), options);
        return;
    }
    pieces_ = shardPieces(elementsOf(model.parameters()), size());
    for (const ShardPiece& piece : pieces_) {
        if (piece.owner != rank()) continue;
        const Parameter& whole = model.parameters()[piece.parameter];
        mine_.push_back({whole.name, pieceOf(whole.value, piece), whole.ternary});
    }
    optimizer_ = std::make_unique<AdamW>(mine_, options);
}

at::Tensor DataParallel::pieceOf(const at::Tensor& whole, const ShardPiece& piece) const {
    return whole.detach().view({-1}).narrow(0, piece.begin, piece.end - piece.begin);
}

void DataParallel::gather(std::vector<double>& numbers) {
    if (group_ != nullptr) group_->sum(numbers);
}

bool DataParallel::agree(bool leaders) {
    if (group_ == nullptr) return leaders;
    std::vector<double> answer{leads() && leaders ? 1.0 : 0.0};
    group_->sum(answer);
    return answer[0] != 0;
}

std::string DataParallel::agree(const std::string& leaders) {
    return group_ == nullptr ? leaders : group_->broadcastText(leaders);
}

unsigned DataParallel::anyOf(unsigned mine, unsigned bits) {
    if (group_ == nullptr) return mine;
    std::vector<double> counts(bits);
    for (unsigned bit = 0; bit < bits; ++bit) counts[bit] = (mine >> bit & 1) != 0 ? 1 : 0;
    group_->sum(counts);
    unsigned any = 0;
    for (unsigned bit = 0; bit < bits; ++bit) any |= counts[bit] > 0 ? 1U << bit : 0U;
    return any;
}

void DataParallel::requireSame(const char* what, const std::string& mine) {
    if (group_ == nullptr) return;
    const std::vector<std::string> all = group_->allTexts(mine);
    for (std::size_t other = 1; other < all.size(); ++other) {
        if (all[other] == all[leader]) continue;
        throw Error("rank " + std::to_string(other) + " has other " + what + " than rank 0 (" + all[other] + " and " +
                        all[leader] + ")",
                    {}, "Every rank has to find the same program and the same files under the same paths",
                    ErrorKind::BadInput);
    }
}

void DataParallel::spreadWeights() {
    if (group_ == nullptr) return;
    std::vector<at::Tensor> values;
    for (const Parameter& parameter : model_->parameters()) values.push_back(parameter.value.detach());
    group_->broadcast(values, std::vector<int>(values.size(), leader));
    model_->weightsChanged();
}

void DataParallel::sumGradients(bool byHalves) {
    if (group_ == nullptr) return;
    const ProfileScope scope("communication");
    std::vector<at::Tensor> gradients;
    for (Parameter& parameter : model_->parameters()) {
        at::Tensor& gradient = parameter.value.mutable_grad();
        gradient = gradient.defined() ? gradient.contiguous() : at::zeros_like(parameter.value.detach());
        gradients.push_back(gradient);
    }
    if (byHalves) group_->sumByHalves(gradients);
    else group_->sum(gradients);
    std::size_t next = 0;
    for (const ShardPiece& piece : pieces_)
        if (piece.owner == rank()) mine_[next++].value.mutable_grad() = pieceOf(gradients[piece.parameter], piece);
}

double DataParallel::gradientNorm() const { return tritlab::gradientNorm(model_->parameters()); }

void DataParallel::step(double learningRate, double weightDecay, double gradientScale) {
    optimizer_->step(learningRate, weightDecay, gradientScale);
    if (group_ == nullptr) return;
    const ProfileScope scope("communication");
    std::vector<at::Tensor> parts;
    std::vector<int> owners;
    for (const ShardPiece& piece : pieces_) {
        parts.push_back(pieceOf(model_->parameters()[piece.parameter].value, piece));
        owners.push_back(piece.owner);
    }
    group_->broadcast(parts, owners);
}

void DataParallel::clearGradients() {
    optimizer_->clearGradients();
    for (Parameter& parameter : model_->parameters()) parameter.value.mutable_grad().reset();
}

std::vector<Moments> DataParallel::momentsToFill() {
    if (group_ == nullptr) return optimizer_->moments();
    std::vector<Moments> whole;
    if (leads())
        for (const Parameter& parameter : model_->parameters())
            whole.push_back(
                {at::zeros(parameter.value.sizes(), at::kFloat), at::zeros(parameter.value.sizes(), at::kFloat)});
    return whole;
}

std::vector<Moments> DataParallel::gatherOptimizerState() {
    if (group_ == nullptr) return optimizer_->moments();
    std::vector<Moments> whole = momentsToFill();
    std::size_t next = 0;
    for (const ShardPiece& piece : pieces_) {
        const Moments mine = piece.owner == rank() ? optimizer_->moments()[next++] : Moments{};
        for (const auto part : {&Moments::first, &Moments::second}) {
            if (leads() && piece.owner == leader) pieceOf(whole[piece.parameter].*part, piece).copy_(mine.*part);
            else if (leads()) group_->receive(pieceOf(whole[piece.parameter].*part, piece), piece.owner);
            else if (piece.owner == rank()) group_->send(mine.*part, leader);
        }
    }
    return whole;
}

void DataParallel::takeMoments(const std::vector<Moments>& whole) {
    if (group_ == nullptr) return;
    std::size_t next = 0;
    for (const ShardPiece& piece : pieces_) {
        const Moments mine = piece.owner == rank() ? optimizer_->moments()[next++] : Moments{};
        for (const auto part : {&Moments::first, &Moments::second}) {
            if (leads() && piece.owner == leader) (mine.*part).copy_(pieceOf(whole[piece.parameter].*part, piece));
            else if (leads()) group_->send(pieceOf(whole[piece.parameter].*part, piece), piece.owner);
            else if (piece.owner == rank()) group_->receive(mine.*part, leader);
        }
    }
}

std::optional<LossTotals> DataParallel::heldOut(const Dataset& data, std::int64_t first, std::int64_t count,
                                                std::int64_t rows, double lambda,
                                                const std::function<bool()>& stopped) {
    if (group_ == nullptr) return heldOutLoss(*model_, data, first, count, rows, lambda, stopped);
    const std::int64_t end = std::min(first + count, data.heldOutWindows()),
                       batches = (std::max<std::int64_t>(end - first, 0) + rows - 1) / rows;
    std::vector<double> found(static_cast<std::size_t>(2 * batches));  // nats and tokens of each batch
    for (std::int64_t round = 0; round < batches; round += size()) {
        if (stopped()) return std::nullopt;
        const std::int64_t batch = round + rank();
        if (batch >= batches) continue;
        const std::int64_t window = first + batch * rows;
        const auto one =
            heldOutLoss(*model_, data, window, std::min(rows, end - window), rows, lambda, [] { return false; });
        found[static_cast<std::size_t>(2 * batch)] = one->nats;
        found[static_cast<std::size_t>(2 * batch + 1)] = static_cast<double>(one->tokens);
    }
    if (batches > 0) gather(found);
    LossTotals totals;
    for (std::size_t batch = 0; batch < found.size(); batch += 2)
        totals.add({found[batch], static_cast<std::int64_t>(found[batch + 1])});
    return totals;
}

}  // namespace tritlab
