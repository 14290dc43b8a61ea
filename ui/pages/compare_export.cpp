// What the Compare page writes: the table as CSV or Markdown, what the present view shows as PNG or PDF.
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMessageBox>

#include "core/base/error.h"
#include "core/base/files.h"
#include "ui/models/compare_results.h"
#include "ui/pages/compare_board.h"
#include "ui/pages/compare_controls.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/run_spread.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/file_head.h"

namespace tritlab {

void ComparePage::makeExports() {
    QMenu* menu = controls_->exportMenu();
    menu->addAction(tr("Table as CSV…"), this, [this] { exportTable(false); })->setObjectName("exportCompareCsv");
    menu->addAction(tr("Table as Markdown…"), this, [this] { exportTable(true); })
        ->setObjectName("exportCompareMarkdown");
    menu->addAction(tr("Copy the table as Markdown"), this,
                    [this] { QGuiApplication::clipboard()->setText(resultsMarkdown(groups_)); })
        ->setObjectName("copyCompareMarkdown");
    menu->addSeparator();
    menu->addAction(tr("Charts as PNG…"), this, [this] { exportCharts("png"); })->setObjectName("exportComparePng");
    menu->addAction(tr("Charts as PDF…"), this, [this] { exportCharts("pdf"); })->setObjectName("exportComparePdf");
}

QStringList ComparePage::saveCharts(const QString& folder, const QString& extension) {
    if (!controls_->charts()) return spread_->save(folder, extension);
    QStringList files;
    for (const auto& [id, chart] : board_->shownCharts()) {
        const QString path = folder + "/compare-" + id + "." + extension;
        writePlot(*chart, path, extension, chartPicture, chartPage);
        files << path;
    }
    return files;
}

void ComparePage::exportTable(bool markdown) {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Write the table"), markdown ? "results.md" : "results.csv",
                                     markdown ? tr("Markdown (*.md)") : tr("CSV (*.csv)"));
    if (path.isEmpty()) return;
    try {
        writeFileAtomically(path.toStdString(),
                            (markdown ? resultsMarkdown(groups_) : resultsCsv(groups_)).toStdString());
    } catch (const Error& error) {
        QMessageBox::warning(this, tr("Export"), QString::fromStdString(error.what()));
    }
}

void ComparePage::exportCharts(const QString& extension) {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for the charts"));
    if (folder.isEmpty()) return;
    try {
        saveCharts(folder, extension);
    } catch (const Error& error) {
        QMessageBox::warning(this, tr("Export"), QString::fromStdString(error.what()));
    }
}

}  // namespace tritlab
