#include "ui/pages/log_page.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/services/store_reader.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

LogPage::LogPage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("logPage");
    table_ = new TextTableView("logTable", tr("Log"), this);
    table_->setEmptyText(tr("The log is empty: choose a run in the list."));
    table_->model()->setTable({tr("Time"), tr("Step"), tr("Level"), tr("What happened")}, {});
    auto* copy = new QToolButton(this);
    copy->setText(tr("Copy all"));
    copy->setIcon(lineIcon(IconShape::Copy));
    copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    copy->setObjectName("copyLog");
    table_->tools()->addStretch(1);
    table_->tools()->addWidget(copy);
    connect(copy, &QToolButton::clicked, this, [this] {
        table_->view()->selectAll();
        table_->copySelection();
    });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addWidget(table_);
}

void LogPage::reload() {
    if (shown_ != current_) {
        shown_ = current_;
        last_ = 0;
        table_->model()->setTable({tr("Time"), tr("Step"), tr("Level"), tr("What happened")}, {});
        table_->refresh();
    }
    ask();
}

void LogPage::recolour() {
    shown_.clear();  // the lines' colours are in the rows
    reload();
}

void LogPage::refreshRun(const QString&) { ask(); }

void LogPage::ask() {
    if (current_.isEmpty()) return;
    if (asking_) {
        again_ = true;
        return;
    }
    asking_ = true;
    const std::string run = current_.toStdString();
    const std::int64_t after = last_;
    context_.reader->ask(
        this, [run, after](RunStore& store) { return store.log(run, after); },
        [this, run](const std::vector<StoredLog>& lines) {
            asking_ = false;
            if (run == current_.toStdString()) {
                const bool dark = isDark(palette());
                std::vector<TableRow> rows;
                for (const StoredLog& line : lines) {
                    if (line.id <= last_) continue;
                    last_ = line.id;
                    const bool bad = line.event.level == LogLevel::Error,
                               warning = line.event.level == LogLevel::Warning;
                    const QColor color = bad       ? badColor(dark)
                                         : warning ? stateColor(RunState::Interrupted, dark)
                                                   : QColor();
                    const QString text = QString::fromStdString(line.event.text);
                    rows.push_back(
                        {QString::number(line.id),
                         {{QDateTime::fromMSecsSinceEpoch(line.timeMs).toString("yyyy-MM-dd HH:mm:ss"),
                           {},
                           {},
                           {},
                           false},
                          {line.event.step >= 0 ? QString::number(line.event.step) : QString(), {}, {}, {}, true},
                          {bad       ? tr("error")
                           : warning ? tr("warning")
                                     : tr("info"),
                           {},
                           color,
                           {},
                           false},
                          {QString(text).replace('\n', ' '), {}, color, text, false}}});
                }
                QScrollBar* bar = table_->view()->verticalScrollBar();
                const bool atEnd = bar->value() >= bar->maximum() - 2;
                table_->model()->appendRows(std::move(rows));
                table_->refresh();
                if (atEnd) table_->view()->scrollToBottom();
            }
            if (std::exchange(again_, false) || run != current_.toStdString()) ask();
        });
}

}  // namespace tritlab
