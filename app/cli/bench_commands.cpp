// bench train, bench generate: how fast this machine is.
#include <algorithm>
#include <chrono>
#include <memory>

#include "app/cli/frame.h"
#include "app/cli/model_options.h"
#include "core/base/number.h"
#include "core/base/random.h"
#include "core/infer/packed_model.h"
#include "core/train/trainer.h"

namespace tritlab::cli {
namespace {

Exit benchTrain(Session& session, const BenchRequest& request) {
    const BenchResult result = loadEngine().bench(request);
    session.result = {{"shape", request.shape},
                      {"mode", request.mode},
                      {"tokens_per_second", result.tokensPerSecond},
                      {"peak_memory_bytes", result.peakMemoryBytes},
                      {"gemm_share", result.gemmShare},
                      {"median_step_seconds", result.medianStepSeconds},
                      {"loss", result.loss},
                      {"parameters", result.parameters},
                      {"parts", nlohmann::ordered_json::array()}};
    session.printLine(request.shape + " " + request.mode + ": " + humanCount(result.tokensPerSecond) + " tokens/s, " +
                      fixed(result.medianStepSeconds, 3) + " s a step, peak memory " + humanBytes(result.peakMemoryBytes) +
                      ", matrix products " + percent(result.gemmShare));
    for (const BenchPart& part : result.parts) {
        session.result["parts"].push_back({{"name", part.name}, {"seconds", part.seconds}, {"share", part.share}});
        if (part.share < 0.005) continue;
        session.printLine("  " + percent(part.share) + "  " + fixed(1000 * part.seconds, 1) + " ms  " + part.name);
    }
    return done;
}

struct GenerateBench {
    ModelOptions model;
    std::int64_t promptTokens = 128, tokens = 64;
    int threads = 0;
};

double secondsOf(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Exit benchGenerate(Session& session, const GenerateBench& options) {
    const auto named = options.model.resolve(session);
    std::shared_ptr<const PackedModel> model;
    const double loadSeconds = secondsOf([&] { model = PackedModel::load(named.folder, PackedOptions{options.threads}); });
    const auto vocabulary = static_cast<std::uint64_t>(model->description().config.vocabSize);
    std::vector<TokenId> prompt;
    for (std::int64_t i = 0; i < options.promptTokens; ++i)
        prompt.push_back(static_cast<TokenId>(randomBits(1, 0, static_cast<std::uint64_t>(i)) % vocabulary));
    const auto sequence = PackedSession::create(model, options.promptTokens + options.tokens);
    TokenId next = 0;
    const auto feed = [&](std::span<const TokenId> tokens) {
        const auto logits = sequence->feed(tokens);
        next = static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    };
    const double promptSeconds = secondsOf([&] { feed(prompt); });
    std::int64_t made = 0;
    const double decodeSeconds = secondsOf([&] {
        for (; made < options.tokens && !session.stop.stopRequested(); ++made) feed(std::span(&next, 1));
    });
    const double promptSpeed = static_cast<double>(options.promptTokens) / promptSeconds;
    const double decodeSpeed = static_cast<double>(made) / decodeSeconds;
    session.result = {{"prompt_tokens_per_second", promptSpeed},
                      {"decode_tokens_per_second", decodeSpeed},
                      {"bytes_per_token", model->bytesPerToken()},
                      {"resident_bytes", model->residentBytes()},
                      {"load_seconds", loadSeconds},
                      {"prompt_tokens", options.promptTokens},
                      {"tokens", made},
                      {"model", named.name}};
    session.printLine("prompt " + humanCount(promptSpeed) + " tokens/s, decode " + humanCount(decodeSpeed) + " tokens/s, " +
                      humanBytes(static_cast<double>(model->bytesPerToken())) + " read a token, " +
                      humanBytes(static_cast<double>(model->residentBytes())) + " resident, loaded in " +
                      fixed(loadSeconds, 2) + " s");
    return session.stop.stopRequested() ? stopped : done;
}

}  // namespace

void addBenchCommands(Program& program) {
    CLI::App* group = program.group("bench", "Measure speed");
    const auto train = std::make_shared<BenchRequest>();
    train->shape = "small";
    train->mode = "bitnet";
    CLI::App* command = program.command(group, "train", "Training steps on random tokens",
                                        [train](Session& s) { return benchTrain(s, *train); });
    command->add_option("--shape", train->shape, "tiny, small or 125m")->capture_default_str();
    command->add_option("--mode", train->mode, "bitnet, dense or reference")->capture_default_str();
    command->add_option("--steps", train->steps, "Steps that are measured")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    command->add_option("--threads", train->threads, "0: all cores")->capture_default_str()->check(CLI::Range(0, 1024));

    const auto options = std::make_shared<GenerateBench>();
    command = program.command(group, "generate", "Reading a prompt and decoding with the packed engine",
                              [options](Session& s) { return benchGenerate(s, *options); });
    options->model.addTo(command);
    command->add_option("--prompt-tokens", options->promptTokens, "Tokens read at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 24));
    command->add_option("--tokens", options->tokens, "Tokens decoded one by one")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 24));
    command->add_option("--threads", options->threads, "0: all cores")->capture_default_str()->check(CLI::Range(0, 1024));
}

}  // namespace tritlab::cli
