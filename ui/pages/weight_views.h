// Views of one layer, and of all, over the snapshots of a run: rates, heat map, ridges, the ternary pattern, and
// another layer or run beside it. Only the view that is seen reads the store.
#pragma once

#include <QTabWidget>
#include <optional>

#include "core/run/events.h"
#include "ui/pages/page.h"

class QComboBox;
class QLabel;

namespace tritlab {

class HeatMap;
class HistogramChart;
class PatternImage;
class RidgeChart;
struct TernaryPattern;

QString shortLayer(const QString& layer);
// The codes of a layer's weight in a model folder, as training quantizes it. Throws Error where the folder has no such
// weight, or is a checkpoint whose weights are damaged.
TernaryPattern ternaryPattern(const std::filesystem::path& model, const std::string& layer,
                              std::int64_t maxSide = 1024);

class WeightViews : public QTabWidget {
    Q_OBJECT
public:
    explicit WeightViews(PageContext context, QWidget* parent = nullptr);
    void addRates(QWidget* rates);  // the first view is the page's own
    void showRun(const QString& run, const std::vector<StepIndex>& steps, const HealthEvent& health,
                 const QString& layer);
    void showNothing();

Q_SIGNALS:
    void layerPicked(const QString& layer);
    void snapshotPicked(int index);

private:
    QWidget* makeHeat();
    QWidget* makeOther();
    void fill();
    void fillHeat();
    void markHeat();
    void fillRidges();
    void fillPattern();
    [[nodiscard]] QString newestBeside(const QString& run) const;
    void fillOther();
    void showOther(const std::optional<HealthEvent>& health);
    PageContext context_;
    QString run_, layer_;
    std::vector<StepIndex> steps_;
    std::optional<HealthEvent> health_;
    QComboBox *measure_, *otherRun_, *otherLayer_;
    HeatMap* heat_;
    RidgeChart* ridge_;
    PatternImage* pattern_;
    HistogramChart *this_, *other_;
    QLabel *thisTitle_, *otherTitle_;
    QString heatKey_, ridgeKey_, patternKey_;  // what each view shows: it is read anew where that changes
    QWidget *heatPage_, *otherPage_;
    bool otherChosen_ = false;  // by the person
};

}  // namespace tritlab
