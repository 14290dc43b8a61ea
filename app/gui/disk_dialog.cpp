#include "app/gui/disk_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/number.h"
#include "core/store/disk_use.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/table_page.h"
#include "ui/services/store_reader.h"

namespace tritlab {

DiskDialog::DiskDialog(RunListModel* runs, StoreReader* reader, QWidget* parent)
    : QDialog(parent), runs_(runs), reader_(reader) {
    setObjectName("diskDialog");
    setWindowTitle(tr("Disk use"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(760, 460);
    table_ = new TextTableView("diskTable", tr("Disk use"), this);
    table_->setSortable();
    table_->tools()->addStretch(1);
    sum_ = new QLabel(tr("Counting…"), this);
    sum_->setObjectName("diskSum");
    sum_->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    empty_ = buttons->addButton(tr("&Empty the token cache"), QDialogButtonBox::ActionRole);
    empty_->setObjectName("emptyCache");
    empty_->setToolTip(tr("It is made again from the text when a run needs it"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(table_, 1);
    layout->addWidget(sum_);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(empty_, &QPushButton::clicked, this, &DiskDialog::emptyCache);
    look();
}

void DiskDialog::look() {
    reader_->ask(
        this, [workspace = reader_->workspace()](RunStore&) { return workspaceDiskUse(workspace); },
        [this](const WorkspaceDiskUse& use) {
            const auto bytes = [](std::int64_t value) {
                return TableCell{QString::fromStdString(humanBytes(static_cast<double>(value))),
                                 static_cast<qlonglong>(value),
                                 {},
                                 {},
                                 true};
            };
            std::vector<TableRow> rows;
            std::int64_t files = 0;
            for (const auto& [id, run] : use.runs) {
                const RunSummary* known = runs_->run(QString::fromStdString(id));
                files += run.files;
                rows.push_back(
                    {QString::fromStdString(id),
                     {{known != nullptr ? QString::fromStdString(known->name) : QString::fromStdString(id),
                       {},
                       {},
                       {},
                       false},
                      {known != nullptr && known->trashed ? tr("in the trash") : tr("run"), {}, {}, {}, false},
                      bytes(run.files),
                      bytes(run.database),
                      bytes(run.total())}});
            }
            std::sort(rows.begin(), rows.end(), [](const TableRow& a, const TableRow& b) {
                return a.cells[4].sort.toLongLong() > b.cells[4].sort.toLongLong();
            });
            table_->model()->setTable({tr("What"), tr("Kind"), tr("Files"), tr("In the database"), tr("Together")},
                                      std::move(rows));
            table_->refresh();
            sum_->setText(tr("%1 in all: runs' files %2, the database %3, tokenizers %4, the token cache %5 (made "
                             "again when it is needed).")
                              .arg(bytes(files + use.database + use.tokenizers + use.tokenCache).text,
                                   bytes(files).text, bytes(use.database).text, bytes(use.tokenizers).text,
                                   bytes(use.tokenCache).text));
            const bool idle = std::none_of(runs_->runs().begin(), runs_->runs().end(),
                                           [](const RunSummary& run) { return isActive(run.state); });
            empty_->setEnabled(idle && use.tokenCache > 0);
        });
}

void DiskDialog::emptyCache() {
    empty_->setEnabled(false);
    reader_->ask(
        this,
        [workspace = reader_->workspace()](RunStore&) {
            std::error_code error;
            std::filesystem::remove_all(workspace.tokenCache(), error);
            return QString::fromStdString(error ? error.message() : std::string());
        },
        [this](const QString& failure) {
            if (!failure.isEmpty()) sum_->setText(tr("The token cache cannot be emptied: %1").arg(failure));
            look();
        });
}

}  // namespace tritlab
