#include "ui/forms/sources_editor.h"

#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QMimeData>
#include <QTableWidget>
#include <QToolButton>
#include <QUrl>
#include <set>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/base/workspace.h"
#include "ui/theme/icons.h"

namespace tritlab {

SourcesEditor::SourcesEditor(QWidget* parent) : QWidget(parent) {
    setAcceptDrops(true);
    table_ = new QTableWidget(0, 2, this);
    table_->setObjectName("sources");
    table_->setAccessibleName(tr("Text to train on"));
    table_->setHorizontalHeaderLabels({tr("Text"), tr("Weight")});
    table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table_->setColumnWidth(1, 70);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    table_->setFixedHeight((fontMetrics().height() + 10) * 4 + 8);
    auto* addButton = new QToolButton(this);
    addButton->setObjectName("addSource");
    addButton->setIcon(lineIcon(IconShape::Add));
    addButton->setToolTip(tr("Add a file, a folder or a built-in corpus"));
    addButton->setAccessibleName(tr("Add text"));
    addButton->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(addButton);
    menu->addAction(lineIcon(IconShape::Open), tr("File…"), this, [this] {
        for (const QString& path : QFileDialog::getOpenFileNames(
                 this, tr("Text files"), {}, tr("Text (*.txt *.md *.json *.jsonl *.gz *.zst);;All files (*)"))) {
            add(path, "1");
            Q_EMIT edited();
        }
    });
    menu->addAction(lineIcon(IconShape::Folder), tr("Folder…"), this, [this] {
        const QString path = QFileDialog::getExistingDirectory(this, tr("Folder of text"));
        if (path.isEmpty()) return;
        add(path, "1");
        Q_EMIT edited();
    });
    QMenu* builtin = menu->addMenu(tr("Built-in"));
    std::set<QString> names;
    for (const QFileInfo& file : QDir(QString::fromStdString(corporaFolder().string())).entryInfoList(QDir::Files))
        if (file.suffix() == "txt" || file.suffix() == "jsonl") names.insert(file.completeBaseName());
    for (const QString& name : names) {
        builtin->addAction(name, this, [this, name] {
            add("builtin:" + name, "1");
            Q_EMIT edited();
        });
    }
    builtin->setEnabled(!names.empty());
    addButton->setMenu(menu);
    auto* removeButton = new QToolButton(this);
    removeButton->setObjectName("removeSource");
    removeButton->setIcon(lineIcon(IconShape::Trash));
    removeButton->setToolTip(tr("Remove the selected text"));
    removeButton->setAccessibleName(tr("Remove text"));
    auto* buttons = new QVBoxLayout;
    buttons->addWidget(addButton);
    buttons->addWidget(removeButton);
    buttons->addStretch(1);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(table_, 1);
    layout->addLayout(buttons);
    connect(removeButton, &QToolButton::clicked, this, [this] {
        const int row = table_->currentRow() >= 0 ? table_->currentRow() : table_->rowCount() - 1;
        if (row < 0) return;
        table_->removeRow(row);
        Q_EMIT edited();
    });
    connect(table_, &QTableWidget::cellChanged, this, &SourcesEditor::edited);
}

void SourcesEditor::add(const QString& path, const QString& weight) {
    const QSignalBlocker quiet(table_);
    const int row = table_->rowCount();
    table_->insertRow(row);
    auto* item = new QTableWidgetItem(path);
    item->setToolTip(path);
    table_->setItem(row, 0, item);
    table_->setItem(row, 1, new QTableWidgetItem(weight));
}

void SourcesEditor::setSources(const std::vector<DataSource>& sources) {
    std::vector<Row> rows;
    for (const DataSource& source : sources)
        rows.emplace_back(QString::fromStdString(source.path), QString::fromStdString(formatReal(source.weight)));
    setWritten(rows);
}

void SourcesEditor::setWritten(const std::vector<Row>& rows) {
    {
        const QSignalBlocker quiet(table_);
        table_->setRowCount(0);
    }
    for (const auto& [path, weight] : rows) add(path, weight);
}

std::vector<SourcesEditor::Row> SourcesEditor::written() const {
    const auto text = [this](int row, int column) {
        return table_->item(row, column) != nullptr ? table_->item(row, column)->text() : QString();
    };
    std::vector<Row> rows;
    for (int row = 0; row < table_->rowCount(); ++row) rows.emplace_back(text(row, 0), text(row, 1));
    return rows;
}

std::vector<DataSource> SourcesEditor::sources() const {
    std::vector<DataSource> result;
    for (const auto& [place, text] : written()) {
        const QString path = place.trimmed();
        const auto weight = parseReal(text.toStdString());
        if (!weight || !(*weight > 0)) {
            throw Error(tr("\"%1\" is no weight").arg(text).toStdString(), path.toStdString(),
                        tr("Write a number above 0, such as 1 or 0.5").toStdString());
        }
        if (!path.isEmpty()) result.push_back({path.toStdString(), *weight});
    }
    return result;
}

void SourcesEditor::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void SourcesEditor::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) add(url.toLocalFile(), "1");
    }
    Q_EMIT edited();
}

}  // namespace tritlab
