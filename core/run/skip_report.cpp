#include "core/run/skip_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tritlab {

using nlohmann::json;

void SkipReport::skip(const std::string& file, std::int64_t line, const std::string& reason) {
    ++skipped_;
    ++reasons_[reasons_.contains(reason) || reasons_.size() < maxReasons ? reason : "other reasons"];
    if (first_.size() < maxLines) first_.push_back({file, line, reason});
}

void SkipReport::add(const SkipReport& other) {
    lines_ += other.lines_;
    skipped_ += other.skipped_;
    for (const auto& [reason, count] : other.reasons_) reasons_[reason] += count;
    for (const SkippedLine& line : other.first_)
        if (first_.size() < maxLines) first_.push_back(line);
}

std::string SkipReport::text() const {
    if (skipped_ == 0) return {};
    std::vector<std::pair<std::int64_t, std::string>> sorted;
    for (const auto& [reason, count] : reasons_) sorted.emplace_back(count, reason);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text = std::to_string(skipped_) + " of " + std::to_string(lines_) + " lines were skipped (";
    constexpr std::size_t told = 4;
    for (std::size_t i = 0; i < std::min(sorted.size(), told); ++i)
        text += (i > 0 ? "; " : "") + std::to_string(sorted[i].first) + ": " + sorted[i].second;
    text += sorted.size() > told ? "; …)" : ")";
    const SkippedLine& line = first_.front();
    return text + ", the first: " + line.file + (line.line > 0 ? ":" + std::to_string(line.line) : "");
}

nlohmann::ordered_json SkipReport::summary() const {
    nlohmann::ordered_json reasons = nlohmann::ordered_json::object();
    for (const auto& [reason, count] : reasons_) reasons[reason] = count;
    return {{"lines", lines_}, {"skipped", skipped_}, {"reasons", reasons}};
}

json SkipReport::state() const {
    json lines = json::array();
    for (const SkippedLine& line : first_) lines.push_back({line.file, line.line, line.reason});
    return {{"lines", lines_}, {"skipped", skipped_}, {"reasons", reasons_}, {"first", lines}};
}

SkipReport SkipReport::ofState(const json& state) {
    SkipReport report;
    state.at("lines").get_to(report.lines_);
    state.at("skipped").get_to(report.skipped_);
    state.at("reasons").get_to(report.reasons_);
    for (const json& line : state.at("first"))
        report.first_.push_back(
            {line.at(0).get<std::string>(), line.at(1).get<std::int64_t>(), line.at(2).get<std::string>()});
    return report;
}

}  // namespace tritlab
