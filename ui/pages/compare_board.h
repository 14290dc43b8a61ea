// The Compare page's charts: schedules above, then every metric with all groups in it (overlay), or one metric once for
// each group (small multiples: one y range for all panels, x and crosshair shared by all charts).
#pragma once

#include <QScrollArea>
#include <map>

#include "ui/models/run_groups.h"
#include "ui/pages/compare_series.h"

class QGridLayout;
class QLabel;

namespace tritlab {

class BandPlottable;
class ChartGroup;
class ChartWidget;

class CompareBoard : public QScrollArea {
    Q_OBJECT
public:
    explicit CompareBoard(QWidget* parent);
    struct Look {
        bool multiples = false;
        std::string metric = "loss";  // of the small multiples
        bool logarithmic = false;     // the losses
        QString xLabel;
        bool steps = true;  // x is the step: phases can be marked
        bool operator==(const Look&) const = default;
    };
    void setLook(const Look& look);
    void show(std::vector<RunGroup> groups, std::vector<QColor> colors, CompareSeries loaded);
    void follow();
    [[nodiscard]] ChartWidget* chart(const QString& id) const;  // of the overlay, and "schedules"
    [[nodiscard]] const std::vector<ChartWidget*>& panels() const { return panels_; }  // one a group, in their order
    // Those on the board that have data, with the name that a file of each gets.
    [[nodiscard]] std::vector<std::pair<QString, ChartWidget*>> shownCharts() const;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void draw();
    void drawSchedules();
    void drawGroup(ChartWidget* chart, std::size_t group, const Band& band, BandPlottable*& fill);
    void drawOverlay();
    void drawPanels();
    void makePanels(const ChartMetric& metric);
    void mark(ChartWidget* chart, const std::vector<std::size_t>& groups);
    void arrange(bool anew);
    [[nodiscard]] QString idOf(std::size_t group) const;
    Look look_;
    std::vector<RunGroup> groups_;
    std::vector<QColor> colors_;
    CompareSeries loaded_;
    QWidget* board_;
    QGridLayout* grid_;
    ChartGroup* group_;
    QLabel* left_;  // says which groups have no panel
    std::map<QString, ChartWidget*> charts_;
    std::map<std::pair<QString, QString>, BandPlottable*> bands_;  // by chart and group
    std::vector<ChartWidget*> panels_;
    std::vector<BandPlottable*> panelBands_;
    int columns_ = 0;
    QStringList panelKeys_;  // the metric and the groups that the panels were made for
};

}  // namespace tritlab
