#include "ui/pages/samples_page.h"

#include <QHeaderView>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/store_reader.h"

namespace tritlab {

SamplesPage::SamplesPage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("samplesPage");
    table_ = new TextTableView("samplesTable", tr("Samples"), this);
    table_->setEmptyText(tr("No samples yet: the run writes them at the steps that its config names."));
    table_->tools()->addStretch(1);
    text_ = new QPlainTextEdit(this);
    text_->setObjectName("sampleText");
    text_->setAccessibleName(tr("Chosen samples in full"));
    text_->setReadOnly(true);
    text_->setFrameShape(QFrame::NoFrame);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(table_);
    splitter->addWidget(text_);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addWidget(splitter);
    connect(table_, &TextTableView::currentKeyChanged, this, &SamplesPage::showChosen);
}

void SamplesPage::reload() {
    const std::string run = current_.toStdString();
    if (run.empty()) {
        showSamples({});
        return;
    }
    context_.reader->ask(
        this, [run](RunStore& store) { return store.samples(run); },
        [this, run](const std::vector<SampleEvent>& samples) {
            if (run == current_.toStdString()) showSamples(samples);
        });
}

void SamplesPage::showSamples(const std::vector<SampleEvent>& samples) {
    QStringList prompts;
    std::map<StepIndex, std::map<QString, QString>> bySteps;
    for (const SampleEvent& sample : samples) {
        const QString prompt = QString::fromStdString(sample.prompt);
        if (!prompts.contains(prompt)) prompts << prompt;
        bySteps[sample.step][prompt] = QString::fromStdString(sample.text);
    }
    QStringList headers{tr("Step")};
    for (const QString& prompt : prompts) headers << (prompt.size() > 40 ? prompt.left(39) + "…" : prompt);
    std::vector<TableRow> rows;
    full_.clear();
    for (const auto& [step, texts] : bySteps) {
        TableRow row{QString::number(step), {{QString::number(step), static_cast<qlonglong>(step), {}, {}, true}}};
        QString full;
        for (const QString& prompt : prompts) {
            const auto it = texts.find(prompt);
            const QString text = it == texts.end() ? QString() : it->second;
            row.cells.push_back({QString(text).simplified(), {}, {}, {}, false});
            if (!text.isEmpty()) full += prompt + text + "\n\n";
        }
        full_[row.key] = full.trimmed();
        rows.push_back(std::move(row));
    }
    const QString chosen = table_->currentKey();
    const bool newest = chosen.isEmpty() || (!table_->model()->rows().empty() && chosen == table_->model()->rows().back().key);
    table_->model()->setTable(headers, std::move(rows));
    table_->refresh();
    for (int column = 1; column < headers.size(); ++column) {
        table_->view()->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    }
    if (newest && !table_->model()->rows().empty()) table_->setCurrentKey(table_->model()->rows().back().key);
    showChosen();
}

void SamplesPage::showChosen() {
    const auto it = full_.find(table_->currentKey());
    text_->setPlainText(it == full_.end() ? QString() : it->second);
}

}  // namespace tritlab
