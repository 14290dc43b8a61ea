#include "ui/pages/samples_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QTextCursor>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/run_list_model.h"
#include "ui/pages/samples_beside.h"
#include "ui/services/store_reader.h"

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
    splitter->setObjectName("samplesSplitter");
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(table_);
    splitter->addWidget(text_);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    beside_ = new SamplesBeside(this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(splitter);
    stack_->addWidget(beside_);
    which_ = new QComboBox(this);
    which_->setObjectName("samplesOf");
    which_->setAccessibleName(tr("Samples of"));
    which_->setToolTip(tr("One run over its steps, or all ticked runs side by side at one step"));
    which_->addItem(tr("The selected run over its steps"));
    which_->addItem(tr("Ticked runs side by side"));
    auto* name = new QLabel(tr("&Samples of"), this);
    name->setBuddy(which_);
    auto* head = new QHBoxLayout;
    head->addWidget(name);
    head->addWidget(which_);
    head->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addLayout(head);
    layout->addWidget(stack_, 1);
    soon_.setSingleShot(true);
    soon_.setInterval(2000);  // samples are rare: the side by side of runs that go is looked at every two seconds
    connect(&soon_, &QTimer::timeout, this, &SamplesPage::askBeside);
    connect(table_, &TextTableView::currentKeyChanged, this, &SamplesPage::showChosen);
    connect(which_, &QComboBox::currentIndexChanged, this, [this](int index) {
        stack_->setCurrentIndex(index);
        reload();
    });
    connect(context_.runs, &RunListModel::visibilityChanged, this, [this] {
        if (!beside()) return;
        if (isVisible()) reload();
        else markStale();
    });
}

QJsonObject SamplesPage::state() const { return {{"beside", beside()}}; }

void SamplesPage::setState(const QJsonObject& state) { which_->setCurrentIndex(state["beside"].toBool() ? 1 : 0); }

bool SamplesPage::beside() const { return which_->currentIndex() == 1; }

bool SamplesPage::concerns(const QString& run) const {
    return beside() ? context_.runs->visibleRuns().contains(run) : Page::concerns(run);
}

void SamplesPage::refreshRun(const QString&) {
    if (beside()) soon_.start();
    else reload();
}

void SamplesPage::askBeside() {
    const QStringList ticked = context_.runs->visibleRuns();
    std::vector<RunSamples> runs;
    for (const QString& id : ticked.mid(std::max<qsizetype>(0, ticked.size() - SamplesBeside::maxRuns)))
        runs.push_back({id, QString::fromStdString(context_.runs->run(id)->name), {}});
    context_.reader->ask(
        this,
        [runs](RunStore& store) mutable {
            for (RunSamples& run : runs) run.samples = store.samples(run.id.toStdString());
            return std::move(runs);
        },
        [this, ticked](std::vector<RunSamples> read) {
            if (ticked == context_.runs->visibleRuns()) beside_->show(std::move(read), ticked.size());
        });
}

void SamplesPage::reload() {
    if (beside()) {
        askBeside();
        return;
    }
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
        auto& full = full_[row.key];
        for (const QString& prompt : prompts) {
            const auto it = texts.find(prompt);
            const QString text = it == texts.end() ? QString() : it->second;
            row.cells.push_back({QString(text).simplified(), {}, {}, {}, false});
            if (!text.isEmpty()) full.emplace_back(prompt, text);
        }
        rows.push_back(std::move(row));
    }
    const QString chosen = table_->currentKey();
    const bool newest =
        chosen.isEmpty() || (!table_->model()->rows().empty() && chosen == table_->model()->rows().back().key);
    table_->model()->setTable(headers, std::move(rows));
    table_->refresh();
    text_->setVisible(!table_->model()->rows().empty());
    for (int column = 1; column < headers.size(); ++column) {
        table_->view()->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    }
    if (newest && !table_->model()->rows().empty()) table_->setCurrentKey(table_->model()->rows().back().key);
    showChosen();
}

void SamplesPage::showChosen() {
    const auto it = full_.find(table_->currentKey());
    text_->clear();
    if (it == full_.end()) return;
    QTextCursor at = text_->textCursor();
    QTextCharFormat given, written;
    given.setFontWeight(QFont::DemiBold);
    for (const auto& [prompt, text] : it->second) {
        if (!at.atStart()) at.insertText("\n\n", written);
        at.insertText(prompt, given);
        at.insertText(text, written);
    }
    text_->moveCursor(QTextCursor::Start);
}

}  // namespace tritlab
