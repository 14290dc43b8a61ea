// The bar above the Compare page: how the runs are shown and grouped, what each of the four views is about, and the
// export menu. A choice that the present runs do not offer comes back when they do.
#pragma once

#include <QJsonObject>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QMenu;
class QSlider;
class QToolButton;

namespace tritlab {

enum class CompareView { Overlay, Multiples, Scatter, Parallel };

class CompareControls : public QWidget {
    Q_OBJECT
public:
    explicit CompareControls(QWidget* parent);
    // What the visible runs offer: keys to group by, settings that differ between them.
    void offer(const QStringList& groupings, const QStringList& varying);
    [[nodiscard]] CompareView view() const;
    [[nodiscard]] bool charts() const { return view() == CompareView::Overlay || view() == CompareView::Multiples; }
    [[nodiscard]] QString grouping() const;
    [[nodiscard]] QString axis() const;  // a series' key, or empty: the steps
    [[nodiscard]] QString axisText() const;
    [[nodiscard]] double smoothing() const;
    [[nodiscard]] bool logarithmic() const;
    [[nodiscard]] QString metric() const;
    [[nodiscard]] QString scatterX() const;  // keys of figures
    [[nodiscard]] QString scatterY() const;
    [[nodiscard]] bool scatterLogX() const;
    [[nodiscard]] bool scatterLogY() const;
    [[nodiscard]] QStringList results() const;  // of the parallel axes, in their order
    [[nodiscard]] bool colourByGroup() const;
    [[nodiscard]] QMenu* exportMenu() const { return exportMenu_; }
    [[nodiscard]] QJsonObject state() const;
    void setState(const QJsonObject& state);

Q_SIGNALS:
    void groupingChanged();
    void axisChanged();
    void smoothingChanged();
    void lookChanged();  // all else: nothing has to be grouped anew

private:
    QComboBox* combo(const char* name, const QString& accessible, const QString& tip);
    QCheckBox* check(const char* name, const QString& text, const QString& tip);
    void makeFigures();
    void arrange();
    void fill(QComboBox* box, const QList<std::pair<QString, QString>>& items);
    void wish(QComboBox* box, const QString& key);
    void showViewsControls();
    QComboBox *view_, *by_, *axis_, *metric_, *x_, *y_, *colour_;
    QSlider* smoothing_;
    QCheckBox *logarithmic_, *logX_, *logY_;
    QToolButton *resultsButton_, *exportButton_;
    QMenu *resultsMenu_ = nullptr, *exportMenu_ = nullptr;
};

}  // namespace tritlab
