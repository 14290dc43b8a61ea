#include "ui/pages/run_warnings.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <utility>

#include "ui/services/store_reader.h"

namespace tritlab {

RunWarnings::RunWarnings(StoreReader* reader, QWidget* parent) : QFrame(parent), reader_(reader) {
    setObjectName("runWarnings");
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    text_ = new QLabel(this);
    text_->setObjectName("runWarningText");
    text_->setTextFormat(Qt::RichText);
    text_->setWordWrap(true);
    auto* log = new QPushButton(tr("Show log"), this);
    log->setObjectName("runWarningLog");
    auto* close = new QPushButton(tr("Close"), this);
    close->setObjectName("runWarningClose");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->addWidget(text_, 1);
    layout->addWidget(log);
    layout->addWidget(close);
    hide();
    connect(log, &QPushButton::clicked, this, &RunWarnings::logWanted);
    connect(close, &QPushButton::clicked, this, [this] {
        closed_[run_] = last_.id;
        hide();
    });
}

void RunWarnings::setRun(const QString& run) {
    if (run == run_) return;
    run_ = run;
    count_ = 0;
    seen_ = 0;
    last_ = {};
    showLast();
    ask();
}

void RunWarnings::onRunChanged(const QString& run) {
    if (run == run_) ask();
}

void RunWarnings::ask() {
    if (run_.isEmpty()) return;
    if (asking_) {
        again_ = true;
        return;
    }
    asking_ = true;
    reader_->ask(
        this, [run = run_.toStdString(), after = seen_](RunStore& store) { return store.log(run, after); },
        [this, run = run_](const std::vector<StoredLog>& lines) {
            asking_ = false;
            if (run == run_) take(lines);
            if (std::exchange(again_, false) || run != run_) ask();
        });
}

void RunWarnings::take(const std::vector<StoredLog>& lines) {
    const int before = count_;
    for (const StoredLog& line : lines) {
        seen_ = std::max(seen_, line.id);
        if (line.event.level != LogLevel::Warning) continue;
        last_ = line;
        ++count_;
    }
    if (count_ != before) showLast();
}

void RunWarnings::showLast() {
    Q_EMIT counted(count_);
    setVisible(count_ > 0 && closed_.value(run_) < last_.id);
    if (count_ == 0) return;
    const QString text = QString::fromStdString(last_.event.text).toHtmlEscaped().replace('\n', "<br>");
    text_->setText(last_.event.step >= 0 ? tr("<b>Warning at step %1:</b> %2").arg(last_.event.step).arg(text)
                                         : tr("<b>Warning:</b> %1").arg(text));
}

}  // namespace tritlab
