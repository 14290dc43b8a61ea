// All charts of the visible runs, with one legend, one crosshair and one range of x.
#pragma once

#include <map>

#include "ui/pages/page.h"
#include "ui/plots/series.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QScrollArea;
class QSlider;
class QToolButton;

namespace tritlab {

class ChartGroup;
class ChartWidget;

class ChartsPage : public Page {
    Q_OBJECT
public:
    explicit ChartsPage(PageContext context, QWidget* parent = nullptr);
    void setVisibleRuns(const QStringList& runs);
    [[nodiscard]] ChartWidget* chart(const QString& id) const;
    [[nodiscard]] ChartGroup* group() const { return group_; }
    // Draws every chart that has data to DIR/NAME.png; gives the files.
    QStringList saveAll(const QString& folder, const QString& prefix);

protected:
    void reload() override;
    void refreshRun(const QString& run) override;
    [[nodiscard]] bool concerns(const QString& run) const override { return visibleRuns_.contains(run); }
    void resizeEvent(QResizeEvent* event) override;

private:
    // A series over another x than the step: extended as the run goes.
    struct Mapped {
        std::shared_ptr<const Series> values, keys;
        std::shared_ptr<Series> series = std::make_shared<Series>();
        unsigned rewrites = 0;
    };
    void makeControls();
    void arrange();
    void showLegend();
    void showMarks();
    void exportAs(const QString& format);
    std::shared_ptr<const Series> curve(const QString& run, const std::string& key);
    void extend(Mapped& mapped) const;
    QStringList visibleRuns_;
    ChartGroup* group_;
    std::map<QString, ChartWidget*> charts_;
    std::map<std::pair<QString, std::string>, Mapped> mapped_;
    QWidget* board_;
    QGridLayout* grid_;
    QScrollArea* scroll_;
    QLabel* legend_;
    QLabel* empty_;
    QWidget* controls_;
    QComboBox* axis_;
    QSlider* smoothing_;
    QCheckBox* logarithmic_;
    QCheckBox* outliers_;
    QToolButton* follow_;
    int columns_ = 0;
};

}  // namespace tritlab
