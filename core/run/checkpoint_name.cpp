#include "core/run/checkpoint_name.h"

#include "core/base/number.h"

namespace tritlab {
namespace {

constexpr std::string_view prefix = "step-";
constexpr std::size_t digits = 8, maxDigits = 18;  // what fits into a StepIndex

}  // namespace

std::string checkpointName(StepIndex step) {
    std::string number = std::to_string(step);
    if (number.size() < digits) number.insert(0, digits - number.size(), '0');
    return std::string(prefix) + number;
}

std::optional<StepIndex> stepOfCheckpointName(std::string_view name) {
    if (!name.starts_with(prefix)) return std::nullopt;
    const std::string_view number = name.substr(prefix.size());
    if (number.empty() || number.size() > maxDigits || number.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return parseInt(number);
}

}  // namespace tritlab
