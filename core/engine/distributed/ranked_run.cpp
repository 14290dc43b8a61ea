// Rank 0's request goes to the others as JSON: run, frozen config, whether it is resumed. Rank 0 alone has observers
// and commands.
#include "core/engine/distributed/ranked_run.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/config/fields.h"
#include "core/engine/loop/training_run.h"

namespace tritlab {

TrainResult leadRun(const TrainRequest& request) {
    RunReporter reporter(request.observers);
    const std::string place = request.ranks.address + ":" + std::to_string(request.ranks.port);
    reporter.report(StateEvent{RunState::Preparing, 0, {}});
    reporter.report(ProgressEvent{"Waiting for " + std::to_string(request.ranks.size) + " ranks at " + place, -1});
    std::optional<ProcessGroup> group;
    try {
        group.emplace(request.ranks, request.stop);
        const nlohmann::ordered_json order{
            {"run", request.runId}, {"config", toJson(request.config)}, {"resume", request.resume}};
        group->broadcastText(order.dump());
    } catch (const Error& error) {
        reporter.report(
            StateEvent{request.stop.stopRequested() ? RunState::Stopped : RunState::Failed, 0, error.what()});
        throw;
    }
    reporter.log(LogLevel::Info, -1,
                 std::to_string(request.ranks.size) +
                     " ranks train together: micro-batches of a step are shared, "
                     "and each keeps its part of the optimizer's moments");
    return TrainingRun(request, &*group).run();
}

TrainResult followRun(const FollowRequest& request) {
    ProcessGroup group(request.ranks, request.stop);
    const auto order = nlohmann::json::parse(group.broadcastText({}));
    TrainRequest mine;
    mine.runId = order.at("run").get<std::string>();
    mine.config = configFromJson(order.at("config"));
    mine.workspace = request.workspace;
    mine.resume = order.at("resume").get<bool>();
    mine.stop = request.stop;
    mine.ranks = request.ranks;
    return TrainingRun(mine, &group).run();
}

}  // namespace tritlab
