#include "ui/pages/compare_controls.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QJsonArray>
#include <QMenu>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

#include "core/config/fields.h"
#include "ui/models/run_figures.h"
#include "ui/models/run_groups.h"
#include "ui/pages/chart_controls.h"
#include "ui/pages/compare_series.h"
#include "ui/pages/page_parts.h"
#include "ui/theme/flow_layout.h"
#include "ui/theme/icons.h"

namespace tritlab {

namespace {
constexpr const char* wished = "wished";  // what was chosen last, though the present runs may not offer it
}

CompareControls::CompareControls(QWidget* parent) : QWidget(parent) {
    view_ = combo("compareView", tr("How the runs are shown"),
                  tr("Overlay: all groups in each chart. Small multiples: one metric, a chart for each group. Scatter: "
                     "a point for each run. "
                     "Parallel coordinates: a line for each run over the settings that differ and the results"));
    for (const auto& [key, text] : {std::pair{"overlay", tr("Overlay")},
                                    {"multiples", tr("Small multiples")},
                                    {"scatter", tr("Scatter")},
                                    {"parallel", tr("Parallel coordinates")}})
        view_->addItem(text, key);
    by_ = combo("groupBy", tr("Group the runs by"),
                tr("Runs that agree in this become one curve: their mean, with a band from the least to the most"));
    axis_ = combo("compareAxis", tr("Horizontal axis"), {});
    axis_->addItem(tr("Steps"), "");
    axis_->addItem(tr("Tokens"), "tokens");
    axis_->addItem(tr("Seconds"), "wall_seconds");
    metric_ = combo("compareMetric", tr("Metric of the small multiples"), {});
    for (const ChartMetric& metric : compareMetrics())
        metric_->addItem(metric.spec.title, QString::fromStdString(metric.key));
    x_ = combo("scatterX", tr("Horizontal axis of the scatter plot"), tr("A setting or a result of each run"));
    y_ = combo("scatterY", tr("Vertical axis of the scatter plot"), tr("A result of each run"));
    colour_ = combo("parallelColour", tr("What the lines take their colour from"), {});
    colour_->addItem(tr("Last result"), "scale");
    colour_->addItem(tr("Group"), "group");
    for (QComboBox* box : {x_, y_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(22);
    }
    smoothing_ = new QSlider(Qt::Horizontal, this);
    smoothing_->setObjectName("compareSmoothing");
    smoothing_->setAccessibleName(tr("Smoothing"));
    smoothing_->setToolTip(tr("Exponential moving average over all points of each run, before runs are put together"));
    smoothing_->setRange(0, 100);
    smoothing_->setValue(24);
    smoothing_->setFixedWidth(80);
    logarithmic_ = check("compareLogarithmic", tr("Log"), tr("Logarithmic losses"));
    logX_ = check("scatterLogX", tr("Log x"), tr("Logarithmic horizontal axis, where it holds numbers"));
    logY_ = check("scatterLogY", tr("Log y"), tr("Logarithmic vertical axis"));
    resultsButton_ = menuButton("parallelResults", tr("Results"), resultsMenu_, this);
    resultsButton_->setToolTip(tr("The results that have an axis, right of the settings"));
    exportButton_ = menuButton("exportCompare", tr("Export"), exportMenu_, this);
    exportButton_->setIcon(lineIcon(IconShape::Export));
    exportButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    makeFigures();
    arrange();
    for (QComboBox* box : {by_, x_})  // before those that ask for it
        connect(box, &QComboBox::currentIndexChanged, this, [box] { box->setProperty(wished, box->currentData()); });
    connect(view_, &QComboBox::currentIndexChanged, this, [this] {
        showViewsControls();
        Q_EMIT lookChanged();
    });
    connect(by_, &QComboBox::currentIndexChanged, this, &CompareControls::groupingChanged);
    connect(axis_, &QComboBox::currentIndexChanged, this, &CompareControls::axisChanged);
    connect(smoothing_, &QSlider::valueChanged, this, &CompareControls::smoothingChanged);
    for (QComboBox* box : {metric_, x_, y_, colour_})
        connect(box, &QComboBox::currentIndexChanged, this, &CompareControls::lookChanged);
    for (QCheckBox* box : {logarithmic_, logX_, logY_})
        connect(box, &QCheckBox::toggled, this, &CompareControls::lookChanged);
    showViewsControls();
}

QComboBox* CompareControls::combo(const char* name, const QString& accessible, const QString& tip) {
    auto* box = new QComboBox(this);
    box->setObjectName(name);
    box->setAccessibleName(accessible);
    box->setToolTip(tip.isEmpty() ? accessible : tip);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
}

QCheckBox* CompareControls::check(const char* name, const QString& text, const QString& tip) {
    auto* box = new QCheckBox(text, this);
    box->setObjectName(name);
    box->setToolTip(tip);
    return box;
}

void CompareControls::makeFigures() {
    for (const RunFigure& figure : resultFigures()) {
        const QString key = QString::fromStdString(figure.key);
        y_->addItem(figure.title, key);
        y_->setItemData(y_->count() - 1, figure.help, Qt::ToolTipRole);
        QAction* action = resultsMenu_->addAction(figure.title);
        action->setData(key);
        action->setToolTip(figure.help);
        action->setCheckable(true);
        action->setChecked(figure.key == "best_eval_loss" || figure.key == "bits_per_byte");
        connect(action, &QAction::toggled, this, &CompareControls::lookChanged);
    }
    resultsMenu_->setToolTipsVisible(true);
}

void CompareControls::arrange() {
    auto* layout = new FlowLayout(this);
    layout->addLabelled(tr("Sho&w"), view_);
    layout->addLabelled(tr("&Group by"), by_);
    layout->addLabelled(tr("Me&tric"), metric_);
    layout->addLabelled(tr("&x"), axis_);
    layout->addLabelled(tr("S&mooth"), smoothing_);
    layout->addWidget(logarithmic_);
    layout->addLabelled(tr("&x"), x_);
    layout->addWidget(logX_);
    layout->addLabelled(tr("&y"), y_);
    layout->addWidget(logY_);
    layout->addLabelled(tr("Co&lour"), colour_);
    layout->addWidget(resultsButton_);
    layout->pushRight();
    layout->addWidget(exportButton_);
}

void CompareControls::showViewsControls() {
    const CompareView now = view();
    // with the words that name it
    const auto pair = [](QWidget* control, bool shown) { control->parentWidget()->setVisible(shown); };
    pair(metric_, now == CompareView::Multiples);
    pair(axis_, charts());
    pair(smoothing_, charts());
    logarithmic_->setVisible(charts());
    for (QWidget* each : {x_, y_}) pair(each, now == CompareView::Scatter);
    for (QWidget* each : {logX_, logY_}) each->setVisible(now == CompareView::Scatter);
    pair(colour_, now == CompareView::Parallel);
    resultsButton_->setVisible(now == CompareView::Parallel);
}

// The items are replaced only where they differ; the choice stays, or is the one that was wished for.
void CompareControls::fill(QComboBox* box, const QList<std::pair<QString, QString>>& items) {
    QList<std::pair<QString, QString>> known;
    for (int i = 0; i < box->count(); ++i) known.append({box->itemData(i).toString(), box->itemText(i)});
    if (known == items) return;
    const QSignalBlocker quiet(box);
    box->clear();
    for (const auto& [key, text] : items) {
        if (text.isEmpty()) box->insertSeparator(box->count());
        else box->addItem(text, key);
    }
    const QVariant wanted = box->property(wished);
    box->setCurrentIndex(wanted.isValid() ? std::max(0, box->findData(wanted)) : 0);
}

void CompareControls::wish(QComboBox* box, const QString& key) {
    box->setProperty(wished, key);
    if (const int at = box->findData(key); at >= 0) box->setCurrentIndex(at);
}

void CompareControls::offer(const QStringList& groupings, const QStringList& varying) {
    QList<std::pair<QString, QString>> by;
    for (const QString& key : groupings) {
        by.append({key, key == grouping::none         ? tr("Each run")
                        : key == grouping::allButSeed ? tr("All but the seed")
                        : key == grouping::experiment ? tr("Experiment")
                                                      : key});
    }
    fill(by_, by);
    // Settings that differ come first, then results, then what is the same in all.
    QList<std::pair<QString, QString>> across;
    const auto separate = [&across] {
        if (!across.isEmpty()) across.append(std::pair<QString, QString>());
    };
    for (const QString& key : varying) across.append({key, key});
    separate();
    for (const RunFigure& figure : resultFigures()) across.append({QString::fromStdString(figure.key), figure.title});
    separate();
    for (const Field& field : fields()) {
        const QString key = QString::fromStdString(field.key);
        if (!varying.contains(key)) across.append({key, key});
    }
    fill(x_, across);
}

CompareView CompareControls::view() const { return static_cast<CompareView>(view_->currentIndex()); }
QString CompareControls::grouping() const { return by_->currentData().toString(); }
QString CompareControls::axis() const { return axis_->currentData().toString(); }
QString CompareControls::axisText() const { return axis_->currentText().toLower(); }
double CompareControls::smoothing() const { return emaStrength(smoothing_->value()); }
bool CompareControls::logarithmic() const { return logarithmic_->isChecked(); }
QString CompareControls::metric() const { return metric_->currentData().toString(); }
QString CompareControls::scatterX() const { return x_->currentData().toString(); }
QString CompareControls::scatterY() const { return y_->currentData().toString(); }
bool CompareControls::scatterLogX() const { return logX_->isChecked(); }
bool CompareControls::scatterLogY() const { return logY_->isChecked(); }
bool CompareControls::colourByGroup() const { return colour_->currentData().toString() == "group"; }

QStringList CompareControls::results() const {
    QStringList keys;
    for (const QAction* action : resultsMenu_->actions()) {
        if (action->isChecked()) keys << action->data().toString();
    }
    return keys;
}

QJsonObject CompareControls::state() const {
    return {{"view", view_->currentData().toString()},
            {"by", by_->property(wished).toString()},
            {"axis", axis()},
            {"smoothing", smoothing_->value()},
            {"log", logarithmic()},
            {"metric", metric()},
            {"x", x_->property(wished).toString()},
            {"y", scatterY()},
            {"logX", scatterLogX()},
            {"logY", scatterLogY()},
            {"colour", colour_->currentData().toString()},
            {"results", QJsonArray::fromStringList(results())}};
}

void CompareControls::setState(const QJsonObject& state) {
    if (state.isEmpty()) return;
    const std::pair<QComboBox*, const char*> boxes[] = {
        {by_, "by"}, {axis_, "axis"}, {metric_, "metric"}, {x_, "x"}, {y_, "y"}, {colour_, "colour"}, {view_, "view"}};
    for (const auto& [box, key] : boxes) {
        if (state.contains(key)) wish(box, state[key].toString());
    }
    smoothing_->setValue(state["smoothing"].toInt(smoothing_->value()));
    logarithmic_->setChecked(state["log"].toBool(logarithmic()));
    logX_->setChecked(state["logX"].toBool(scatterLogX()));
    logY_->setChecked(state["logY"].toBool(scatterLogY()));
    if (!state.contains("results")) return;
    const QJsonArray keys = state["results"].toArray();
    for (QAction* action : resultsMenu_->actions()) action->setChecked(keys.contains(action->data().toString()));
}

}  // namespace tritlab
