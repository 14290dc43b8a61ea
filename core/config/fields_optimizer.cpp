// The field table, groups Optimizer and Lambda: AdamW, the schedules of learning rate, weight decay and lambda.
#include <algorithm>

#include "core/config/field_builders.h"

namespace tritlab::field {
namespace {

constexpr auto group = FieldGroup::Optimizer;

bool twoStage(const RunConfig& c) {
    return c.lrSchedule == LrSchedule::TwoStageLinear || c.lrSchedule == LrSchedule::TwoStageCosine;
}
bool decays(const RunConfig& c) { return c.weightDecay > 0; }
bool decaySwitches(const RunConfig& c) { return decays(c) && c.decaySchedule != DecaySchedule::Constant; }
bool ternary(const RunConfig& c) { return c.ternaryLinears; }

const ArchitectureInfo& architectureOf(const RunConfig& c) { return architectureInfo(c.architecture); }

// Never more than a tenth of the run.
std::int64_t defaultWarmup(const RunConfig& c) {
    return std::min(architectureOf(c).warmupSteps(c.hiddenSize), c.steps / 10);
}

std::vector<Field> learningRate() {
    return {
        integer("steps", group, &RunConfig::steps, 1, 1e9, QT_TRANSLATE_NOOP("Field", "steps"),
                QT_TRANSLATE_NOOP("Field", "Steps"),
                QT_TRANSLATE_NOOP("Field",
                                  "Optimizer steps of the whole run. Every schedule is stretched over them, unless it "
                                  "is said how many steps the schedules take.")),
        derived(
            real("learning_rate", group, &RunConfig::learningRate, 0, 10, "",
                 QT_TRANSLATE_NOOP("Field", "Learning rate"),
                 QT_TRANSLATE_NOOP(
                     "Field",
                     "Its peak. Notebook 1e-3; Module 7 3e-4 (125M) to 1e-4 (7B); Training Tips 1.5e-3 (700M), 1.2e-3 "
                     "(1.3B and up); small 2b4t models 3e-3.")),
            [](const RunConfig& c) { return FieldValue(architectureOf(c).learningRate(c.hiddenSize)); }),
        choice<LrSchedule>(
            "lr_schedule", group, &RunConfig::lrSchedule,
            {{LrSchedule::Constant, "constant", QT_TRANSLATE_NOOP("Field", "Constant")},
             {LrSchedule::Linear, "linear", QT_TRANSLATE_NOOP("Field", "Linear")},
             {LrSchedule::Cosine, "cosine", QT_TRANSLATE_NOOP("Field", "Cosine")},
             {LrSchedule::TwoStageLinear, "two_stage_linear",
              QT_TRANSLATE_NOOP("Field", "Two-stage linear (Training Tips)")},
             {LrSchedule::TwoStageCosine, "two_stage_cosine", QT_TRANSLATE_NOOP("Field", "Two-stage cosine (2B4T)")},
             {LrSchedule::Wsd, "wsd", QT_TRANSLATE_NOOP("Field", "Warm-up, stable, decay (WSD)")}},
            QT_TRANSLATE_NOOP("Field", "Learning-rate schedule"),
            QT_TRANSLATE_NOOP(
                "Field",
                "After the warm-up. The two-stage ones drop to a lower peak in the middle and go on along the same "
                "curve (Training Tips: linear; 2B4T report: cosine). WSD stays at the peak and falls linearly at the "
                "end.")),
        derived(
            integer(
                "warmup_steps", group, &RunConfig::warmupSteps, 0, 1e9, QT_TRANSLATE_NOOP("Field", "steps"),
                QT_TRANSLATE_NOOP("Field", "Warm-up"),
                QT_TRANSLATE_NOOP(
                    "Field",
                    "Steps in which the learning rate rises linearly from 0. Notebook 100, Training Tips 375, Module 7 "
                    "1000 to 2000; by default never more than a tenth of the steps.")),
            [](const RunConfig& c) { return FieldValue(defaultWarmup(c)); }),
        when(derived(real("lr_floor", group, &RunConfig::lrFloor, 0, 1, "",
                          QT_TRANSLATE_NOOP("Field", "Final learning rate"),
                          QT_TRANSLATE_NOOP("Field", "As a share of the peak: 0.1 in Module 7, 0 elsewhere.")),
                     [](const RunConfig& c) { return FieldValue(architectureOf(c).lrFloor); }),
             "lr_schedule is not constant", [](const RunConfig& c) { return c.lrSchedule != LrSchedule::Constant; }),
        when(
            real("lr_decay_share", group, &RunConfig::lrDecayShare, 0, 1, "", QT_TRANSLATE_NOOP("Field", "Decay share"),
                 QT_TRANSLATE_NOOP(
                     "Field",
                     "The last share of the steps, over which the learning rate falls linearly from the peak to the "
                     "final learning rate (MiniCPM: about 0.1; Haegele et al. 2024: 0.2).")),
            "lr_schedule is wsd", [](const RunConfig& c) { return c.lrSchedule == LrSchedule::Wsd; }),
        when(
            real("lr_second_peak", group, &RunConfig::lrSecondPeak, 0, 1, "", QT_TRANSLATE_NOOP("Field", "Second peak"),
                 QT_TRANSLATE_NOOP(
                     "Field",
                     "The second stage runs as if the peak were this share of the first (Training Tips: 2/3).")),
            "lr_schedule is two_stage_linear or two_stage_cosine", twoStage),
        integer("schedule_from", group, &RunConfig::scheduleFrom, 0, 1e9, QT_TRANSLATE_NOOP("Field", "steps"),
                QT_TRANSLATE_NOOP("Field", "Schedules begin at"),
                QT_TRANSLATE_NOOP("Field",
                                  "The step at which learning rate, weight decay and lambda begin their curves. Above "
                                  "0 in a branch that begins new ones where it leaves its parent.")),
        integer("schedule_steps", group, &RunConfig::scheduleSteps, 0, 1e9, QT_TRANSLATE_NOOP("Field", "steps"),
                QT_TRANSLATE_NOOP("Field", "Schedules take"),
                QT_TRANSLATE_NOOP("Field",
                                  "Steps that every schedule is stretched over; afterwards its last value stays. 0: "
                                  "all steps. A branch that keeps its parent's curves has the parent's number.")),
    };
}

std::vector<Field> decay() {
    return {
        derived(
            real("weight_decay", group, &RunConfig::weightDecay, 0, 10, "", QT_TRANSLATE_NOOP("Field", "Weight decay"),
                 QT_TRANSLATE_NOOP("Field",
                                   "Of AdamW. The notebook wants 0, Module 7, Training Tips and 2B4T 0.1: decay makes "
                                   "weights flip more.")),
            [](const RunConfig& c) { return FieldValue(architectureOf(c).weightDecay); }),
        when(derived(
                 choice<DecaySchedule>(
                     "decay_schedule", group, &RunConfig::decaySchedule,
                     {{DecaySchedule::Constant, "constant", QT_TRANSLATE_NOOP("Field", "Constant")},
                      {DecaySchedule::OffAtSwitch, "off_at_switch",
                       QT_TRANSLATE_NOOP("Field", "Off in the second stage (Training Tips)")},
                      {DecaySchedule::CosineThenOff, "cosine_then_off",
                       QT_TRANSLATE_NOOP("Field", "Cosine up, then off (2B4T)")}},
                     QT_TRANSLATE_NOOP("Field", "Weight-decay schedule"),
                     QT_TRANSLATE_NOOP(
                         "Field",
                         "Follows the learning rate's schedule until set: two-stage linear turns it off at the switch, "
                         "two-stage cosine raises it by a cosine and then turns it off.")),
                 [](const RunConfig& c) {
                     return FieldValue(std::string(c.lrSchedule == LrSchedule::TwoStageLinear   ? "off_at_switch"
                                                   : c.lrSchedule == LrSchedule::TwoStageCosine ? "cosine_then_off"
                                                                                                : "constant"));
                 }),
             "weight_decay is above 0", decays),
        when(real("lr_switch_at", group, &RunConfig::lrSwitchAt, 0, 1, "",
                  QT_TRANSLATE_NOOP("Field", "Second stage from"),
                  QT_TRANSLATE_NOOP(
                      "Field",
                      "Share of the steps after which the second stage of learning rate and weight decay starts.")),
             "lr_schedule is two-stage or decay_schedule is not constant",
             [](const RunConfig& c) { return twoStage(c) || decaySwitches(c); }),
        when(choice<DecayGroups>(
                 "decay_groups", group, &RunConfig::decayGroups,
                 {{DecayGroups::ShadowWeights, "shadow_weights", QT_TRANSLATE_NOOP("Field", "The linears' weights")},
                  {DecayGroups::Everything, "everything", QT_TRANSLATE_NOOP("Field", "Everything")}},
                 QT_TRANSLATE_NOOP("Field", "Decays"),
                 QT_TRANSLATE_NOOP("Field",
                                   "Only the linears' (shadow) weights (Module 7), or norms and embedding too (the "
                                   "notebook's optimizer).")),
             "weight_decay is above 0", decays),
        real("beta1", group, &RunConfig::beta1, 0, 0.9999, "", QT_TRANSLATE_NOOP("Field", "Adam beta 1"),
             QT_TRANSLATE_NOOP("Field", "Decay of the first moment: 0.9 in every recipe.")),
        real("beta2", group, &RunConfig::beta2, 0, 0.99999, "", QT_TRANSLATE_NOOP("Field", "Adam beta 2"),
             QT_TRANSLATE_NOOP("Field", "Decay of the second moment: 0.95 in every recipe.")),
        real("adam_eps", group, &RunConfig::adamEps, 1e-16, 1, "", QT_TRANSLATE_NOOP("Field", "Adam epsilon"),
             QT_TRANSLATE_NOOP("Field", "Added to the root of the second moment.")),
        real("grad_clip", group, &RunConfig::gradClip, 0, 1e6, "", QT_TRANSLATE_NOOP("Field", "Gradient clip"),
             QT_TRANSLATE_NOOP("Field", "Largest global L2 norm of the gradient; 0: off. 1 in every recipe.")),
    };
}

}  // namespace

std::vector<Field> optimizerFields() {
    std::vector<Field> all = learningRate();
    for (auto& field : decay()) all.push_back(field);
    return all;
}

std::vector<Field> lambdaFields() {
    const auto scheduled = [](const RunConfig& c) { return ternary(c) && c.lambdaSchedule != LambdaSchedule::None; };
    return {
        when(choice<LambdaSchedule>(
                 "lambda_schedule", FieldGroup::Lambda, &RunConfig::lambdaSchedule,
                 {{LambdaSchedule::None, "none", QT_TRANSLATE_NOOP("Field", "None (1 from the start)")},
                  {LambdaSchedule::Linear, "linear", QT_TRANSLATE_NOOP("Field", "Linear")},
                  {LambdaSchedule::Accelerated, "accelerated", QT_TRANSLATE_NOOP("Field", "Accelerated (1 at half)")},
                  {LambdaSchedule::Exponential, "exponential", QT_TRANSLATE_NOOP("Field", "Exponential")},
                  {LambdaSchedule::Sigmoid, "sigmoid", QT_TRANSLATE_NOOP("Field", "Sigmoid")}},
                 QT_TRANSLATE_NOOP("Field", "Lambda schedule"),
                 QT_TRANSLATE_NOOP("Field",
                                   "How quantization is blended in: 0 is full precision, 1 is BitLinear (Module 7). "
                                   "From scratch, none "
                                   "is usual; for converting a dense model, linear or accelerated.")),
             "ternary_linears is on", ternary),
        when(derived(real("lambda_k", FieldGroup::Lambda, &RunConfig::lambdaK, 0.1, 10000, "",
                          QT_TRANSLATE_NOOP("Field", "Steepness k"),
                          QT_TRANSLATE_NOOP("Field", "Module 7: 8 for exponential, 100 for sigmoid.")),
                     [](const RunConfig& c) {
                         return FieldValue(c.lambdaSchedule == LambdaSchedule::Sigmoid ? 100.0 : 8.0);
                     }),
             "lambda_schedule is exponential or sigmoid",
             [](const RunConfig& c) {
                 return ternary(c) && (c.lambdaSchedule == LambdaSchedule::Exponential ||
                                       c.lambdaSchedule == LambdaSchedule::Sigmoid);
             }),
        when(real("lambda_start", FieldGroup::Lambda, &RunConfig::lambdaStart, 0, 1, "",
                  QT_TRANSLATE_NOOP("Field", "First lambda"),
                  QT_TRANSLATE_NOOP("Field",
                                    "Where the schedule begins: 0, or what lambda had come to in the run that a branch "
                                    "goes on from.")),
             "ternary_linears is on, lambda_schedule is not none, and schedule_from is above 0",
             [scheduled](const RunConfig& c) { return scheduled(c) && c.scheduleFrom > 0; }),
        when(real("lambda_reach_one_at", FieldGroup::Lambda, &RunConfig::lambdaReachOneAt, 0, 1, "",
                  QT_TRANSLATE_NOOP("Field", "Reach 1 at"),
                  QT_TRANSLATE_NOOP("Field",
                                    "Share of the steps over which the schedule runs; from there on lambda is exactly "
                                    "1 (Module 7 advises "
                                    "0.5). The last step is always at 1.")),
             "ternary_linears is on and lambda_schedule is not none", scheduled),
        when(real("lambda_final", FieldGroup::Lambda, &RunConfig::lambdaFinal, 0, 1, "",
                  QT_TRANSLATE_NOOP("Field", "Final lambda"),
                  QT_TRANSLATE_NOOP("Field",
                                    "Below 1 the schedule ends there, and what was trained is not a ternary model.")),
             "ternary_linears is on", ternary),
    };
}

}  // namespace tritlab::field
