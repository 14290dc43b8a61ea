#include "ui/models/compare_results.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "core/base/csv.h"
#include "core/base/number.h"
#include "core/store/query.h"
#include "ui/models/run_list_model.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

QString titleText(const char* text) { return QCoreApplication::translate("tritlab::ComparePage", text); }

QString number(double value, const ResultColumn& column) {
    if (column.digits == 0) return QString::fromStdString(humanCount(value));
    return QString::number(value, 'f', column.digits);
}

QString resultText(const GroupResult& result, const ResultColumn& column) {
    if (result.count == 0) return QStringLiteral("–");
    if (result.count == 1) return number(result.mean, column);
    return QStringLiteral("%1 (%2–%3)")
        .arg(number(result.mean, column), number(result.min, column), number(result.max, column));
}

QString statesOf(const RunGroup& group) {
    QStringList states;
    for (const RunSummary& run : group.runs) {
        if (!states.contains(stateText(run.state))) states << stateText(run.state);
    }
    return states.join(", ");
}

std::vector<RunSummary> allRuns(const std::vector<RunGroup>& groups) {
    std::vector<RunSummary> runs;
    for (const RunGroup& group : groups) runs.insert(runs.end(), group.runs.begin(), group.runs.end());
    return runs;
}

QString fieldText(const RunGroup& group, const std::string& key) {
    QStringList values;
    for (const RunSummary& run : group.runs) {
        const QString value = QString::fromStdString(runQueryValue(run, key)).simplified();
        if (!values.contains(value)) values << value;
    }
    return values.join(" | ");
}

QString csvCell(const QString& text) { return QString::fromStdString(csvField(text.toStdString())); }

QString real(double value) { return std::isnan(value) ? QString() : QString::fromStdString(formatReal(value)); }

}  // namespace

const std::vector<ResultColumn>& resultColumns() {
    static const std::vector<ResultColumn> columns = {
        {"eval_loss", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Eval loss"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Loss on held-out text at the last evaluation, nats a token"),
         [](const RunSummary& run) { return run.lastEvalLoss; }, 4, Better::Low},
        {"best_eval_loss", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Best eval"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Lowest evaluation loss"),
         [](const RunSummary& run) { return run.bestEvalLoss; }, 4, Better::Low},
        {"perplexity", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Perplexity"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Of held-out text, last evaluation"),
         [](const RunSummary& run) { return run.perplexity; }, 2, Better::Low},
        {"bits_per_byte", QT_TRANSLATE_NOOP("tritlab::ComparePage", "bits/B"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Bits per byte of held-out text: comparable between tokenizers"),
         [](const RunSummary& run) { return run.bitsPerByte; }, 4, Better::Low},
        {"loss", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Last loss"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Training loss of the last step: one batch, so it jumps about"),
         [](const RunSummary& run) { return run.lastLoss; }, 3, Better::Low},
        {"tokens_per_second", QT_TRANSLATE_NOOP("tritlab::ComparePage", "tok/s"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Tokens a second"),
         [](const RunSummary& run) { return run.tokensPerSecond > 0 ? run.tokensPerSecond : std::nan(""); }, 0,
         Better::High},
        {"tokens", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Tokens"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Trained on in all"),
         [](const RunSummary& run) { return static_cast<double>(run.tokens); }, 0, Better::Neither},
    };
    return columns;
}

GroupResult resultOf(const RunGroup& group, const ResultColumn& column) {
    GroupResult result;
    double sum = 0;
    result.min = HUGE_VAL;
    result.max = -HUGE_VAL;
    for (const RunSummary& run : group.runs) {
        const double value = column.value(run);
        if (std::isnan(value)) continue;
        sum += value;
        result.min = std::min(result.min, value);
        result.max = std::max(result.max, value);
        ++result.count;
    }
    if (result.count == 0) return {std::nan(""), std::nan(""), std::nan(""), 0};
    result.mean = sum / result.count;
    return result;
}

int bestGroup(const std::vector<RunGroup>& groups, const ResultColumn& column) {
    if (column.better == Better::Neither) return -1;
    int best = -1, with = 0;
    double value = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const GroupResult result = resultOf(groups[i], column);
        if (result.count == 0 || !std::isfinite(result.mean)) continue;
        ++with;
        if (best >= 0 && (column.better == Better::Low ? result.mean >= value : result.mean <= value)) continue;
        best = static_cast<int>(i);
        value = result.mean;
    }
    return with < 2 ? -1 : best;
}

QStringList resultHeaders(const std::vector<RunGroup>& groups) {
    QStringList headers{titleText(QT_TRANSLATE_NOOP("tritlab::ComparePage", "Group")),
                        titleText(QT_TRANSLATE_NOOP("tritlab::ComparePage", "Runs")),
                        titleText(QT_TRANSLATE_NOOP("tritlab::ComparePage", "State"))};
    for (const ResultColumn& column : resultColumns()) headers << titleText(column.title);
    for (const std::string& key : varyingFields(allRuns(groups))) headers << QString::fromStdString(key);
    return headers;
}

std::vector<TableRow> resultRows(const std::vector<RunGroup>& groups, bool dark) {
    std::vector<TableRow> rows;
    std::vector<int> best;
    for (const ResultColumn& column : resultColumns()) best.push_back(bestGroup(groups, column));
    const std::vector<std::string> varying = varyingFields(allRuns(groups));
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const RunGroup& group = groups[i];
        TableRow row;
        QStringList names;
        for (const RunSummary& run : group.runs) names << QString::fromStdString(run.name);
        row.key = QString::fromStdString(group.runs.front().id);
        row.cells.push_back({group.name, {}, {}, names.join('\n'), false});
        row.cells.push_back({QString::number(group.runs.size()), static_cast<int>(group.runs.size()), {}, {}, true});
        row.cells.push_back({statesOf(group), {}, {}, {}, false});
        for (std::size_t c = 0; c < best.size(); ++c) {
            const ResultColumn& column = resultColumns()[c];
            const GroupResult result = resultOf(group, column);
            const bool isBest = best[c] == static_cast<int>(i);
            TableCell cell{resultText(result, column),
                           result.count == 0 ? HUGE_VAL : result.mean,
                           {},
                           titleText(column.help),
                           true};
            if (isBest) {
                cell.text += QStringLiteral(" ★");  // not by colour alone
                cell.color = goodColor(dark);
                cell.toolTip =
                    titleText(QT_TRANSLATE_NOOP("tritlab::ComparePage", "The best of these. %1")).arg(cell.toolTip);
            }
            row.cells.push_back(cell);
        }
        for (const std::string& key : varying) row.cells.push_back({fieldText(group, key), {}, {}, {}, false});
        rows.push_back(std::move(row));
    }
    return rows;
}

QString resultsCsv(const std::vector<RunGroup>& groups) {
    const std::vector<std::string> varying = varyingFields(allRuns(groups));
    QStringList header{"group", "runs", "state"};
    for (const ResultColumn& column : resultColumns()) {
        for (const char* part : {"", "_least", "_most"}) header << QString(column.key) + part;
    }
    for (const std::string& key : varying) header << QString::fromStdString(key);
    QString text = header.join(',') + '\n';
    for (const RunGroup& group : groups) {
        QStringList cells{csvCell(group.name), QString::number(group.runs.size()), csvCell(statesOf(group))};
        for (const ResultColumn& column : resultColumns()) {
            const GroupResult result = resultOf(group, column);
            cells << real(result.mean) << real(result.min) << real(result.max);
        }
        for (const std::string& key : varying) cells << csvCell(fieldText(group, key));
        text += cells.join(',') + '\n';
    }
    return text;
}

QString resultsMarkdown(const std::vector<RunGroup>& groups) {
    const QStringList headers = resultHeaders(groups);
    QString text = "| " + headers.join(" | ") + " |\n|";
    for (int i = 0; i < headers.size(); ++i) {
        const bool figure = i == 1 || (i >= 3 && i < 3 + static_cast<int>(resultColumns().size()));
        text += figure ? " ---: |" : " --- |";
    }
    text += '\n';
    for (const TableRow& row : resultRows(groups, false)) {
        text += '|';
        for (const TableCell& cell : row.cells) {
            QString word = QString(cell.text).replace('|', "\\|");
            if (word.endsWith(QStringLiteral(" ★"))) word = "**" + word.chopped(2) + "**";
            text += ' ' + word + " |";
        }
        text += '\n';
    }
    return text;
}

}  // namespace tritlab
