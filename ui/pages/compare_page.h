// All visible runs side by side: schedules above the loss over one x, every metric with mean and least-to-most band where a field
// groups them, and what came out as a table.
#pragma once

#include <QTimer>
#include <map>

#include "ui/models/run_groups.h"
#include "ui/pages/table_page.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QScrollArea;
class QSlider;

namespace tritlab {

class BandPlottable;
class ChartGroup;
class ChartWidget;

class ComparePage : public Page {
    Q_OBJECT
public:
    explicit ComparePage(PageContext context, QWidget* parent = nullptr);
    void setVisibleRuns(const QStringList& runs);
    [[nodiscard]] ChartWidget* chart(const QString& id) const;
    [[nodiscard]] const std::vector<RunGroup>& groups() const { return groups_; }
    // Files of the charts that have data, FOLDER/compare-CHART.EXTENSION for png and pdf. Throws Error.
    QStringList saveCharts(const QString& folder, const QString& extension);

protected:
    void reload() override;
    void refreshRun(const QString&) override { soon_.start(); }
    [[nodiscard]] bool concerns(const QString& run) const override { return visible_.contains(run); }
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Loaded;
    void makeControls();
    void makeCharts();
    void fillGroupings();
    void ask();
    void showLoaded(const Loaded& loaded);
    void showSchedules(const Loaded& loaded);
    void showTable();
    void showMarks();
    void showLegend();
    void arrange();
    void exportTable(bool markdown);
    void exportCharts(const QString& extension);
    [[nodiscard]] QColor colorOf(std::size_t group) const;
    [[nodiscard]] QString idOf(std::size_t group) const;
    QStringList visible_;
    std::vector<RunGroup> groups_;
    QTimer soon_;
    bool asking_ = false, again_ = false;
    QWidget* controls_;
    QComboBox *by_, *axis_;
    QSlider* smoothing_;
    QCheckBox* logarithmic_;
    QLabel *legend_, *empty_;
    QScrollArea* scroll_;
    QWidget* board_;
    QGridLayout* grid_;
    ChartGroup* group_;
    std::map<QString, ChartWidget*> charts_;
    std::map<std::pair<QString, QString>, BandPlottable*> bands_;  // by chart and group
    TextTableView* table_;
    int columns_ = 0;
};

}  // namespace tritlab
