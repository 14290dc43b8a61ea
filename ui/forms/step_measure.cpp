#include "ui/forms/step_measure.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <algorithm>

#include "core/base/number.h"
#include "core/config/fields.h"

namespace tritlab {

StepMeasure::StepMeasure(QWidget* parent) : QWidget(parent) {
    text_ = new QLabel(this);
    text_->setObjectName("measured");
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    button_ = new QPushButton(this);
    button_->setObjectName("measure");
    button_->setToolTip(tr("Does a few steps of this run on random tokens and times them. Nothing is stored."));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(text_, 1);
    row->addWidget(button_, 0, Qt::AlignTop);
    connect(button_, &QPushButton::clicked, this, [this] {
        if (running_) {
            stop();
            return;
        }
        running_ = true;
        notice_ = tr("Measuring…");
        showState();
        Q_EMIT wanted(config_);
    });
    showState();
}

void StepMeasure::setConfig(const RunConfig& config, bool valid, StepIndex first) {
    const RunConfig asked = frozen(config);  // a field that does not apply makes nothing old
    const bool same = asked == config_ && first == first_;
    config_ = asked;
    valid_ = valid;
    first_ = first;
    if (!running_ && !same) notice_.clear();
    showState();
}

void StepMeasure::stop() {
    if (!running_) return;
    notice_ = tr("Stopping…");
    showState();
    Q_EMIT stopWanted();
}

void StepMeasure::onProgress(int done, int of) {
    if (!running_) return;
    notice_ = tr("Measuring: step %1 of %2…").arg(std::min(done + 1, of)).arg(of);
    showState();
}

void StepMeasure::onMeasured(const Calibration& calibration) {
    calibration_ = calibration;
    onFailed({});
}

void StepMeasure::onStopped() { onFailed(tr("Stopped before there was a figure.")); }

void StepMeasure::onFailed(const QString& message) {
    running_ = false;
    notice_ = message;
    showState();
}

void StepMeasure::showState() {
    const auto duration = [](double seconds) { return QString::fromStdString(humanDuration(seconds)); };
    QString text = notice_;
    bool old = false;
    if (text.isEmpty() && !calibration_) text = tr("Time: not measured yet");
    if (text.isEmpty()) {
        old = !calibration_->fits(config_);
        const RunConfig& of = old ? calibration_->config : config_;
        const StepIndex steps = of.steps - (old ? 0 : first_);
        const double seconds = calibration_->runSeconds(of, of.steps - steps);
        const double step = steps > 0 ? seconds / static_cast<double>(steps) : 0;
        text =
            tr("Time: %1, %2 a step, %3 tokens/s; memory measured: %4")
                .arg(duration(seconds), step < 1 ? tr("%1 ms").arg(step * 1000, 0, 'f', 0) : duration(step),
                     QString::fromStdString(humanCount(step > 0 ? static_cast<double>(of.tokensPerStep()) / step : 0)),
                     QString::fromStdString(humanBytes(static_cast<double>(calibration_->memoryBytes))));
        if (old) text = tr("Old, of other settings: %1").arg(text);
    }
    text_->setText(text);
    text_->setForegroundRole(old ? QPalette::PlaceholderText : QPalette::WindowText);
    text_->setToolTip(
        tr("Training alone: evaluations, samples and checkpoints come on top. The memory is what training adds to this "
           "program."));
    button_->setText(running_ ? tr("Stop meas&uring") : calibration_ ? tr("Meas&ure again") : tr("Meas&ure"));
    button_->setEnabled(running_ || valid_);
}

}  // namespace tritlab
