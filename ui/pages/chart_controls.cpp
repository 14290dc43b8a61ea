#include "ui/pages/chart_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QMenu>
#include <QSlider>
#include <QToolButton>
#include <cmath>

#include "ui/pages/page_parts.h"
#include "ui/theme/flow_layout.h"
#include "ui/theme/icons.h"

namespace tritlab {

namespace {

// A window's half width from the slider's 0..100: from 1 to 1000 points.
std::size_t windowRadius(int position) {
    return position == 0 ? 0 : static_cast<std::size_t>(std::lround(std::pow(10.0, position / 33.4)));
}

}  // namespace

double emaStrength(int position) { return position == 0 ? 0 : 1 - std::pow(10.0, -position / 33.4); }

ChartControls::ChartControls(QWidget* parent) : QWidget(parent) {
    const auto combo = [this](const char* name, const QString& accessible, const QStringList& items) {
        auto* box = new QComboBox(this);
        box->setObjectName(name);
        box->setAccessibleName(accessible);
        box->setToolTip(accessible);
        box->addItems(items);
        return box;
    };
    const auto check = [this](const char* name, const QString& text, const QString& tip) {
        auto* box = new QCheckBox(text, this);
        box->setObjectName(name);
        box->setToolTip(tip);
        return box;
    };
    axis_ = combo("xAxis", tr("Horizontal axis"), {tr("Steps"), tr("Tokens"), tr("Seconds"), tr("Share")});
    const char* keys[] = {"", "tokens", "wall_seconds", "share"};
    for (int i = 0; i < axis_->count(); ++i) axis_->setItemData(i, keys[i]);
    kind_ =
        combo("smoothingKind", tr("Kind of smoothing: exponential average, or the mean of a window around each point"),
              {tr("Average"), tr("Window")});
    strength_ = new QSlider(Qt::Horizontal, this);
    strength_->setObjectName("smoothing");
    strength_->setAccessibleName(tr("Smoothing"));
    strength_->setRange(0, 100);
    strength_->setValue(24);
    strength_->setFixedWidth(80);
    yMode_ = combo("yRange", tr("Vertical axes: all that is seen, without the outermost percent, or as they are now"),
                   {tr("All"), tr("No outliers"), tr("Fixed")});
    logarithmic_ = check("logarithmic", tr("&Log"), tr("Logarithmic loss"));
    marks_ = check("marks", tr("Mar&ks"),
                   tr("Checkpoints, resumes, phases of the learning rate, and where lambda reaches 1"));
    marks_->setChecked(true);
    follow_ = new QToolButton(this);
    follow_->setObjectName("follow");
    follow_->setText(tr("Follow"));
    follow_->setIcon(lineIcon(IconShape::Follow));
    follow_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    follow_->setCheckable(true);
    follow_->setChecked(true);
    follow_->setToolTip(tr("Show everything up to the newest step (double click on a chart, or Home)"));
    follow_->setFocusPolicy(Qt::StrongFocus);
    auto* layout = new FlowLayout(this);
    layout->addLabelled(tr("&x"), axis_);
    layout->addLabelled(tr("S&mooth"), kind_);
    layout->addWidget(strength_);
    layout->addLabelled(tr("&y"), yMode_);
    layout->addWidget(logarithmic_);
    layout->addWidget(marks_);
    layout->pushRight();
    layout->addWidget(menuButton("chartsMenu", tr("Charts"), chartsMenu_, this));
    layout->addWidget(follow_);
    QToolButton* save = menuButton("exportCharts", tr("Export"), exportMenu_, this);
    save->setIcon(lineIcon(IconShape::Export));
    save->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    layout->addWidget(save);
    connect(axis_, &QComboBox::currentIndexChanged, this, &ChartControls::axisChanged);
    connect(kind_, &QComboBox::currentIndexChanged, this, &ChartControls::smoothingChanged);
    connect(strength_, &QSlider::valueChanged, this, &ChartControls::smoothingChanged);
    connect(this, &ChartControls::smoothingChanged, this, &ChartControls::showStrength);
    connect(yMode_, &QComboBox::currentIndexChanged, this, &ChartControls::yModeChanged);
    connect(logarithmic_, &QCheckBox::toggled, this, &ChartControls::logarithmicChanged);
    connect(marks_, &QCheckBox::toggled, this, &ChartControls::marksChanged);
    connect(follow_, &QToolButton::clicked, this, &ChartControls::followWanted);
    showStrength();
}

void ChartControls::showStrength() {
    const Smoothing how = smoothing();
    QString text = tr("no smoothing");
    if (how.on() && how.kind == Smoothing::Kind::Ema)
        text = tr("each point weighs %1 of the one after it").arg(how.strength, 0, 'g', 4);
    if (how.on() && how.kind == Smoothing::Kind::Window)
        text = tr("mean of %n point(s)", nullptr, static_cast<int>(2 * how.radius + 1));
    strength_->setToolTip(tr("Smoothing over all points, the raw curve behind: %1").arg(text));
}

XAxis ChartControls::axis() const { return static_cast<XAxis>(axis_->currentIndex()); }

Smoothing ChartControls::smoothing() const {
    if (kind_->currentIndex() == 1) return {Smoothing::Kind::Window, 0, windowRadius(strength_->value())};
    return {Smoothing::Kind::Ema, emaStrength(strength_->value()), 0};
}

YMode ChartControls::yMode() const { return static_cast<YMode>(yMode_->currentIndex()); }

bool ChartControls::logarithmic() const { return logarithmic_->isChecked(); }

bool ChartControls::marks() const { return marks_->isChecked(); }

void ChartControls::showFollowing(bool following) { follow_->setChecked(following); }

QJsonObject ChartControls::state() const {
    return {{"axis", axis_->currentIndex()},
            {"smoothingKind", kind_->currentIndex()},
            {"smoothing", strength_->value()},
            {"outliers", yMode_->currentIndex() == 1},
            {"log", logarithmic()},
            {"marks", marks()}};
}

void ChartControls::setState(const QJsonObject& state) {
    axis_->setCurrentIndex(std::clamp(state["axis"].toInt(axis_->currentIndex()), 0, axis_->count() - 1));
    kind_->setCurrentIndex(std::clamp(state["smoothingKind"].toInt(kind_->currentIndex()), 0, kind_->count() - 1));
    strength_->setValue(state["smoothing"].toInt(strength_->value()));
    yMode_->setCurrentIndex(state["outliers"].toBool(yMode_->currentIndex() == 1) ? 1 : 0);
    logarithmic_->setChecked(state["log"].toBool(logarithmic()));
    marks_->setChecked(state["marks"].toBool(marks()));
}

}  // namespace tritlab
