#include "core/infer/stop_scanner.h"

#include <algorithm>
#include <utility>

namespace tritlab {

StopScanner::StopScanner(std::vector<std::string> stopTexts) : stopTexts_(std::move(stopTexts)) {
    std::erase_if(stopTexts_, [](const std::string& text) { return text.empty(); });
}

std::string StopScanner::add(std::string_view text) {
    if (stopped_) return {};
    held_ += text;
    std::size_t first = std::string::npos;
    for (const std::string& stop : stopTexts_) first = std::min(first, held_.find(stop));
    if (first != std::string::npos) {
        stopped_ = true;
        held_.resize(first);
        return std::exchange(held_, {});
    }
    // The longest end of the text that is the beginning of a stop text.
    std::size_t keep = 0;
    for (const std::string& stop : stopTexts_)
        for (std::size_t length = std::min(stop.size() - 1, held_.size()); length > keep; --length)
            if (held_.compare(held_.size() - length, length, stop, 0, length) == 0) keep = length;
    std::string shown = held_.substr(0, held_.size() - keep);
    held_.erase(0, held_.size() - keep);
    return shown;
}

std::string StopScanner::finish() { return std::exchange(held_, {}); }

}  // namespace tritlab
