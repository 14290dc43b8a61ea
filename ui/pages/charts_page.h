// All charts of the visible runs, with one legend, one crosshair and one range of x. Each chart can be hidden, moved,
// enlarged, copied and saved from its own menu; any series of a run can be added.
#pragma once

#include <QJsonObject>
#include <functional>

#include "ui/models/series.h"
#include "ui/models/x_axis.h"
#include "ui/pages/page.h"

class QAction;
class QLabel;
class QMenu;
class QScrollArea;

namespace tritlab {

class ChartBoard;
class ChartControls;
class ChartGroup;
class ChartMarks;
class ChartWidget;

class ChartsPage : public Page {
    Q_OBJECT
public:
    explicit ChartsPage(PageContext context, QWidget* parent = nullptr);
    void setVisibleRuns(const QStringList& runs);
    [[nodiscard]] ChartWidget* chart(const QString& id) const;
    [[nodiscard]] ChartGroup* group() const { return group_; }
    [[nodiscard]] ChartBoard* board() const { return board_; }
    // Draws every chart that has data to DIR/NAME.png; gives the files.
    QStringList saveAll(const QString& folder, const QString& prefix);
    // Which charts are shown, their order, and the bar above them.
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;

protected:
    void reload() override;
    void refreshRun(const QString& run) override;
    [[nodiscard]] bool concerns(const QString& run) const override { return visibleRuns_.contains(run); }

private:
    void connectControls();
    void makeActions();
    QAction* chartAction(const char* name, const QString& text, const QString& shortcut,
                         std::function<void(const std::string&)> act);
    [[nodiscard]] ChartWidget* actedOn() const;  // the chart whose menu is open, or which has the focus
    void openMenu(ChartWidget* chart, const QPoint& at);
    void fillChartsMenu();
    void addOther();
    void applyToCharts();
    void showCurves();
    void showLegend();
    void showMarks();
    void askRange(ChartWidget* chart);
    void saveChart(ChartWidget* chart, const QString& format);
    void exportAs(const QString& format);
    QStringList tickedRuns_, visibleRuns_;  // what the list says, and what is drawn of it
    ChartGroup* group_;
    XAxisMapper* mapper_;
    ChartMarks* marks_;
    ChartBoard* board_;
    ChartControls* controls_;
    QScrollArea* scroll_;
    QLabel* legend_;
    QLabel* empty_;
    QMenu* chartMenu_;
    ChartWidget* menuOf_ = nullptr;
};

}  // namespace tritlab
