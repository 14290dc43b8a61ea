// The visible runs by their settings and results: as points over two of them, or as lines over an axis for each.
#pragma once

#include "ui/models/figure_axis.h"
#include "ui/pages/page.h"
#include "ui/plots/file_head.h"

class QLabel;
class QStackedWidget;
class QToolButton;

namespace tritlab {

class LastValues;
class ParallelPlot;
class ScatterPlot;

class RunSpread : public QWidget {
    Q_OBJECT
public:
    RunSpread(PageContext context, QWidget* parent);
    struct Choice {
        bool parallel = false;
        std::string x, y;  // of the scatter plot
        bool logX = false, logY = false;
        std::vector<std::string> axes;  // of the parallel coordinates
        bool byGroup = false;           // their colours
    };
    void show(const std::vector<RunGroup>& groups, const std::vector<QColor>& colors, const Choice& choice);
    // The plot that is shown, as FOLDER/compare-scatter.EXTENSION or compare-parallel.EXTENSION; nothing where it is
    // empty. Throws Error.
    QStringList save(const QString& folder, const QString& extension);

Q_SIGNALS:
    void picked(const QString& run);

private:
    void draw();
    void drawScatter();
    void drawParallel();
    void showNote();
    [[nodiscard]] std::vector<RunFigure> figures() const;
    [[nodiscard]] std::vector<std::string> series() const;
    PageContext context_;
    std::vector<RunSummary> runs_;
    std::vector<PlottedRun> plotted_;
    std::vector<NamedColor> legend_;
    Choice choice_;
    LastValues* last_;
    QLabel* note_;
    QToolButton* clear_;
    QStackedWidget* stack_;
    QLabel* empty_;
    ScatterPlot* scatter_;
    ParallelPlot* parallel_;
};

}  // namespace tritlab
