#include "ui/pages/samples_beside.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace tritlab {

namespace {

constexpr int promptWidth = 150, minWidth = 190;

// Texts of unlike length are read from their first lines on.
class TopAligned : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return QStyledItemDelegate::sizeHint(option, index) + QSize(0, 8);
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        option->displayAlignment = Qt::AlignLeft | Qt::AlignTop;
    }
};

}  // namespace

SamplesBeside::SamplesBeside(QWidget* parent) : QWidget(parent) {
    table_ = new TextTableView("samplesBeside", tr("Samples of the ticked runs"), this);
    table_->setEmptyText(
        tr("No samples to put side by side yet. Tick runs in the list that have some: a run writes them at the steps "
           "that its "
           "config names."));
    table_->view()->setWordWrap(true);
    table_->view()->setShowGrid(true);
    table_->view()->setItemDelegate(new TopAligned(this));
    table_->view()->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->view()->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    slider_ = new QSlider(Qt::Horizontal, this);
    slider_->setObjectName("samplesStep");
    slider_->setAccessibleName(tr("Step of the samples"));
    slider_->setToolTip(tr("Samples over the steps; at the right end the newest are followed"));
    step_ = new QLabel(this);
    step_->setObjectName("samplesStepText");
    step_->setMinimumWidth(fontMetrics().horizontalAdvance(tr("step %1").arg("0000000")));
    note_ = new QLabel(this);
    note_->setObjectName("samplesNote");
    note_->setWordWrap(true);
    table_->tools()->addWidget(slider_, 1);
    table_->tools()->addWidget(step_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(table_, 1);
    layout->addWidget(note_);
    connect(slider_, &QSlider::valueChanged, this, [this](int at) {
        newest_ = at == slider_->maximum();
        showStep();
    });
}

void SamplesBeside::show(std::vector<RunSamples> runs, qsizetype ticked) {
    const StepIndex kept = steps_.empty() ? 0 : steps_[static_cast<std::size_t>(slider_->value())];
    runs_ = std::move(runs);
    steps_ = sampleSteps(runs_);
    {
        const QSignalBlocker quiet(slider_);
        slider_->setRange(0, std::max(0, static_cast<int>(steps_.size()) - 1));
        const auto at = std::upper_bound(steps_.begin(), steps_.end(), kept) - steps_.begin();
        slider_->setValue(newest_ ? slider_->maximum() : std::max(0, static_cast<int>(at) - 1));
    }
    slider_->setEnabled(steps_.size() > 1);
    const auto shown = static_cast<qsizetype>(runs_.size());
    note_->setText(shown < ticked
                       ? tr("The newest %1 of %2 ticked runs. Tick fewer to see the others.").arg(shown).arg(ticked)
                       : QString());
    note_->setVisible(shown < ticked);
    showStep();
}

void SamplesBeside::showStep() {
    const StepIndex step = steps_.empty() ? 0 : steps_[static_cast<std::size_t>(slider_->value())];
    step_->setText(steps_.empty() ? QString() : tr("step %1").arg(step));
    slider_->setAccessibleDescription(step_->text());
    SampleTable shown = sampleTable(runs_, step);
    table_->model()->setTable(shown.headers, std::move(shown.rows));
    table_->refresh();
    QHeaderView* header = table_->view()->horizontalHeader();
    header->setMinimumSectionSize(promptWidth);
    if (header->count() == 0) return;
    table_->view()->setColumnWidth(0, promptWidth);
    // As wide as there is room, but no column narrower than can be read.
    const int room = (table_->view()->viewport()->width() - promptWidth) / std::max(1, header->count() - 1);
    for (int column = 1; column < header->count(); ++column)
        table_->view()->setColumnWidth(column, std::max(minWidth, room));
    table_->view()->resizeRowsToContents();
}

void SamplesBeside::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    showStep();
}

}  // namespace tritlab
