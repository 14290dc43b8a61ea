#include "app/gui/bench.h"

#include "app/gui/bench_parts.h"
#include "core/base/error.h"

namespace tritlab {

nlohmann::ordered_json runBench(const nlohmann::ordered_json& request) {
    const std::string kind = request.is_object() ? request.value("kind", std::string()) : std::string();
    if (kind == "plot") return benchPlot(request);
    if (kind == "window") return benchWindow(request);
    if (kind == "live") return benchLive(request);
    throw Error("there is no bench '" + kind + "'", "--bench", "The kinds are plot, window and live");
}

}  // namespace tritlab
