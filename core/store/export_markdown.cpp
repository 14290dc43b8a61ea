#include "core/store/export_markdown.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/fixed_real.h"
#include "core/store/run_results.h"
#include "core/store/run_settings.h"

namespace tritlab {
namespace {

// A '|' would end the cell, a line feed the row.
std::string cell(const std::string& text) {
    std::string safe;
    for (const char c : text)
        safe += c == '|' ? std::string("\\|") : c == '\n' ? std::string("<br>") : std::string(1, c);
    return safe;
}

std::string line(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& part : cells) text += " " + part + " |";
    return text + "\n";
}

std::string figure(double value, int digits) { return std::isnan(value) ? "–" : fixedReal(value, digits); }

std::string settingCell(const std::optional<std::string>& value) {
    return !value ? "?" : value->empty() ? "–" : cell(*value);
}

}  // namespace

std::string runsMarkdown(const std::vector<RunSummary>& runs) {
    std::vector<const RunSummary*> compared;
    for (const RunSummary& run : runs) compared.push_back(&run);
    const std::vector<SettingRow> settings = settingRows(compared);
    std::vector<std::string> header = {"run", "state", "steps"};
    for (const SettingRow& row : settings)
        if (row.differs) header.push_back(cell(row.key));
    std::vector<const Metric*> columns;
    for (const Metric& metric : metrics())
        if (isOf(metric, InMarkdown)) columns.push_back(&metric);
    for (const Metric* metric : columns) header.push_back(plainLabel(*metric));
    std::string text = line(header) + line(std::vector<std::string>(header.size(), "---"));
    double min = std::numeric_limits<double>::infinity();
    for (const RunSummary& run : runs) min = std::fmin(min, run.lastEvalLoss);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const RunSummary& run = runs[i];
        std::vector<std::string> cells = {cell(run.name), runStateKey(run.state), std::to_string(run.steps)};
        for (const SettingRow& row : settings)
            if (row.differs) cells.push_back(settingCell(row.values[i]));
        for (const Metric* metric : columns) {
            const double value = lastValue(run, *metric);
            const bool lowest = runs.size() > 1 && metric->series == std::string_view("eval/loss") && value == min;
            const std::string shown = figure(value, metric->digits);
            cells.push_back(lowest ? "**" + shown + "**" : shown);
        }
        text += line(cells);
    }
    if (runs.size() != 1) return text;
    const RunSummary& run = runs.front();
    if (!run.notes.empty()) text += "\n" + run.notes + "\n";
    text += "\n" + line({"setting", "value"}) + line({"---", "---"});
    for (const SettingRow& row : settings)
        if (const auto& value = row.values.front(); value && !value->empty())
            text += line({cell(row.key), cell(*value)});
    return text;
}

}  // namespace tritlab
