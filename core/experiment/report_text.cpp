// The tables of an experiment as text.
#include <algorithm>
#include <cmath>

#include "core/base/csv.h"
#include "core/base/fixed_real.h"
#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/experiment/report.h"

namespace tritlab {
namespace {

std::string number(double value) { return std::isnan(value) ? "" : formatReal(value); }

// "1.2345 (1.2300–1.2400)"; the mean alone for one run.
std::string spreadText(const Spread& spread, int digits, bool signs) {
    if (spread.n == 0) return "–";
    const auto text = [&](double value) { return (signs && value > 0 ? "+" : "") + fixedReal(value, digits); };
    if (spread.n == 1) return text(spread.mean);
    return text(spread.mean) + " (" + text(spread.min) + (signs ? " to " : "–") + text(spread.max) + ")";
}

// A '|' would end the cell.
std::string cell(const std::string& text) {
    std::string safe;
    for (const char c : text) safe += c == '|' ? std::string("\\|") : c == '\n' ? std::string(" ") : std::string(1, c);
    return safe;
}

// The variant's value of a field, where all its seeds have the same; "-" where the field does not apply.
std::string fieldText(const Experiment& experiment, std::size_t variant, const std::string& key) {
    const Field& field = *findField(key);
    for (const PlannedRun& run : experiment.runs)
        if (run.variant == variant) return field.applies(run.config) ? valueText(field, field.get(run.config)) : "-";
    return "-";
}

std::int64_t divergedRuns(const ExperimentReport& report, std::size_t variant) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < report.outcomes.size(); ++i)
        if (report.experiment.runs[i].variant == variant && report.outcomes[i].run &&
            report.outcomes[i].run->state == RunState::Diverged)
            ++count;
    return count;
}

std::string markdownLine(const std::vector<std::string>& cells) {
    std::string line = "|";
    for (const std::string& text : cells) line += " " + text + " |";
    return line + "\n";
}

// The variant with the lowest mean of bits per byte; -1: nothing has finished.
std::ptrdiff_t bestVariant(const ExperimentReport& report) {
    std::ptrdiff_t best = -1;
    for (std::size_t v = 0; v < report.variants.size(); ++v) {
        const Spread& spread = report.variants[v][bitsPerByteMeasure()];
        if (spread.n > 0 &&
            (best < 0 || spread.mean < report.variants[static_cast<std::size_t>(best)][bitsPerByteMeasure()].mean))
            best = static_cast<std::ptrdiff_t>(v);
    }
    return best;
}

// Whether the seeds tell the best variant from the others.
std::string verdict(const ExperimentReport& report) {
    const std::ptrdiff_t best = bestVariant(report);
    if (best < 0) return "No run has finished.\n";
    const auto& names = report.experiment.variants;
    const auto bestIndex = static_cast<std::size_t>(best);
    const Spread& lowest = report.variants[bestIndex][bitsPerByteMeasure()];
    std::string overlapping, apart;
    for (std::size_t v = 0; v < names.size(); ++v) {
        const Spread& spread = report.variants[v][bitsPerByteMeasure()];
        if (v == bestIndex || spread.n == 0) continue;
        std::string& list = spread.min <= lowest.max ? overlapping : apart;
        list += (list.empty() ? "" : ", ") + cell(names[v]);
    }
    std::string text = "Lowest mean of bits per byte: **" + cell(names[bestIndex]) + "**.";
    if (lowest.n < 2) return text + " One run a variant says nothing about the spread over seeds.\n";
    if (!apart.empty()) text += " All its seeds are below all seeds of: " + apart + ".";
    if (!overlapping.empty()) text += " The seeds do not tell it from: " + overlapping + ".";
    return text + "\n";
}

}  // namespace

std::string runsCsv(const ExperimentReport& report) {
    std::vector<std::string> header = {"variant", "seed", "state", "steps", "tokens"};
    for (const std::string& key : report.experiment.fields) header.push_back(key);
    for (const Measure& measure : experimentMeasures()) header.emplace_back(measure.key);
    std::string text = csvLine(header);
    for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
        const PlannedRun& planned = report.experiment.runs[i];
        const ExperimentOutcome& outcome = report.outcomes[i];
        std::vector<std::string> line = {report.experiment.variants[planned.variant], std::to_string(planned.seed),
                                         outcome.run ? runStateKey(outcome.run->state) : "missing",
                                         std::to_string(outcome.run ? outcome.run->steps : 0),
                                         std::to_string(outcome.run ? outcome.run->tokens : 0)};
        for (const std::string& key : report.experiment.fields)
            line.push_back(fieldText(report.experiment, planned.variant, key));
        for (const double value : outcome.values) line.push_back(number(value));
        text += csvLine(line);
    }
    return text;
}

std::string summaryCsv(const ExperimentReport& report) {
    std::vector<std::string> header = {"variant"};
    for (const std::string& key : report.experiment.fields) header.push_back(key);
    header.insert(header.end(), {"finished", "diverged"});
    const auto addNames = [&](const std::string& key) {
        for (const char* part : {"_mean", "_min", "_max"}) header.push_back(key + part);
    };
    for (const Measure& measure : experimentMeasures())
        if (measure.spread) addNames(measure.key);
    addNames("bits_per_byte_against_first");
    std::string text = csvLine(header);
    for (std::size_t v = 0; v < report.variants.size(); ++v) {
        std::vector<std::string> line = {report.experiment.variants[v]};
        const auto add = [&](const Spread& spread) {
            for (const double value : {spread.mean, spread.min, spread.max})
                line.push_back(spread.n > 0 ? number(value) : "");
        };
        for (const std::string& key : report.experiment.fields) line.push_back(fieldText(report.experiment, v, key));
        line.push_back(std::to_string(report.variants[v][bitsPerByteMeasure()].n));
        line.push_back(std::to_string(divergedRuns(report, v)));
        for (std::size_t m = 0; m < experimentMeasures().size(); ++m)
            if (experimentMeasures()[m].spread) add(report.variants[v][m]);
        add(report.againstFirst[v]);
        text += csvLine(line);
    }
    return text;
}

std::string curvesCsv(const ExperimentReport& report) {
    std::string text = "key,variant,step,n,mean,min,max\n";
    for (const ExperimentCurve& curve : report.curves)
        for (std::size_t v = 0; v < curve.variants.size(); ++v)
            for (const CurvePoint& point : curve.variants[v])
                text += csvLine({curve.key, report.experiment.variants[v], std::to_string(point.step),
                                 std::to_string(point.value.n), number(point.value.mean), number(point.value.min),
                                 number(point.value.max)});
    return text;
}

std::string summaryMarkdown(const ExperimentReport& report) {
    const Experiment& experiment = report.experiment;
    std::string text = "# " + (experiment.title.empty() ? experiment.name : experiment.title) + "\n\n";
    if (!experiment.description.empty()) text += experiment.description + "\n\n";
    text += std::to_string(report.finished) + " of " + std::to_string(experiment.runs.size()) + " runs are finished" +
            (report.diverged > 0 ? ", " + std::to_string(report.diverged) + " diverged" : "") +
            ". Mean over the seeds, with minimum and maximum; held-out figures at lambda 1. *Against " +
            cell(experiment.variants.front()) + "*: bits per byte less those of the same seed there.\n\n";
    std::vector<std::string> header = {"variant", "runs"};
    for (const Measure& measure : experimentMeasures())
        if (measure.spread) header.push_back(plainLabel(*measure.metric));
    header.push_back("against " + cell(experiment.variants.front()));
    text += markdownLine(header) + markdownLine(std::vector<std::string>(header.size(), "---"));
    const std::ptrdiff_t best = bestVariant(report);
    for (std::size_t v = 0; v < report.variants.size(); ++v) {
        const std::int64_t diverged = divergedRuns(report, v);
        std::vector<std::string> line = {cell(experiment.variants[v]),
                                         std::to_string(report.variants[v][bitsPerByteMeasure()].n) +
                                             (diverged > 0 ? " + " + std::to_string(diverged) + " diverged" : "")};
        for (std::size_t m = 0; m < experimentMeasures().size(); ++m) {
            if (!experimentMeasures()[m].spread) continue;
            const std::string value = spreadText(report.variants[v][m], experimentMeasures()[m].metric->digits, false);
            line.push_back(m == bitsPerByteMeasure() && static_cast<std::ptrdiff_t>(v) == best ? "**" + value + "**"
                                                                                               : value);
        }
        line.push_back(v == 0 ? "–"
                              : spreadText(report.againstFirst[v],
                                           experimentMeasures()[bitsPerByteMeasure()].metric->digits, true));
        text += markdownLine(line);
    }
    return text + "\n" + verdict(report);
}

}  // namespace tritlab
