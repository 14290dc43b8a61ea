#include "core/store/export_markdown.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/fixed_real.h"
#include "core/config/fields.h"
#include "core/store/run_results.h"

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

std::string fieldText(const Field& field, const RunConfig& config) {
    return field.applies(config) ? valueText(field, field.get(config)) : "–";
}

}  // namespace

std::string runsMarkdown(const std::vector<RunSummary>& runs) {
    std::vector<const Field*> differing;
    for (const Field& field : fields())
        if (std::any_of(runs.begin(), runs.end(), [&](const RunSummary& run) {
                return fieldText(field, run.config) != fieldText(field, runs.front().config);
            }))
            differing.push_back(&field);
    std::vector<std::string> header = {"run", "state", "steps"};
    for (const Field* field : differing) header.push_back(field->key);
    std::vector<const Metric*> columns;
    for (const Metric& metric : metrics())
        if (isOf(metric, InMarkdown)) columns.push_back(&metric);
    for (const Metric* metric : columns) header.push_back(plainLabel(*metric));
    std::string text = line(header) + line(std::vector<std::string>(header.size(), "---"));
    double min = std::numeric_limits<double>::infinity();
    for (const RunSummary& run : runs) min = std::fmin(min, run.lastEvalLoss);
    for (const RunSummary& run : runs) {
        std::vector<std::string> cells = {cell(run.name), runStateKey(run.state), std::to_string(run.steps)};
        for (const Field* field : differing) cells.push_back(cell(fieldText(*field, run.config)));
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
    for (const Field& field : fields())
        if (field.applies(run.config)) text += line({field.key, cell(fieldText(field, run.config))});
    return text;
}

}  // namespace tritlab
