// The field table, groups Batch, Evaluation, Health and Checkpoints: how a run goes and what is watched meanwhile.
#include "core/config/field_builders.h"

namespace tritlab::field {

std::vector<Field> batchFields() {
    constexpr auto group = FieldGroup::Batch;
    return {
        integer("batch_size", group, &RunConfig::batchSize, 1, 65536, QT_TRANSLATE_NOOP("Field", "sequences"),
                QT_TRANSLATE_NOOP("Field", "Batch size"),
                QT_TRANSLATE_NOOP("Field", "Sequences that are in memory at once (a micro-batch).")),
        integer("sequence_length", group, &RunConfig::sequenceLength, 2, 1048576, QT_TRANSLATE_NOOP("Field", "tokens"),
                QT_TRANSLATE_NOOP("Field", "Sequence length"),
                QT_TRANSLATE_NOOP("Field", "Tokens of a sequence, and the context that the model is made for.")),
        integer("accumulation", group, &RunConfig::accumulation, 1, 1000000,
                QT_TRANSLATE_NOOP("Field", "micro-batches"), QT_TRANSLATE_NOOP("Field", "Accumulation"),
                QT_TRANSLATE_NOOP(
                    "Field",
                    "Micro-batches an optimizer step. Tokens a step = batch size x sequence length x accumulation.")),
        integer("gradient_blocks", group, &RunConfig::gradientBlocks, 1, 1024, QT_TRANSLATE_NOOP("Field", "blocks"),
                QT_TRANSLATE_NOOP("Field", "Gradient blocks"),
                QT_TRANSLATE_NOOP("Field",
                                  "The micro-batches of a step are halved into so many blocks, whose gradients are "
                                  "added in pairs: so many ranks, or half or a quarter as many, give the bits of one. "
                                  "Each doubling holds one more gradient. 1: one micro-batch after the other, with "
                                  "the least memory.")),
        choice<Precision>(
            "precision", group, &RunConfig::precision,
            {{Precision::Fp32, "fp32", QT_TRANSLATE_NOOP("Field", "fp32")},
             {Precision::Bf16, "bf16", QT_TRANSLATE_NOOP("Field", "bf16")}},
            QT_TRANSLATE_NOOP("Field", "Precision"),
            QT_TRANSLATE_NOOP(
                "Field",
                "bf16: residual stream and linear outputs in bf16; norms, softmax, loss and optimizer in fp32. "
                "fp32: everything, for comparisons.")),
        choice<ComputeDevice>("device", group, &RunConfig::device,
                              {{ComputeDevice::Auto, "auto", QT_TRANSLATE_NOOP("Field", "Automatic")},
                               {ComputeDevice::Cpu, "cpu", QT_TRANSLATE_NOOP("Field", "CPU")},
                               {ComputeDevice::Cuda, "cuda", QT_TRANSLATE_NOOP("Field", "CUDA")}},
                              QT_TRANSLATE_NOOP("Field", "Device"),
                              QT_TRANSLATE_NOOP("Field",
                                                "Where the run trains. Automatic: on a CUDA device where there is one "
                                                "and the CUDA plugin was built, else "
                                                "on the CPU.")),
        boolean("activation_checkpointing", group, &RunConfig::activationCheckpointing,
                QT_TRANSLATE_NOOP("Field", "Activation checkpointing"),
                QT_TRANSLATE_NOOP(
                    "Field",
                    "Each block keeps only its input and runs again in the backward: less memory, about a quarter more "
                    "time, the same losses to the bit.")),
        integer("threads", group, &RunConfig::threads, 0, 1024, "", QT_TRANSLATE_NOOP("Field", "Threads"),
                QT_TRANSLATE_NOOP("Field",
                                  "Of the training; 0: all cores. Another count may change the last bits of a loss.")),
        integer("seed", group, &RunConfig::seed, 0, 9007199254740992.0, "", QT_TRANSLATE_NOOP("Field", "Seed"),
                QT_TRANSLATE_NOOP(
                    "Field",
                    "Of initialization, order of the data and samples. Same seed and config: same losses to the bit.")),
    };
}

std::vector<Field> watchFields() {
    constexpr auto evaluation = FieldGroup::Evaluation;
    constexpr auto health = FieldGroup::Health;
    constexpr auto checkpoints = FieldGroup::Checkpoints;
    const char* const steps = QT_TRANSLATE_NOOP("Field", "steps");
    const char* const tokens = QT_TRANSLATE_NOOP("Field", "tokens");
    const auto holdsOut = [](const RunConfig& c) { return c.heldOut > 0; };
    const auto samples = [](const RunConfig& c) { return !c.samplePrompts.empty(); };
    const auto ternary = [](const RunConfig& c) { return c.ternaryLinears; };
    return {
        when(integer("eval_every", evaluation, &RunConfig::evalEvery, 0, 1e9, steps,
                     QT_TRANSLATE_NOOP("Field", "Evaluate every"),
                     QT_TRANSLATE_NOOP("Field", "Steps between evaluations on held-out text; 0: only at the end.")),
             "held_out is above 0", holdsOut),
        when(integer(
                 "eval_tokens", evaluation, &RunConfig::evalTokens, 1, 1e12, tokens,
                 QT_TRANSLATE_NOOP("Field", "Evaluation tokens"),
                 QT_TRANSLATE_NOOP(
                     "Field", "At most so many in evaluations along the way; the last one takes all held-out text.")),
             "held_out and eval_every are above 0",
             [](const RunConfig& c) { return c.heldOut > 0 && c.evalEvery > 0; }),
        text("sample_prompts", FieldKind::Text, evaluation, &RunConfig::samplePrompts, 65536,
             QT_TRANSLATE_NOOP("Field", "Sample prompts"),
             QT_TRANSLATE_NOOP(
                 "Field", "Fixed prompts, one a line, that the model continues while it trains. Empty: no samples.")),
        when(integer("sample_every", evaluation, &RunConfig::sampleEvery, 0, 1e9, steps,
                     QT_TRANSLATE_NOOP("Field", "Sample every"),
                     QT_TRANSLATE_NOOP("Field", "Steps between samples; 0: only at the end.")),
             "sample_prompts is not empty", samples),
        when(integer("sample_tokens", evaluation, &RunConfig::sampleTokens, 1, 65536, tokens,
                     QT_TRANSLATE_NOOP("Field", "Sample length"),
                     QT_TRANSLATE_NOOP("Field", "At most so many tokens a continuation.")),
             "sample_prompts is not empty", samples),
        when(real("sample_temperature", evaluation, &RunConfig::sampleTemperature, 0, 10, "",
                  QT_TRANSLATE_NOOP("Field", "Sample temperature"),
                  QT_TRANSLATE_NOOP("Field", "0: the most likely token each time.")),
             "sample_prompts is not empty", samples),
        when(integer(
                 "health_every", health, &RunConfig::healthEvery, 0, 1e9, steps,
                 QT_TRANSLATE_NOOP("Field", "Weight health every"),
                 QT_TRANSLATE_NOOP(
                     "Field", "Steps between looks at the ternary weights: spread, shares, flips, histogram. 0: off.")),
             "ternary_linears is on", ternary),
        when(real("dead_zone_width", health, &RunConfig::deadZoneWidth, 0, 0.5, "",
                  QT_TRANSLATE_NOOP("Field", "Dead-zone width"),
                  QT_TRANSLATE_NOOP(
                      "Field",
                      "Weights with |w|/absmean within this of 0.5 count as near the boundary between 0 and 1.")),
             "ternary_linears is on and health_every is above 0",
             [](const RunConfig& c) { return c.ternaryLinears && c.healthEvery > 0; }),
        real("explode_factor", health, &RunConfig::explodeFactor, 1.01, noLimit, "",
             QT_TRANSLATE_NOOP("Field", "Explosion factor"),
             QT_TRANSLATE_NOOP("Field",
                               "The run stops when its smoothed loss exceeds this many times the best it had.")),
        integer("checkpoint_every", checkpoints, &RunConfig::checkpointEvery, 0, 1e9, steps,
                QT_TRANSLATE_NOOP("Field", "Checkpoint every"),
                QT_TRANSLATE_NOOP("Field", "Steps between checkpoints; 0: only at the end and when stopped.")),
        integer("keep_checkpoints", checkpoints, &RunConfig::keepCheckpoints, 1, 100000, "",
                QT_TRANSLATE_NOOP("Field", "Keep checkpoints"),
                QT_TRANSLATE_NOOP("Field", "The newest so many stay; the best by evaluation stays too.")),
    };
}

}  // namespace tritlab::field
