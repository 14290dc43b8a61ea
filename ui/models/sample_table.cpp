#include "ui/models/sample_table.h"

#include <QCoreApplication>
#include <algorithm>
#include <optional>
#include <set>

namespace tritlab {

namespace {

QString sampleWords(const char* text) { return QCoreApplication::translate("tritlab::SamplesPage", text); }

std::optional<StepIndex> newestUpTo(const RunSamples& run, StepIndex step) {
    std::optional<StepIndex> newest;
    for (const SampleEvent& sample : run.samples) {
        if (sample.step <= step && (!newest || sample.step > *newest)) newest = sample.step;
    }
    return newest;
}

TableCell cellOf(const RunSamples& run, const std::optional<StepIndex>& step, const QString& prompt) {
    const auto it = std::find_if(run.samples.begin(), run.samples.end(), [&](const SampleEvent& sample) {
        return step && sample.step == *step && QString::fromStdString(sample.prompt) == prompt;
    });
    if (it != run.samples.end()) return {QString::fromStdString(it->text).trimmed(), {}, {}, {}, false};
    return {QStringLiteral("–"),
            {},
            {},
            run.samples.empty() ? sampleWords(QT_TRANSLATE_NOOP("tritlab::SamplesPage", "This run has no samples"))
            : !step ? sampleWords(QT_TRANSLATE_NOOP("tritlab::SamplesPage", "This run's first samples come later"))
                    : sampleWords(QT_TRANSLATE_NOOP("tritlab::SamplesPage",
                                                    "This run did not continue this prompt at that step")),
            false};
}

}  // namespace

std::vector<StepIndex> sampleSteps(const std::vector<RunSamples>& runs) {
    std::set<StepIndex> steps;
    for (const RunSamples& run : runs) {
        for (const SampleEvent& sample : run.samples) steps.insert(sample.step);
    }
    return {steps.begin(), steps.end()};
}

SampleTable sampleTable(const std::vector<RunSamples>& runs, StepIndex step) {
    SampleTable table;
    QStringList prompts;
    table.headers << sampleWords(QT_TRANSLATE_NOOP("tritlab::SamplesPage", "Prompt"));
    std::vector<std::optional<StepIndex>> steps;
    for (const RunSamples& run : runs) {
        steps.push_back(newestUpTo(run, step));
        const bool other = steps.back() && *steps.back() != step;
        table.headers << (other ? sampleWords(QT_TRANSLATE_NOOP("tritlab::SamplesPage", "%1 (step %2)"))
                                      .arg(run.name)
                                      .arg(*steps.back())
                                : run.name);
        for (const SampleEvent& sample : run.samples) {
            if (const QString prompt = QString::fromStdString(sample.prompt); !prompts.contains(prompt))
                prompts << prompt;
        }
    }
    for (const QString& prompt : prompts) {
        TableRow row{prompt, {{prompt.trimmed(), {}, {}, {}, false}}};
        for (std::size_t i = 0; i < runs.size(); ++i) row.cells.push_back(cellOf(runs[i], steps[i], prompt));
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace tritlab
