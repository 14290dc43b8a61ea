#include "ui/models/compare_results.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "core/base/csv.h"
#include "core/base/number.h"
#include "core/store/query.h"
#include "ui/models/metric_text.h"
#include "ui/models/run_list_model.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

QString titleText(const char* text) { return QCoreApplication::translate("tritlab::ComparePage", text); }

QString number(double value, const RunResult& column) {
    if (column.metric->digits == 0) return QString::fromStdString(humanCount(value));
    return QString::number(value, 'f', column.metric->digits);
}

QString resultText(const GroupResult& result, const RunResult& column) {
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

GroupResult resultOf(const RunGroup& group, const RunResult& column) {
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

int bestGroup(const std::vector<RunGroup>& groups, const RunResult& column) {
    if (column.metric->better == Better::Neither) return -1;
    int best = -1, with = 0;
    double value = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const GroupResult result = resultOf(groups[i], column);
        if (result.count == 0 || !std::isfinite(result.mean)) continue;
        ++with;
        if (best >= 0 && (column.metric->better == Better::Low ? result.mean >= value : result.mean <= value)) continue;
        best = static_cast<int>(i);
        value = result.mean;
    }
    return with < 2 ? -1 : best;
}

QStringList resultHeaders(const std::vector<RunGroup>& groups) {
    QStringList headers{titleText(QT_TRANSLATE_NOOP("tritlab::ComparePage", "Group")),
                        titleText(QT_TRANSLATE_NOOP("tritlab::ComparePage", "Runs")),
                        titleText(QT_TRANSLATE_NOOP("tritlab::ComparePage", "State"))};
    for (const RunResult& column : runResults()) headers << metricText(column.label());
    for (const std::string& key : varyingFields(allRuns(groups))) headers << QString::fromStdString(key);
    return headers;
}

std::vector<TableRow> resultRows(const std::vector<RunGroup>& groups, bool dark) {
    std::vector<TableRow> rows;
    std::vector<int> best;
    for (const RunResult& column : runResults()) best.push_back(bestGroup(groups, column));
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
            const RunResult& column = runResults()[c];
            const GroupResult result = resultOf(group, column);
            const bool isBest = best[c] == static_cast<int>(i);
            TableCell cell{resultText(result, column),
                           result.count == 0 ? HUGE_VAL : result.mean,
                           {},
                           metricText(column.metric->help),
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
    for (const RunResult& column : runResults()) {
        for (const char* part : {"", "_least", "_most"}) header << QString::fromStdString(column.key()) + part;
    }
    for (const std::string& key : varying) header << QString::fromStdString(key);
    QString text = header.join(',') + '\n';
    for (const RunGroup& group : groups) {
        QStringList cells{csvCell(group.name), QString::number(group.runs.size()), csvCell(statesOf(group))};
        for (const RunResult& column : runResults()) {
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
        const bool figure = i == 1 || (i >= 3 && i < 3 + static_cast<int>(runResults().size()));
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
