// A run's work shared among ranks: each has its micro-batches (core/config/accumulation.h), gradients are summed, and
// each rank keeps the moments of its own part of the weights (ZeRO stage 1, Rajbhandari et al. 2020) and updates that
// part. The parameters, laid end to end, are cut into `size` equal parts, so that every rank holds the same number of
// moments whatever the shapes. With one rank (no group) nothing is cut and nothing is sent.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/distributed/process_group.h"
#include "core/engine/loop/held_out_loss.h"
#include "core/engine/optimizer/adamw.h"

namespace tritlab {

// Elements [begin, end) of a parameter, and the rank that updates them.
struct ShardPiece {
    std::size_t parameter = 0;
    std::int64_t begin = 0, end = 0;
    int owner = 0;
};
// In parameter order; no piece is empty.
std::vector<ShardPiece> shardPieces(const std::vector<std::int64_t>& elements, int ranks);

class DataParallel {
public:
    // group null: one rank. Group and model outlive it.
    DataParallel(ProcessGroup* group, LanguageModel& model, const AdamW::Options& options);

    [[nodiscard]] bool leads() const { return group_ == nullptr || group_->leads(); }
    [[nodiscard]] int rank() const { return group_ == nullptr ? 0 : group_->rank(); }
    [[nodiscard]] int size() const { return group_ == nullptr ? 1 : group_->size(); }
    // Of this rank's part; its steps are the run's.
    [[nodiscard]] AdamW& optimizer() { return *optimizer_; }

    // Sums over the ranks, in place; each place is filled by one rank and left 0 by the others.
    void gather(std::vector<double>& numbers);
    bool agree(bool leaders);  // rank 0's answer, everywhere
    std::string agree(const std::string& leaders);
    // One bit each: set where any rank sets it.
    unsigned anyOf(unsigned mine, unsigned bits);
    // Throws Error where a rank has another text than rank 0, naming both. `what`: "data", in the message.
    void requireSame(const char* what, const std::string& mine);

    void spreadWeights();  // rank 0's weights to all
    // After the last micro-batch; a rank that had none gives zeros. byHalves: ProcessGroup::sumByHalves.
    void sumGradients(bool byHalves);
    [[nodiscard]] double gradientNorm() const;  // of the summed gradients; the same bits at every rank
    // The optimizer's update of this rank's part, then all parts to all ranks.
    void step(double learningRate, double weightDecay, double gradientScale);
    void clearGradients();

    // Whole moments, one a parameter, for a checkpoint: at rank 0; elsewhere empty. One rank: the optimizer's own, not
    // copied.
    std::vector<Moments> gatherOptimizerState();
    // The other way, for a resume: what rank 0 is to fill (as gatherOptimizerState gives it), then every rank takes its
    // part.
    std::vector<Moments> momentsToFill();
    void takeMoments(const std::vector<Moments>& whole);

    // heldOutLoss with the batches shared among the ranks; the sum is in the order of one rank. `stopped` is asked by
    // all together.
    std::optional<LossTotals> heldOut(const Dataset& data, std::int64_t first, std::int64_t count, std::int64_t rows,
                                      double lambda, const std::function<bool()>& stopped);

private:
    [[nodiscard]] at::Tensor pieceOf(const at::Tensor& whole, const ShardPiece& piece) const;
    ProcessGroup* group_;
    LanguageModel* model_;
    std::vector<ShardPiece> pieces_;  // of all ranks
    std::vector<Parameter> mine_;     // this rank's pieces, as parameters that share the weights' memory
    std::unique_ptr<AdamW> optimizer_;
};

}  // namespace tritlab
