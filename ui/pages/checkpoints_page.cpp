#include "ui/pages/checkpoints_page.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/number.h"
#include "ui/models/run_list_model.h"
#include "ui/models/store_reader.h"

namespace tritlab {

CheckpointsPage::CheckpointsPage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("checkpointsPage");
    table_ = new TextTableView("checkpointsTable", tr("Checkpoints"), this);
    table_->setEmptyText(tr("No checkpoint yet: the run writes them at the steps that its config names, and when it is stopped."));
    now_ = new QPushButton(tr("Checkpoint &now"), this);
    now_->setObjectName("checkpointNow");
    delete_ = new QPushButton(tr("&Delete"), this);
    delete_->setObjectName("deleteCheckpoint");
    table_->tools()->addStretch(1);
    table_->tools()->addWidget(now_);
    table_->tools()->addWidget(delete_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addWidget(table_);
    connect(now_, &QPushButton::clicked, this, [this] { Q_EMIT checkpointWanted(current_); });
    connect(delete_, &QPushButton::clicked, this, [this] { Q_EMIT deleteWanted(current_, table_->currentKey().toLongLong()); });
    connect(table_, &TextTableView::currentKeyChanged, this, &CheckpointsPage::showButtons);
    showButtons();
}

void CheckpointsPage::showButtons() {
    const RunSummary* run = context_.runs->run(current_);
    now_->setEnabled(run != nullptr && run->state == RunState::Running);
    delete_->setEnabled(run != nullptr && !isActive(run->state) && !table_->currentKey().isEmpty());
}

void CheckpointsPage::reload() {
    showButtons();
    const std::string run = current_.toStdString();
    context_.reader->ask(
        this, [run](RunStore& store) { return run.empty() ? std::vector<CheckpointInfo>{} : store.checkpoints(run); },
        [this, run](const std::vector<CheckpointInfo>& checkpoints) {
            if (run != current_.toStdString()) return;
            std::vector<TableRow> rows;
            for (const CheckpointInfo& each : checkpoints) {
                rows.push_back({QString::number(each.step),
                                {{QString::number(each.step), static_cast<qlonglong>(each.step), {}, {}, true},
                                 {QString::fromStdString(humanBytes(static_cast<double>(each.bytes))), static_cast<qlonglong>(each.bytes), {}, {}, true},
                                 {each.best ? tr("best by evaluation") : QString(), {}, {}, {}, false},
                                 {QDateTime::fromMSecsSinceEpoch(each.createdMs).toString("yyyy-MM-dd HH:mm:ss"), {}, {}, {}, false},
                                 {QString::fromStdString(each.path), {}, {}, {}, false}}});
            }
            table_->model()->setTable({tr("Steps done"), tr("Size"), tr("Mark"), tr("Written"), tr("Folder")}, std::move(rows));
            table_->refresh();
            showButtons();
        });
}

}  // namespace tritlab
