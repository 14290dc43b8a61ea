// What can be done with one chart of the Charts page, from its menu or by key, and with all of them.
#include <QAction>
#include <QClipboard>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGuiApplication>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "ui/pages/chart_board.h"
#include "ui/pages/chart_controls.h"
#include "ui/pages/charts_page.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/file_head.h"
#include "ui/services/store_reader.h"

namespace tritlab {

namespace {

void writeChart(ChartWidget& chart, const QString& path, const QString& format) {
    if (format == "csv") writeFileAtomically(path.toStdString(), chart.csv().toStdString());
    else writePlot(chart, path, format, chartPicture, chartPage);
}

}  // namespace

QAction* ChartsPage::chartAction(const char* name, const QString& text, const QString& shortcut,
                                 std::function<void(const std::string&)> act) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcut(QKeySequence(shortcut));
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, this, [this, act = std::move(act)] {
        if (const ChartWidget* chart = actedOn()) act(board_->keyOf(chart));
    });
    addAction(action);
    chartMenu_->addAction(action);
    return action;
}

void ChartsPage::makeActions() {
    chartMenu_ = new QMenu(this);
    chartMenu_->setObjectName("chartMenu");
    // The action comes after the menu has gone.
    connect(chartMenu_, &QMenu::aboutToHide, this, [this] {
        QMetaObject::invokeMethod(
            this, [this] { menuOf_ = nullptr; }, Qt::QueuedConnection);
    });
    const auto chartOf = [this](const std::string& key) { return board_->chart(key); };
    chartAction("chartEnlarge", tr("&Enlarge, or show all again"), "Return",
                [this](const std::string& key) { board_->enlarge(board_->enlarged().empty() ? key : std::string()); });
    chartAction("chartHide", tr("&Hide"), "Delete", [this](const std::string& key) { board_->setShown(key, false); });
    chartAction("chartEarlier", tr("Move for&ward"), "Ctrl+Up",
                [this](const std::string& key) { board_->move(key, -1); });
    chartAction("chartLater", tr("Move &back"), "Ctrl+Down", [this](const std::string& key) { board_->move(key, 1); });
    chartMenu_->addSeparator();
    chartAction("chartLog", tr("&Logarithmic"), "L", [chartOf](const std::string& key) {
        chartOf(key)->setLogarithmic(!chartOf(key)->logarithmic());
    })->setCheckable(true);
    chartAction("chartAll", tr("&All that is seen"), "A",
                [chartOf](const std::string& key) { chartOf(key)->setYMode(YMode::Automatic); });
    chartAction("chartOutliers", tr("Without &outliers"), "O",
                [chartOf](const std::string& key) { chartOf(key)->setYMode(YMode::NoOutliers); });
    chartAction("chartRange", tr("Vertical &range…"), "R",
                [this, chartOf](const std::string& key) { askRange(chartOf(key)); });
    chartMenu_->addSeparator();
    chartAction("chartCopy", tr("&Copy the picture"), "Ctrl+C", [chartOf](const std::string& key) {
        QGuiApplication::clipboard()->setPixmap(chartOf(key)->picture(chartPicture.width(), chartPicture.height(), 2));
    });
    chartAction("chartPng", tr("Save as P&NG…"), "Ctrl+Shift+S",
                [this, chartOf](const std::string& key) { saveChart(chartOf(key), "png"); });
    chartAction("chartPdf", tr("Save as P&DF…"), "Ctrl+Shift+P",
                [this, chartOf](const std::string& key) { saveChart(chartOf(key), "pdf"); });
    chartAction("chartCsv", tr("Save as C&SV…"), "Ctrl+Shift+E",
                [this, chartOf](const std::string& key) { saveChart(chartOf(key), "csv"); });

    QMenu* all = controls_->exportMenu();
    all->addAction(tr("All charts as &PNG…"), this, [this] { exportAs("png"); });
    all->addAction(tr("All charts as P&DF…"), this, [this] { exportAs("pdf"); });
    all->addAction(tr("What is seen as &CSV…"), this, [this] { exportAs("csv"); });
    all->addAction(tr("C&opy the picture"), this, [this] { QGuiApplication::clipboard()->setPixmap(board_->grab()); });
}

void ChartsPage::askRange(ChartWidget* chart) {
    QDialog dialog(this);
    dialog.setObjectName("rangeDialog");
    dialog.setWindowTitle(tr("Vertical range of %1").arg(chart->spec().title));
    const QCPRange now = chart->plot()->yAxis->range();
    auto* form = new QFormLayout(&dialog);
    auto* lower = new QLineEdit(QString::fromStdString(formatReal(static_cast<float>(now.lower))), &dialog);
    auto* upper = new QLineEdit(QString::fromStdString(formatReal(static_cast<float>(now.upper))), &dialog);
    lower->setObjectName("rangeLower");
    upper->setObjectName("rangeUpper");
    auto* wrong = new QLabel(&dialog);
    wrong->setObjectName("rangeWrong");
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, &dialog);
    form->addRow(tr("&From"), lower);
    form->addRow(tr("&To"), upper);
    form->addRow(wrong);
    form->addRow(buttons);
    const auto read = [lower, upper, chart]() -> std::optional<QCPRange> {
        const auto from = parseReal(lower->text().toStdString()), to = parseReal(upper->text().toStdString());
        if (!from || !to || !(*from < *to) || (chart->logarithmic() && *from <= 0)) return std::nullopt;
        return QCPRange(*from, *to);
    };
    const auto check = [wrong, buttons, read, chart] {
        const bool right = read().has_value();
        wrong->setText(right                  ? QString()
                       : chart->logarithmic() ? tr("Two numbers above 0, the first one smaller")
                                              : tr("Two numbers, the first one smaller"));
        buttons->button(QDialogButtonBox::Ok)->setEnabled(right);
    };
    connect(lower, &QLineEdit::textChanged, &dialog, check);
    connect(upper, &QLineEdit::textChanged, &dialog, check);
    connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    check();
    if (dialog.exec() == QDialog::Accepted) chart->setFixedY(*read());
}

void ChartsPage::saveChart(ChartWidget* chart, const QString& format) {
    QString name = chart->spec().id;
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the chart"), name.replace('/', '-') + "." + format, "*." + format);
    if (path.isEmpty()) return;
    try {
        writeChart(*chart, path, format);
    } catch (const Error& error) {
        QMessageBox::warning(this, tr("Save the chart"), QString::fromStdString(error.what()));
    }
}

QStringList ChartsPage::saveAll(const QString& folder, const QString& prefix) {
    QStringList files;
    for (const std::string& key : board_->order()) {
        ChartWidget* chart = board_->chart(key);
        if (chart == nullptr || !board_->isShown(key) || !chart->dataRange()) continue;
        const QString path = folder + "/" + prefix + QString(chart->spec().id).replace('/', '-') + ".png";
        writeChart(*chart, path, "png");
        files << path;
    }
    return files;
}

void ChartsPage::exportAs(const QString& format) {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for the charts"));
    if (folder.isEmpty()) return;
    try {
        if (format == "png") saveAll(folder, {});
        for (ChartWidget* chart : group_->charts()) {
            if (format == "png" || !board_->isShown(board_->keyOf(chart)) || !chart->dataRange()) continue;
            writeChart(*chart, folder + "/" + QString(chart->spec().id).replace('/', '-') + "." + format, format);
        }
    } catch (const Error& error) {
        QMessageBox::warning(this, tr("Export"), QString::fromStdString(error.what()));
    }
}

void ChartsPage::addOther() {
    std::vector<std::string> runs;
    for (const QString& id : visibleRuns_) runs.push_back(id.toStdString());
    context_.reader->ask(
        this,
        [runs](RunStore& store) {
            std::set<std::string> keys;
            for (const std::string& run : runs)
                keys.merge([&] {
                    const std::vector<std::string> known = store.seriesKeys(run);
                    return std::set<std::string>(known.begin(), known.end());
                }());
            return keys;
        },
        [this](const std::set<std::string>& keys) {
            QStringList names;
            for (const std::string& key : keys) {
                if (!board_->isShown(key)) names << QString::fromStdString(key);
            }
            bool chosen = false;
            const QString name = QInputDialog::getItem(this, tr("Another metric"), tr("Series of the visible runs:"),
                                                       names, 0, false, &chosen);
            if (chosen && !name.isEmpty()) board_->addMetric(name.toStdString());
        });
}

}  // namespace tritlab
