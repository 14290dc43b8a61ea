// Rules of a whole config: ranges of all fields that apply, and what has to hold between fields.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/config/field_builders.h"
#include "core/device/plugin.h"

namespace tritlab {
namespace {

class Rules {
public:
    explicit Rules(const RunConfig& config) : c(config) {}
    std::vector<Problem> all() {
        ranges();
        model();
        data();
        schedules();
        batch();
        device();
        return std::move(problems_);
    }

private:
    void add(std::vector<std::string> keys, std::string message) {
        problems_.push_back({std::move(keys), std::move(message)});
    }

    void ranges() {
        for (const Field& field : fields()) {
            if (!field.applies(c)) continue;
            try {
                field::checkRange(field, field.get(c), {});
            } catch (const Error& error) {
                add({field.key}, error.what());
            }
        }
    }

    void model() {
        const bool headsFit = c.heads > 0 && (c.headSize > 0 || c.hiddenSize % c.heads == 0);
        if (c.heads > 0 && !headsFit)
            add({"hidden_size", "heads"},
                "The hidden size " + std::to_string(c.hiddenSize) + " is no multiple of the " +
                    std::to_string(c.heads) + " heads. Use " +
                    std::to_string(std::max<std::int64_t>(1, c.hiddenSize / c.heads) * c.heads) +
                    ", other heads, or set head_size.");
        if (headsFit && c.widthOfHead() % 2 != 0)
            add(c.headSize > 0 ? std::vector<std::string>{"head_size"}
                               : std::vector<std::string>{"hidden_size", "heads"},
                "The head size " + std::to_string(c.widthOfHead()) +
                    (c.headSize > 0 ? " is odd; RoPE turns pairs. Use an even one."
                                    : " (hidden size / heads) is odd; RoPE turns pairs. Use another number of heads."));
        if (c.ropeScaling == RopeScaling::Kind::Llama3 && c.ropeLowFreqFactor >= c.ropeHighFreqFactor)
            add({"rope_low_freq_factor", "rope_high_freq_factor"},
                "RoPE's low frequency factor has to be below the high one.");
        if (c.kvHeads > 0 && c.heads % c.kvHeads != 0)
            add({"kv_heads", "heads"}, "The " + std::to_string(c.kvHeads) + " key/value heads do not divide the " +
                                           std::to_string(c.heads) + " query heads.");
    }

    void data() {
        if (c.data.empty())
            add({"data"},
                "There is no text to train on. Name a file, a folder, or built-in text such as builtin:bible.");
        if (c.tokenizer == TokenizerKind::Train && c.vocabSize < 300)
            add({"vocab_size"}, "A vocabulary of " + std::to_string(c.vocabSize) +
                                    " is too small: 256 pieces are the bytes. Use at least 300.");
        if (c.tokenizer == TokenizerKind::File) {
            std::error_code error;
            if (c.tokenizerPath.empty())
                add({"tokenizer_path"}, "Name the tokenizer's file, or set tokenizer = train.");
            else if (!std::filesystem::is_regular_file(c.tokenizerPath, error))
                add({"tokenizer_path"}, "There is no tokenizer file " + c.tokenizerPath + ".");
        }
    }

    void schedules() {
        if (c.scheduleFrom >= c.steps)
            return add({"schedule_from", "steps"}, "The schedules begin at step " + std::to_string(c.scheduleFrom) +
                                                       ", and the run has " + std::to_string(c.steps) + " steps.");
        const std::int64_t length = c.scheduleLength();
        if (c.warmupSteps > 0 && c.warmupSteps >= length)
            add({"warmup_steps", "steps"}, "The warm-up of " + std::to_string(c.warmupSteps) +
                                               " steps leaves nothing of the " + std::to_string(length) +
                                               (length == c.steps ? " steps." : " steps that the schedules take."));
        const auto applies = [this](const char* key) { return findField(key)->applies(c); };
        if (applies("lr_decay_share") &&
            static_cast<double>(c.warmupSteps) > (1 - c.lrDecayShare) * static_cast<double>(length))
            add({"lr_decay_share", "warmup_steps"}, "The decay begins before the warm-up has ended.");
        if (applies("lr_switch_at") && c.lrSwitchAt <= 0)
            add({"lr_switch_at"}, "The second stage has to start above 0 (and at 1 at the latest).");
        if (applies("lambda_start") && c.lambdaStart > c.lambdaFinal)
            add({"lambda_start", "lambda_final"}, "Lambda would fall from " + formatReal(c.lambdaStart) + " to " +
                                                      formatReal(c.lambdaFinal) + "; it can only rise or stay.");
        if (applies("lambda_reach_one_at") && c.lambdaReachOneAt <= 0)
            add({"lambda_reach_one_at"},
                "Lambda has to reach 1 above 0 and at 1 at the latest. For 1 from the start set lambda_schedule = "
                "none.");
    }

    void batch() {
        if (c.gradientBlocks < 1 || (c.gradientBlocks & (c.gradientBlocks - 1)) == 0) return;
        add({"gradient_blocks"},
            "Blocks are halves of halves: use 1, 2, 4, 8 and so on, not " + std::to_string(c.gradientBlocks) + ".");
    }

    // Looked for on this machine, as files are.
    void device() {
        if (c.device != ComputeDevice::Cuda) return;
        if (const CudaState& cuda = cudaState(); !cuda.usable())
            add({"device"},
                "This machine cannot train on CUDA: " + cuda.missing + ". " + cuda.hint + ", or set device = cpu.");
    }

    const RunConfig& c;
    std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check(const RunConfig& config) { return Rules(config).all(); }

}  // namespace tritlab
