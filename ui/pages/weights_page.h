// The ternary weights of a run, layer by layer: a verdict with its figures, the histogram of w/absmean at a snapshot,
// and beside it how codes flip over the steps, all layers as a heat map, ridges, the ternary pattern, another layer or
// run.
#pragma once

#include <optional>

#include "ui/pages/table_page.h"

class QLabel;
class QSlider;

namespace tritlab {

class ChartGroup;
class ChartWidget;
class HistogramChart;
class WeightViews;

enum class Verdict { Healthy, Collapsed, Oscillating, Sparse };
struct LayerVerdict {
    Verdict verdict = Verdict::Healthy;
    QString word, sentence;  // the sentence holds the figures that led to it, and what usually helps
};
LayerVerdict judge(const LayerHealth& layer);

class WeightsPage : public Page {
    Q_OBJECT
public:
    explicit WeightsPage(PageContext context, QWidget* parent = nullptr);
    [[nodiscard]] QJsonObject state() const override;  // the view that is chosen
    void setState(const QJsonObject& state) override;

protected:
    void reload() override;
    void recolour() override;

private:
    void showStep(int index);
    void showLayers(const HealthEvent& health);
    void showLayer(const QString& layer);
    void showNothing();
    TextTableView* table_;
    QSlider* slider_;
    QLabel* stepLabel_;
    QLabel* title_;
    QLabel* verdict_;
    HistogramChart* histogram_;
    ChartWidget* flips_;
    ChartWidget* zeros_;
    ChartGroup* group_;
    WeightViews* views_;
    QWidget* ofLayer_;  // all below the table
    std::vector<StepIndex> steps_;
    QString shownRun_;
    std::optional<HealthEvent> health_;
    bool newest_ = true;
};

}  // namespace tritlab
