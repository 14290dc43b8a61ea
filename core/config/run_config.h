// RunConfig: the one value that describes a run. Its fields are listed once more, with their ranges, labels and help,
// in the field table (core/config/fields.h), through which the form, the JSON file, --set, validation and diffs all go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/architecture/architecture.h"
#include "core/architecture/rope.h"

namespace tritlab {

enum class TokenizerKind { Train, File };  // train one on the run's own text, or a given tokenizer.model
enum class TokenizerModel { Bpe, Unigram };
enum class Template { Plain, Instruction, B2B4T };  // plain, instruction (### Instruction:), 2b4t
enum class HeldOutFrom { End, Spread };             // the last part of each source, or documents chosen by hash
enum class LrSchedule { Constant, Linear, Cosine, TwoStageLinear, TwoStageCosine, Wsd };
// Training Tips: wd -> 0 at the switch; 2B4T: cosine to peak, then 0
enum class DecaySchedule { Constant, OffAtSwitch, CosineThenOff };
enum class DecayGroups { ShadowWeights, Everything };
enum class LambdaSchedule { None, Linear, Accelerated, Exponential, Sigmoid };  // none = 1 from the first step
enum class Precision { Fp32, Bf16 };
enum class ComputeDevice { Auto, Cpu, Cuda };  // auto: CUDA where a device and the plugin are there

// One source of text. `path`: a file (.jsonl, .txt, any text), a folder, or a built-in corpus as "builtin:bible".
struct DataSource {
    std::string path;
    double weight = 1.0;  // share of the tokens, relative to the other sources' weights
    bool operator==(const DataSource&) const = default;
};

// The defaults here are those of the field table with nothing set (tests compare them).
struct RunConfig {
    // Model
    Architecture architecture = Architecture::B2B4T;
    std::int64_t hiddenSize = 256;
    std::int64_t layers = 6;
    std::int64_t heads = 4;
    std::int64_t kvHeads = 1;    // derived from heads and architecture until set
    std::int64_t headSize = 0;   // 0: hidden size / heads
    std::int64_t ffnSize = 768;  // derived: 4 x hidden (gated: 8/3 rounded up to 256) until set
    double ropeTheta = 500000;
    RopeScaling::Kind ropeScaling = RopeScaling::Kind::None;
    double ropeFactor = 8, ropeLowFreqFactor = 1, ropeHighFreqFactor = 4;  // where scaled; the last two: Llama3
    std::int64_t ropeOriginalContext = 8192;
    double normEps = 1e-5;
    NormPlacement normPlacement = NormPlacement::Pre;
    Activation activation = Activation::ReluSquared;
    bool gatedFfn = true;
    bool subNorms = true;
    bool qkNorms = false;  // RMS norms of each query and key head before the rotation
    AttentionBias attentionBias = AttentionBias::None;
    bool mlpBias = false;  // of the feed-forward's linears
    bool tieEmbeddings = true;
    bool ternaryLinears = true;  // false: plain dense linears, no lambda
    Initialization initialization = Initialization::Normal;
    double initStd = 0.02;

    // Data
    std::vector<DataSource> data;
    double heldOut = 0.05;  // share of each source kept for evaluation
    HeldOutFrom heldOutFrom = HeldOutFrom::End;
    TokenizerKind tokenizer = TokenizerKind::Train;
    std::string tokenizerPath;  // where tokenizer = file
    TokenizerModel tokenizerModel = TokenizerModel::Bpe;
    std::int64_t vocabSize = 4096;  // where tokenizer = train
    Template chatTemplate = Template::Plain;
    bool scoreBos = false;  // each document's BOS is a target too, as in runs from before this field

    // Optimizer and LR schedule
    std::int64_t steps = 1000;   // optimizer steps
    double learningRate = 3e-3;  // peak
    LrSchedule lrSchedule = LrSchedule::Cosine;
    std::int64_t warmupSteps = 100;
    double lrFloor = 0.0;            // last learning rate as a share of the peak
    double lrSwitchAt = 0.5;         // two-stage: where the second stage starts, share of the steps
    double lrDecayShare = 0.2;       // wsd: the last share of the steps, in which the learning rate falls
    double lrSecondPeak = 0.6;       // two-stage: the curve goes on as if its peak were this share of the first's
    std::int64_t scheduleFrom = 0;   // the step at which the schedules begin: above 0 in a branch with a new curve
    std::int64_t scheduleSteps = 0;  // steps that they are stretched over, then their last value; 0 = all from there on
    double beta1 = 0.9;
    double beta2 = 0.95;
    double adamEps = 1e-8;
    double weightDecay = 0.1;
    DecaySchedule decaySchedule = DecaySchedule::Constant;
    DecayGroups decayGroups = DecayGroups::ShadowWeights;
    double gradClip = 1.0;  // global L2 norm; 0 = off

    // Lambda schedule
    LambdaSchedule lambdaSchedule = LambdaSchedule::None;
    double lambdaK = 8;             // exponential 8, sigmoid 100 until set
    double lambdaStart = 0;         // where the schedule begins: above 0 in a branch of a run that had come so far
    double lambdaReachOneAt = 1.0;  // share of the schedule's steps at which lambda is exactly 1
    double lambdaFinal = 1.0;  // below 1 only by the person's wish: the schedule is scaled by it and never set to 1

    // Batch and precision
    std::int64_t batchSize = 16;        // sequences a micro-batch
    std::int64_t sequenceLength = 256;  // tokens a sequence
    std::int64_t accumulation = 1;      // micro-batches an optimizer step
    std::int64_t gradientBlocks = 4;    // of micro-batches, added in pairs (accumulation.h); 1 = one after the other
    Precision precision = Precision::Bf16;
    ComputeDevice device = ComputeDevice::Auto;
    bool activationCheckpointing = false;  // a block keeps its input alone and runs again in the backward
    std::int64_t threads = 0;              // 0 = all cores
    std::int64_t seed = 1;

    // Evaluation and samples
    std::int64_t evalEvery = 100;     // steps; 0 = only at the end
    std::int64_t evalTokens = 65536;  // at most, in evaluations along the way; the last one takes all held-out text
    std::int64_t sampleEvery = 100;   // steps; 0 = only at the end
    std::string samplePrompts = "In the beginning\nThe king said";  // one a line
    std::int64_t sampleTokens = 48;
    double sampleTemperature = 0.8;  // 0 = greedy

    // Health
    std::int64_t healthEvery = 50;  // steps; 0 = off
    double deadZoneWidth = 0.1;     // |w|/absmean within +-width of 0.5
    double explodeFactor = 3.0;     // stop when the smoothed loss exceeds this many times its best

    // Checkpoints
    std::int64_t checkpointEvery = 200;  // steps; 0 = only at the end and when stopped
    std::int64_t keepCheckpoints = 3;    // the newest N stay; the best by evaluation stays too

    // Of each head, as head_size says it or, at 0, the hidden size and the heads.
    [[nodiscard]] std::int64_t widthOfHead() const { return headSize > 0 ? headSize : hiddenSize / heads; }
    [[nodiscard]] std::int64_t tokensPerStep() const { return batchSize * sequenceLength * accumulation; }
    // Steps that the schedules are stretched over.
    [[nodiscard]] std::int64_t scheduleLength() const {
        return scheduleSteps > 0 ? scheduleSteps : steps - scheduleFrom;
    }
    bool operator==(const RunConfig&) const = default;
};

}  // namespace tritlab
