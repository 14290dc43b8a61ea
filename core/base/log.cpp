#include "core/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <cstdlib>
#include <memory>

namespace tritlab {
namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made =
            std::make_shared<spdlog::logger>("tritlab", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
        const char* level = std::getenv("TRITLAB_LOG");
        made->set_level(level != nullptr ? spdlog::level::from_str(level) : spdlog::level::warn);
        made->set_pattern("%H:%M:%S.%e %^%l%$ %v");
        return made;
    }();
    return *instance;
}

}  // namespace

void logInfo(const std::string& text) { logger().info(text); }
void logWarning(const std::string& text) { logger().warn(text); }
void logError(const std::string& text) { logger().error(text); }

}  // namespace tritlab
