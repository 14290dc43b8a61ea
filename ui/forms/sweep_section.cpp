#include "ui/forms/sweep_section.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "ui/forms/field_sections.h"
#include "ui/theme/theme.h"

namespace tritlab {

SweepSection::SweepSection(QWidget* parent) : QWidget(parent) {
    QLabel* title = sectionTitle(tr("Sweep"), this);
    editor_ = new SweepEditor(this);
    message_ = new QLabel(this);
    message_->setObjectName("sweepMessage");
    message_->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 6, 8, 10);
    layout->addWidget(title);
    layout->addWidget(editor_);
    layout->addWidget(message_);
    connect(editor_, &SweepEditor::edited, this, &SweepSection::edited);
}

bool SweepSection::check(const ConfigDraft& draft, bool readable, bool branch) {
    count_ = 1;
    QString text, wrong;
    const std::vector<SweepAxis> axes = editor_->axes();
    if (!axes.empty() && branch) wrong = tr("A branch is a single run: remove the sweep.");
    try {
        if (!axes.empty() && wrong.isEmpty() && readable) {
            count_ = sweepRuns(draft, "", axes).size();
            text = tr("To be queued as one experiment: %n run(s).", nullptr, static_cast<int>(count_));
        }
    } catch (const Error& error) {
        wrong = QString::fromStdString(error.what());
    }
    right_ = wrong.isEmpty();
    message_->setText(right_ ? text : wrong);
    colorMessage();
    return right_;
}

void SweepSection::colorMessage() {
    QPalette colors = palette();
    if (!right_) colors.setColor(QPalette::WindowText, badColor(isDark(colors)));
    message_->setPalette(colors);
}

// The form checks anew when the theme changes, but before it has come to its parts.
void SweepSection::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && message_ != nullptr) colorMessage();
}

}  // namespace tritlab
