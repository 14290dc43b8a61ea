// The bar above the charts: horizontal axis, smoothing, vertical axes, marks, which charts are shown, follow, export.
#pragma once

#include <QJsonObject>
#include <QWidget>

#include "ui/models/x_axis.h"
#include "ui/plots/chart_widget.h"

class QCheckBox;
class QComboBox;
class QMenu;
class QSlider;
class QToolButton;

namespace tritlab {

// An average's strength from a slider's 0..100, in fine steps where it matters, near 1.
double emaStrength(int position);

class ChartControls : public QWidget {
    Q_OBJECT
public:
    explicit ChartControls(QWidget* parent);
    [[nodiscard]] XAxis axis() const;
    [[nodiscard]] Smoothing smoothing() const;
    [[nodiscard]] YMode yMode() const;
    [[nodiscard]] bool logarithmic() const;
    [[nodiscard]] bool marks() const;
    [[nodiscard]] QMenu* chartsMenu() const { return chartsMenu_; }
    [[nodiscard]] QMenu* exportMenu() const { return exportMenu_; }
    void showFollowing(bool following);
    [[nodiscard]] QJsonObject state() const;
    void setState(const QJsonObject& state);

Q_SIGNALS:
    void axisChanged();
    void smoothingChanged();
    void yModeChanged();
    void logarithmicChanged();
    void marksChanged();
    void followWanted();

private:
    void showStrength();
    QComboBox* axis_;
    QComboBox* kind_;
    QSlider* strength_;
    QComboBox* yMode_;
    QCheckBox* logarithmic_;
    QCheckBox* marks_;
    QToolButton* follow_;
    QMenu* chartsMenu_;
    QMenu* exportMenu_;
};

}  // namespace tritlab
