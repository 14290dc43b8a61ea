#include "ui/forms/data_preview.h"

#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "core/base/number.h"
#include "ui/pages/table_page.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

constexpr std::int64_t documentsLookedAt = 10'000;

QString shown(const std::string& piece) {
    QString text = QString::fromStdString(piece).toHtmlEscaped();
    text.replace('\n', QStringLiteral("↵<br>")).replace(' ', "&nbsp;").replace('\t', QStringLiteral("→"));
    return text;
}

}  // namespace

QString batchHtml(const Batch& batch, const Tokenizer& tokenizer, bool dark, std::int64_t rows) {
    const QColor grounds[] = {dark ? QColor(0x2c, 0x4a, 0x6e) : QColor(0xd6, 0xe6, 0xf8),
                              dark ? QColor(0x5a, 0x42, 0x1f) : QColor(0xfb, 0xe5, 0xc8)};
    const QColor special = dark ? QColor(0x7a, 0x3a, 0x55) : QColor(0xf4, 0xc6, 0xd6);
    QString html;
    for (std::int64_t row = 0; row < std::min(rows, batch.rows); ++row) {
        html += QString("<p><b>%1</b>&nbsp; ").arg(row + 1);
        for (std::int64_t at = 0; at < batch.length; ++at) {
            const TokenId token = batch.tokens[static_cast<std::size_t>(row * batch.length + at)];
            const bool marker = token == tokenizer.bos() || token == tokenizer.eos();
            const QString text = token == tokenizer.bos()   ? QString("&lt;BOS&gt;")
                                 : token == tokenizer.eos() ? QString("&lt;EOS&gt;")
                                                            : shown(tokenizer.piece(token));
            html += QString("<span style='background-color:%1'>%2</span>")
                        .arg((marker ? special : grounds[at % 2]).name(), text.isEmpty() ? QString("·") : text);
        }
        html += "</p>";
    }
    return html;
}

DataPreviewDialog::DataPreviewDialog(const RunConfig& config, const Workspace& workspace, QWidget* parent)
    : QDialog(parent), config_(config), workspace_(workspace), thread_("data preview", TaskThread::AtEnd::Drop) {
    setObjectName("dataPreview");
    setWindowTitle(tr("The text of the run"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(860, 560);
    state_ = new QLabel(tr("Reading…"), this);
    state_->setObjectName("previewState");
    state_->setWordWrap(true);
    auto* tabs = new QTabWidget(this);
    tabs->setObjectName("previewTabs");
    sources_ = new TextTableView("previewSources", tr("Sources"), tabs);
    skipped_ = new TextTableView("previewSkipped", tr("Skipped lines"), tabs);
    skipped_->setEmptyText(tr("No line would be skipped."));
    documents_ = new QTextBrowser(tabs);
    documents_->setObjectName("previewDocuments");
    documents_->setAccessibleName(tr("First documents"));
    auto* batchPage = new QWidget(tabs);
    batch_ = new QTextBrowser(batchPage);
    batch_->setObjectName("previewBatch");
    batch_->setAccessibleName(tr("First batch as tokens"));
    make_ = new QPushButton(tr("&Make the first batch"), batchPage);
    make_->setObjectName("makeBatch");
    make_->setToolTip(
        tr("Trains the tokenizer and reads all of the text where that was not done yet; the run uses both again"));
    auto* column = new QVBoxLayout(batchPage);
    column->addWidget(make_, 0, Qt::AlignLeft);
    column->addWidget(batch_, 1);
    tabs->addTab(sources_, tr("Sources"));
    tabs->addTab(skipped_, tr("Skipped lines"));
    tabs->addTab(documents_, tr("First documents"));
    tabs->addTab(batchPage, tr("First batch"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(state_);
    layout->addWidget(tabs, 1);
    connect(make_, &QPushButton::clicked, this, &DataPreviewDialog::makeBatch);
    look();
}

DataPreviewDialog::~DataPreviewDialog() { stop_.requestStop(); }

void DataPreviewDialog::tell(const QString& text) { state_->setText(text); }

void DataPreviewDialog::run(std::function<std::function<void()>()> work) {
    make_->setEnabled(false);
    thread_.post(
        this, std::move(work),
        [this](const std::function<void()>& show) {
            make_->setEnabled(true);
            show();
        },
        [this](const QString& failure) {
            make_->setEnabled(true);
            tell(failure);
        });
}

void DataPreviewDialog::look() {
    run([this] {
        auto preview = std::make_shared<DataPreview>(previewData(config_, documentsLookedAt, stop_));
        return [this, preview] { showPreview(*preview); };
    });
}

void DataPreviewDialog::showPreview(const DataPreview& preview) {
    std::vector<TableRow> sources, skipped;
    std::int64_t documents = 0;
    SkipReport skips;
    const auto count = [](std::int64_t value) {
        return TableCell{QString::number(value), static_cast<qlonglong>(value), {}, {}, true};
    };
    const auto bytes = [](std::int64_t value) {
        return TableCell{QString::fromStdString(humanBytes(static_cast<double>(value))),
                         static_cast<qlonglong>(value),
                         {},
                         {},
                         true};
    };
    for (const SourceSummary& source : preview.sources) {
        const QString path = QString::fromStdString(source.path);
        documents += source.documents + source.heldOutDocuments;
        skips.add(source.skips);
        sources.push_back({path,
                           {{path, {}, {}, path, false},
                            count(source.documents),
                            bytes(source.trainBytes),
                            count(source.heldOutDocuments),
                            bytes(source.heldOutBytes),
                            count(source.skips.skipped())}});
        for (const SkippedLine& line : source.skips.first())
            skipped.push_back({QString::fromStdString(line.file) + ':' + QString::number(line.line),
                               {{QString::fromStdString(line.file), {}, {}, {}, false},
                                count(line.line),
                                {QString::fromStdString(line.reason), {}, {}, {}, false}}});
    }
    sources_->model()->setTable(
        {tr("Text"), tr("Documents"), tr("Bytes"), tr("Held out"), tr("Bytes held out"), tr("Skipped")},
        std::move(sources));
    skipped_->model()->setTable({tr("File"), tr("Line"), tr("Why")}, std::move(skipped));
    sources_->refresh();
    skipped_->refresh();
    QString html;
    for (const std::string& document : preview.firstDocuments)
        html += "<p>" + QString::fromStdString(document).toHtmlEscaped().replace('\n', "<br>") + "</p><hr>";
    documents_->setHtml(html);
    QString summary = tr("Looked at %1; %2 would be skipped.")
                          .arg(tr("%n document(s)", nullptr, static_cast<int>(documents)),
                               tr("%n line(s)", nullptr, static_cast<int>(skips.skipped())));
    for (const auto& [reason, lines] : skips.reasons())
        summary += "\n" + tr("%n line(s)", nullptr, static_cast<int>(lines)) + ": " + QString::fromStdString(reason);
    if (skips.losesMuch()) summary = tr("Warning: more than 1 % of the lines is lost.") + "\n" + summary;
    tell(summary);
}

void DataPreviewDialog::makeBatch() {
    tell(tr("Preparing the tokenizer and the text…"));
    run([this, dark = isDark(palette())]() -> std::function<void()> {
        const auto progress = [this](const std::string& what, double done) {
            const QString text =
                done >= 0 ? tr("%1: %2 %").arg(QString::fromStdString(what)).arg(static_cast<int>(done * 100))
                          : QString::fromStdString(what);
            QMetaObject::invokeMethod(
                this, [this, text] { tell(text); }, Qt::QueuedConnection);
        };
        const auto dataset = openDataset(config_, workspace_, progress, stop_);
        if (stop_.stopRequested()) return [] {};
        const QString html = batchHtml(dataset->batch(0, 0), dataset->tokenizer(), dark);
        std::int64_t tokens = 0;
        for (const SourceSummary& source : dataset->sources()) tokens += source.trainTokens;
        const QString text = tr("%1 tokens to train on, a vocabulary of %2. Each colour change is a token; BOS and EOS "
                                "stand between documents.")
                                 .arg(QString::fromStdString(humanCount(static_cast<double>(tokens))))
                                 .arg(dataset->tokenizer().size());
        return [this, html, text] {
            batch_->setHtml(html);
            tell(text);
        };
    });
}

}  // namespace tritlab
