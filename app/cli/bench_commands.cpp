// bench train, bench generate: how fast this machine is.
#include <memory>

#include "app/cli/choice.h"
#include "app/cli/frame.h"
#include "app/cli/model_options.h"
#include "app/cli/packed_choices.h"
#include "core/base/number.h"
#include "core/engine/engine.h"
#include "core/infer/bench.h"
#include "core/infer/chat_session.h"

namespace tritlab::cli {
namespace {

Exit benchTrain(Session& session, const BenchRequest& request) {
    const BenchResult result = loadEngine().bench(request);
    session.result = {{"shape", request.shape},
                      {"mode", request.mode},
                      {"tokens_per_second", result.tokensPerSecond},
                      {"peak_memory_bytes", result.peakMemoryBytes},
                      {"gemm_share", result.gemmShare},
                      {"product_flops", result.productFlops},
                      {"machine_bf16_flops", result.machineFlops},
                      {"threads", result.threads},
                      {"device", result.device.empty() ? "cpu" : result.device},
                      {"health_seconds", result.healthSeconds},
                      {"median_step_seconds", result.medianStepSeconds},
                      {"loss", result.loss},
                      {"parameters", result.parameters},
                      {"parts", nlohmann::ordered_json::array()}};
    const std::string where = result.device.empty()
                                  ? std::to_string(result.threads) + (result.threads == 1 ? " thread" : " threads")
                                  : result.device;
    session.printLine(request.shape + " " + request.mode + ": " + humanCount(result.tokensPerSecond) + " tokens/s, " +
                      fixed(result.medianStepSeconds, 3) + " s a step, peak memory " +
                      humanBytes(result.peakMemoryBytes) + ", " + where + ", products at " + percent(result.gemmShare) +
                      " of its own bf16 product speed (" + fixed(result.machineFlops / 1e9, 0) + " GFLOP/s)");
    for (const BenchPart& part : result.parts) {
        session.result["parts"].push_back({{"name", part.name}, {"seconds", part.seconds}, {"share", part.share}});
        if (part.share < 0.005) continue;
        session.printLine("  " + percent(part.share) + "  " + fixed(1000 * part.seconds, 1) + " ms  " + part.name);
    }
    if (result.healthSeconds > 0)
        session.printLine(
            "weight health: " + fixed(1000 * result.healthSeconds, 1) + " ms a look, every 50 steps " +
            fixed(100 * result.healthSeconds / (50 * result.medianStepSeconds + result.healthSeconds), 2) +
            " % of the time");
    return done;
}

Exit benchQuant(Session& session, KernelBenchRequest request) {
    request.stop = session.stop;
    session.result["kernels"] = nlohmann::ordered_json::array();
    std::string last;
    for (const KernelTiming& timing : loadEngine().benchKernels(request)) {
        session.result["kernels"].push_back({{"kernel", timing.kernel},
                                             {"variant", timing.variant},
                                             {"seconds", timing.seconds},
                                             {"speedup", timing.speedup}});
        if (timing.kernel != last) session.printLine(timing.kernel);
        last = timing.kernel;
        session.printLine("  " + fixed(1000 * timing.seconds, 3) + " ms  " + fixed(timing.speedup, 2) + " x  " +
                          timing.variant);
    }
    return done;
}

struct GenerateBench {
    ModelOptions model;
    GenerateBenchRequest request;
    PackedChoices formats;
    std::string packTo;
    CLI::Option* packToOption = nullptr;
};

Exit benchGenerate(Session& session, const GenerateBench& options) {
    if (options.packToOption->count() > 0) requireOutFolder("--pack-to", options.packTo);
    GenerateBenchRequest request = options.request;
    std::string name = request.shape;
    if (!options.model.run.empty() || !options.model.model.empty()) {
        const auto named = options.model.resolve(session);
        request.model = named.folder;
        name = named.name;
        request.options = chatOptions(named.folder, options.request.options.threads);
    } else {
        request.options = chatOptions(generateBenchConfig(request.shape), options.request.options.threads);
    }
    options.formats.apply(request.options);
    if (!options.packTo.empty()) request.packTo = options.packTo;
    const GenerateBenchResult result = benchGenerate(request, session.stop);
    session.result = {{"model", name},
                      {"prompt_tokens_per_second", result.promptTokensPerSecond},
                      {"decode_tokens_per_second", result.decodeTokensPerSecond},
                      {"bytes_per_token", result.bytesPerToken},
                      {"memory_bandwidth", result.memoryBandwidth},
                      {"bandwidth_share", result.bandwidthShare},
                      {"load_seconds", result.loadSeconds},
                      {"resident_bytes", result.residentBytes},
                      {"weight_bytes", result.weightBytes},
                      {"cache_bytes", result.cacheBytes},
                      {"parameters", result.parameters},
                      {"prompt_tokens", request.promptTokens},
                      {"new_tokens", request.newTokens},
                      {"threads", result.threads},
                      {"kernels", result.kernels}};
    session.printLine(name + ": prompt " + humanCount(result.promptTokensPerSecond) + " tokens/s, decode " +
                      humanCount(result.decodeTokensPerSecond) + " tokens/s, " +
                      humanBytes(static_cast<double>(result.bytesPerToken)) + " read a token, " +
                      percent(result.bandwidthShare) + " of " + humanBytes(result.memoryBandwidth) + "/s of memory, " +
                      humanBytes(static_cast<double>(result.residentBytes)) + " resident, ready in " +
                      fixed(result.loadSeconds, 2) + " s, " + result.kernels);
    return done;
}

}  // namespace

void addBenchCommands(Program& program) {
    CLI::App* group = program.group("bench", "Measure speed");
    const auto train = std::make_shared<BenchRequest>();
    train->shape = "small";
    train->mode = "bitnet";
    const auto device = std::make_shared<std::string>("auto");
    CLI::App* command = program.command(group, "train", "Training steps on random tokens", [train, device](Session& s) {
        train->device = choice<ComputeDevice>(
            "--device", *device,
            {{"auto", ComputeDevice::Auto}, {"cpu", ComputeDevice::Cpu}, {"cuda", ComputeDevice::Cuda}});
        return benchTrain(s, *train);
    });
    command->add_option("--shape", train->shape, "tiny, small or 125m")->capture_default_str();
    command->add_option("--mode", train->mode, "bitnet, dense or reference")->capture_default_str();
    command->add_option("--steps", train->steps, "Steps that are measured")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    command->add_flag("--activation-checkpointing", train->activationCheckpointing,
                      "Blocks keep their inputs alone and run again");
    command->add_option("--threads", train->threads, "0: all cores")->capture_default_str()->check(CLI::Range(0, 1024));
    command->add_option("--device", *device, "auto (CUDA where there is a device and the plugin), cpu or cuda")
        ->capture_default_str();

    const auto kernels = std::make_shared<KernelBenchRequest>();
    command = program.command(group, "quant", "Each kernel of training beside its reference, on random values",
                              [kernels](Session& s) { return benchQuant(s, *kernels); });
    command->add_option("--rows", kernels->rows, "Tokens")->capture_default_str()->check(CLI::Range(1, 1 << 20));
    command->add_option("--width", kernels->width, "Hidden size")
        ->capture_default_str()
        ->check(CLI::Range(16, 1 << 14));
    command->add_option("--repeats", kernels->repeats, "Calls that are measured; the median counts")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    command->add_option("--threads", kernels->threads, "0: all cores")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));

    const auto options = std::make_shared<GenerateBench>();
    GenerateBenchRequest& request = options->request;
    command = program.command(group, "generate",
                              "Reading a prompt and decoding with the packed engine: a model, or random weights",
                              [options](Session& s) { return benchGenerate(s, *options); });
    options->model.addTo(command);
    command->add_option("--shape", request.shape, "Random weights where no model is named: small, 125m or 2b4t")
        ->capture_default_str();
    command->add_option("--prompt-tokens", request.promptTokens, "Tokens read at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 24));
    command->add_option("--new-tokens,--tokens", request.newTokens, "Tokens decoded one by one")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 24));
    command->add_option("--threads", request.options.threads, "0: all cores")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    command->add_option("--repeats", request.repeats, "How often the prompt is read; the fastest counts")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    options->formats.addTo(command);
    options->packToOption = command->add_option("--pack-to", options->packTo,
                                                "Save random weights as a packed folder here and map them from it");
    addCurveBench(program, group);
    addBenchWindowCommands(program, group);
}

}  // namespace tritlab::cli
