// bench curve: the fast engine's losses beside the slow reference's, from the same start on the same batches.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <numeric>

#include "app/cli/config_options.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/engine/engine.h"

namespace tritlab::cli {
namespace {

struct CurveOptions {
    ConfigOptions config;
    int seeds = 3;
    std::string csv;
    CLI::Option* csvOption = nullptr;
};

// The mean of the last tenth of the steps, at least one.
double tail(const std::vector<double>& losses) {
    const auto count = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, losses.size() / 10));
    return std::accumulate(losses.end() - count, losses.end(), 0.0) / static_cast<double>(count);
}

std::string csvOf(const std::vector<LossCurves>& curves) {
    std::string text = "seed,step,fast,reference\n";
    for (const LossCurves& pair : curves)
        for (std::size_t i = 0; i < pair.fast.size(); ++i)
            text += std::to_string(pair.seed) + "," + std::to_string(i) + "," + formatReal(pair.fast[i]) + "," +
                    formatReal(pair.reference[i]) + "\n";
    return text;
}

Exit benchCurve(Session& session, const CurveOptions& options) {
    if (options.csvOption->count() > 0) requireOutFile("--csv", options.csv);
    CurveRequest request{options.config.frozenConfig(), session.workspace, {}, {}, session.stop};
    for (int i = 0; i < options.seeds; ++i) request.seeds.push_back(request.config.seed + i);
    request.progress = [&](std::int64_t seed, bool reference, StepIndex step, double loss) {
        if (step % 25 == 0 || step == request.config.steps)
            std::cerr << "seed " << seed << (reference ? " reference " : " fast ") << step << "/"
                      << request.config.steps << " loss " << fixed(loss, 4) << '\n';
    };
    const std::vector<LossCurves> curves = loadEngine().compareCurves(request);
    if (session.stop.stopRequested()) return stopped;
    if (!options.csv.empty()) writeFileAtomically(options.csv, csvOf(curves));
    std::vector<double> ends;
    double worst = 0;
    session.result["seeds"] = nlohmann::ordered_json::array();
    for (const LossCurves& pair : curves) {
        const double fast = tail(pair.fast), reference = tail(pair.reference),
                     difference = std::abs(fast - reference) / reference;
        ends.push_back(reference);
        worst = std::max(worst, difference);
        session.result["seeds"].push_back(
            {{"seed", pair.seed}, {"fast", fast}, {"reference", reference}, {"difference", difference}});
        session.printLine("seed " + std::to_string(pair.seed) + ": fast " + fixed(fast, 4) + ", reference " +
                          fixed(reference, 4) + " nats a token, difference " + fixed(100 * difference, 3) + " %");
    }
    const double spread =
        (*std::max_element(ends.begin(), ends.end()) - *std::min_element(ends.begin(), ends.end())) / ends[0];
    session.result["largest_difference"] = worst;
    session.result["seed_spread"] = spread;
    session.printLine("largest difference " + fixed(100 * worst, 3) + " %; the reference's seeds differ by " +
                      fixed(100 * spread, 3) + " % (mean of the last tenth of the steps)");
    return done;
}

}  // namespace

void addCurveBench(Program& program, CLI::App* bench) {
    const auto options = std::make_shared<CurveOptions>();
    CLI::App* command = program.command(
        bench, "curve", "Train twice, with the fast engine and with the plain reference, and compare the losses",
        [options](Session& s) { return benchCurve(s, *options); });
    options->config.addTo(command);
    command->add_option("--seeds", options->seeds, "How many, from the config's on")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    options->csvOption = command->add_option("--csv", options->csv, "Write every step's losses here");
}

}  // namespace tritlab::cli
