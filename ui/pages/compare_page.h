// All visible runs side by side: schedules above the loss over one x, every metric with mean and least-to-most band
// where a field groups them, one metric a group in small multiples, settings against results as points or as parallel
// lines, and what came out as a table.
#pragma once

#include <QJsonObject>
#include <QTimer>

#include "ui/models/run_groups.h"
#include "ui/pages/table_page.h"

class QLabel;
class QSplitter;
class QStackedWidget;

namespace tritlab {

class ChartWidget;
class CompareBoard;
class CompareControls;
class RunSpread;

class ComparePage : public Page {
    Q_OBJECT
public:
    explicit ComparePage(PageContext context, QWidget* parent = nullptr);
    void setVisibleRuns(const QStringList& runs);
    [[nodiscard]] ChartWidget* chart(const QString& id) const;  // of the overlay
    [[nodiscard]] CompareBoard* board() const { return board_; }
    [[nodiscard]] const std::vector<RunGroup>& groups() const { return groups_; }
    // Files of what the present view shows and has data, FOLDER/compare-CHART.EXTENSION for png and pdf. Throws Error.
    QStringList saveCharts(const QString& folder, const QString& extension);
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;

Q_SIGNALS:
    void runPicked(const QString& run);  // the person wants it selected in the list

protected:
    void reload() override;
    void refreshRun(const QString&) override { soon_.start(); }
    [[nodiscard]] bool concerns(const QString& run) const override { return visible_.contains(run); }

private:
    void makeExports();
    void fillGroupings();
    void showView();
    void ask();
    void showTable();
    void showLegend();
    void exportTable(bool markdown);
    void exportCharts(const QString& extension);
    [[nodiscard]] std::vector<RunSummary> visibleRuns() const;
    [[nodiscard]] std::vector<std::vector<std::string>> drawnIds() const;
    [[nodiscard]] std::vector<QColor> colors() const;
    QStringList visible_;
    std::vector<RunGroup> groups_;
    std::vector<RunGroup> drawn_;  // the newest of them, for the charts
    QTimer soon_;
    bool asking_ = false, again_ = false;
    bool unread_ = true;  // the board shows other runs, or none
    CompareControls* controls_;
    QLabel *legend_, *empty_;
    QSplitter* splitter_;
    QStackedWidget* stack_;
    CompareBoard* board_;
    RunSpread* spread_;
    TextTableView* table_;
};

}  // namespace tritlab
