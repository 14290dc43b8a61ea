#include "app/gui/banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "ui/models/run_list_model.h"
#include "ui/theme/icons.h"

namespace tritlab {

Banner::Banner(QWidget* parent) : QFrame(parent) {
    setObjectName("demoBanner");
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    text_ = new QLabel(this);
    text_->setObjectName("demoText");
    text_->setWordWrap(true);
    bar_ = new QProgressBar(this);
    bar_->setObjectName("demoProgress");
    bar_->setAccessibleName(tr("Progress of the demo"));
    bar_->setTextVisible(false);
    bar_->setFixedWidth(150);
    bar_->setMaximumHeight(12);
    chat_ = new QPushButton(lineIcon(IconShape::Chat), tr("Talk to it"), this);
    chat_->setObjectName("demoChat");
    stop_ = new QPushButton(lineIcon(IconShape::Stop), tr("Stop"), this);
    stop_->setObjectName("demoStop");
    close_ = new QPushButton(tr("Close"), this);
    close_->setObjectName("demoClose");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->addWidget(text_, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{bar_, chat_, stop_, close_}) layout->addWidget(widget);
    connect(stop_, &QPushButton::clicked, this, [this] {
        if (!run_.isEmpty()) Q_EMIT stopWanted(run_);
    });
    connect(chat_, &QPushButton::clicked, this, [this] { Q_EMIT chatWanted(run_); });
    connect(close_, &QPushButton::clicked, this, &QWidget::hide);
}

void Banner::begin(const RunConfig& config) {
    run_.clear();
    state_ = RunSummary();
    state_.config = config;
    preparing_ = -1;
    showState();
    show();
}

void Banner::onProgressed(const QString& run, double done) {
    if (run != run_) return;
    preparing_ = done;
    showState();
}

void Banner::onRunChanged(const RunSummary& run) {
    if (run_.isEmpty() || QString::fromStdString(run.id) != run_) return;
    state_ = run;
    if (hasEnded(run.state)) preparing_ = -1;
    showState();
}

void Banner::showState() {
    const RunSummary& run = state_;
    const bool active = isActive(run.state) || run.state == RunState::Queued;
    stop_->setVisible(active);
    close_->setVisible(!active);
    bar_->setVisible(active);
    if (run.state == RunState::Running) {
        bar_->setRange(0, 1000);
        bar_->setValue(run.config.steps > 0 ? static_cast<int>(1000 * run.steps / run.config.steps) : 0);
        text_->setText(
            tr("<b>Demo:</b> a small BitNet b1.58 learns English from the built-in text · %1").arg(progressText(run)));
    } else if (active) {
        bar_->setRange(0, preparing_ < 0 ? 0 : 1000);
        bar_->setValue(static_cast<int>(preparing_ * 1000));
        text_->setText(tr("<b>Demo:</b> a small BitNet b1.58 is about to learn English · %1")
                           .arg(run.progress.empty() ? tr("preparing") : QString::fromStdString(run.progress)));
    } else if (run.state == RunState::Finished) {
        text_->setText(
            tr("<b>The demo is trained:</b> %1 bits per byte on text it has never seen. Talk to it, or start a run "
               "of your own with New run.")
                .arg(run.bitsPerByte, 0, 'f', 3));
    } else {
        text_->setText(tr("<b>The demo is %1.</b> %2")
                           .arg(stateText(run.state), QString::fromStdString(run.explanation).toHtmlEscaped()));
    }
}

}  // namespace tritlab
