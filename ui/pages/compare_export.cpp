// The Compare page's controls and what it writes: the table as CSV or Markdown, the charts as PNG or PDF.
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMessageBox>
#include <QSlider>
#include <QToolButton>

#include "core/base/error.h"
#include "core/base/files.h"
#include "ui/models/compare_results.h"
#include "ui/pages/compare_page.h"
#include "ui/plots/chart_widget.h"
#include "ui/theme/flow_layout.h"
#include "ui/theme/icons.h"

namespace tritlab {

void ComparePage::makeControls() {
    controls_ = new QWidget(this);
    by_ = new QComboBox(controls_);
    by_->setObjectName("groupBy");
    by_->setAccessibleName(tr("Group the runs by"));
    by_->setToolTip(tr("Runs that agree in this become one curve: their mean, with a band from the least to the most"));
    by_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    axis_ = new QComboBox(controls_);
    axis_->setObjectName("compareAxis");
    axis_->setAccessibleName(tr("Horizontal axis"));
    axis_->addItem(tr("Steps"), "");
    axis_->addItem(tr("Tokens"), "tokens");
    axis_->addItem(tr("Seconds"), "wall_seconds");
    smoothing_ = new QSlider(Qt::Horizontal, controls_);
    smoothing_->setObjectName("compareSmoothing");
    smoothing_->setAccessibleName(tr("Smoothing"));
    smoothing_->setToolTip(tr("Exponential moving average over all points of each run, before runs are put together"));
    smoothing_->setRange(0, 100);
    smoothing_->setValue(24);
    smoothing_->setFixedWidth(110);
    logarithmic_ = new QCheckBox(tr("Log loss"), controls_);
    logarithmic_->setObjectName("compareLogarithmic");
    auto* save = new QToolButton(controls_);
    save->setObjectName("exportCompare");
    save->setText(tr("Export"));
    save->setIcon(lineIcon(IconShape::Export));
    save->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    save->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(save);
    menu->addAction(tr("Table as CSV…"), this, [this] { exportTable(false); })->setObjectName("exportCompareCsv");
    menu->addAction(tr("Table as Markdown…"), this, [this] { exportTable(true); })->setObjectName("exportCompareMarkdown");
    menu->addAction(tr("Copy the table as Markdown"), this, [this] { QGuiApplication::clipboard()->setText(resultsMarkdown(groups_)); })
        ->setObjectName("copyCompareMarkdown");
    menu->addSeparator();
    menu->addAction(tr("Charts as PNG…"), this, [this] { exportCharts("png"); })->setObjectName("exportComparePng");
    menu->addAction(tr("Charts as PDF…"), this, [this] { exportCharts("pdf"); })->setObjectName("exportComparePdf");
    save->setMenu(menu);
    auto* layout = new FlowLayout(controls_);
    layout->addLabelled(tr("&Group by"), by_);
    layout->addLabelled(tr("&x"), axis_);
    layout->addLabelled(tr("S&moothing"), smoothing_);
    layout->addWidget(logarithmic_);
    layout->pushRight();
    layout->addWidget(save);
    connect(by_, &QComboBox::currentIndexChanged, this, [this] { reload(); });
    connect(axis_, &QComboBox::currentIndexChanged, this, [this] {
        reload();
        group_->follow();
    });
    connect(smoothing_, &QSlider::valueChanged, this, [this] { ask(); });
    connect(logarithmic_, &QCheckBox::toggled, this, [this](bool on) {
        for (const char* id : {"loss", "eval-loss"}) charts_[id]->setLogarithmic(on);
    });
}

QStringList ComparePage::saveCharts(const QString& folder, const QString& extension) {
    QStringList files;
    for (const auto& [id, chart] : charts_) {
        if (!chart->dataRange()) continue;
        const QString path = folder + "/compare-" + id + "." + extension;
        const bool done = extension == "pdf" ? chart->savePdf(path, 640, 320) : chart->picture(900, 420).save(path);
        if (!done) throw Error("cannot write the chart", path.toStdString(), "Choose a folder that can be written to");
        files << path;
    }
    return files;
}

void ComparePage::exportTable(bool markdown) {
    const QString path = QFileDialog::getSaveFileName(this, tr("Write the table"), markdown ? "results.md" : "results.csv",
                                                      markdown ? tr("Markdown (*.md)") : tr("CSV (*.csv)"));
    if (path.isEmpty()) return;
    try {
        writeFileAtomically(path.toStdString(), (markdown ? resultsMarkdown(groups_) : resultsCsv(groups_)).toStdString());
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
