#include "ui/forms/sweep_editor.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <algorithm>

#include "core/base/error.h"
#include "ui/theme/icons.h"

namespace tritlab {

std::vector<SweepRun> sweepRuns(const ConfigDraft& base, const std::string& name, const std::vector<SweepAxis>& axes) {
    std::size_t count = 1;
    for (const SweepAxis& axis : axes) {
        count *= std::max<std::size_t>(1, axis.values.size());
        if (count > maxSweepRuns)
            throw Error("the lists make more than " + std::to_string(maxSweepRuns) + " runs", "sweep",
                        "Make them shorter, or sweep in parts");
    }
    std::vector<SweepRun> runs;
    for (std::size_t i = 0; i < count; ++i) {
        ConfigDraft draft = base;
        std::string words = name;
        std::size_t rest = i, below = count;
        for (const SweepAxis& axis : axes) {
            below /= axis.values.size();
            const std::string& value = axis.values[rest / below];
            rest %= below;
            draft.setText(axis.key, value);
            words += ", " + axis.key + "=" + value;
        }
        for (const SweepAxis& axis : axes) draft.requireApplies(axis.key);
        const std::vector<Problem> problems = check(draft.config());
        if (!problems.empty()) throw Error(problems.front().message, words, "Leave this combination out");
        runs.push_back({words, frozen(draft.config())});
    }
    return runs;
}

SweepEditor::SweepEditor(QWidget* parent) : QWidget(parent) {
    setObjectName("sweepEditor");
    auto* help = new QLabel(tr("Give a list of values to one or more settings: each combination becomes a run of its "
                               "own in the queue, all of "
                               "them one experiment."),
                            this);
    help->setWordWrap(true);
    help->setForegroundRole(QPalette::PlaceholderText);
    grid_ = new QGridLayout;
    grid_->setColumnStretch(1, 1);
    add_ = new QToolButton(this);
    add_->setObjectName("addSweep");
    add_->setIcon(lineIcon(IconShape::Add));
    add_->setText(tr("Add a s&etting"));
    add_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(help);
    layout->addLayout(grid_);
    layout->addWidget(add_, 0, Qt::AlignLeft);
    connect(add_, &QToolButton::clicked, this, [this] { addAxis(rows_.empty() ? "learning_rate" : "seed", {}); });
}

void SweepEditor::addAxis(const QString& key, const QString& values) {
    auto* field = new QComboBox(this);
    field->setObjectName("sweepField" + QString::number(made_));
    field->setAccessibleName(tr("Setting that varies"));
    for (const Field& each : fields()) {
        if (each.kind == FieldKind::Text || each.kind == FieldKind::Path || each.kind == FieldKind::Sources) continue;
        field->addItem(QCoreApplication::translate("Field", each.label), QString::fromStdString(each.key));
    }
    field->setCurrentIndex(std::max(0, field->findData(key)));
    auto* list = new QLineEdit(values, this);
    list->setObjectName("sweepValues" + QString::number(made_));
    list->setAccessibleName(tr("Values, with commas between them"));
    auto* remove = new QToolButton(this);
    remove->setObjectName("sweepRemove" + QString::number(made_));
    remove->setIcon(lineIcon(IconShape::Trash));
    remove->setAutoRaise(true);
    remove->setAccessibleName(tr("Remove the setting from the sweep"));
    remove->setToolTip(remove->accessibleName());
    const auto hint = [field, list] {
        const Field* chosen = findField(field->currentData().toString().toStdString());
        QStringList words;
        for (const Choice& choice : chosen->choices) words << QString::fromStdString(choice.key);
        list->setPlaceholderText(words.isEmpty()
                                     ? chosen->kind == FieldKind::Bool ? QString("true, false") : tr("such as 1, 2, 3")
                                     : words.join(", "));
        list->setToolTip(QString::fromStdString(chosen->description));
    };
    hint();
    const int row = grid_->rowCount();
    grid_->addWidget(field, row, 0);
    grid_->addWidget(list, row, 1);
    grid_->addWidget(remove, row, 2);
    rows_.push_back({field, list, remove});
    ++made_;
    connect(field, &QComboBox::currentIndexChanged, this, [this, hint] {
        hint();
        Q_EMIT edited();
    });
    connect(list, &QLineEdit::textChanged, this, &SweepEditor::edited);
    connect(remove, &QToolButton::clicked, this, [this, remove] { removeRow(remove); });
    Q_EMIT edited();
}

void SweepEditor::removeRow(QWidget* remove) {
    const auto it = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.remove == remove; });
    if (it == rows_.end()) return;
    for (QWidget* widget : {it->field, it->values, it->remove}) {
        widget->hide();
        widget->deleteLater();
    }
    rows_.erase(it);
    Q_EMIT edited();
}

void SweepEditor::clear() {
    while (!rows_.empty()) removeRow(rows_.back().remove);
}

std::vector<std::pair<QString, QString>> SweepEditor::written() const {
    std::vector<std::pair<QString, QString>> rows;
    for (const Row& row : rows_)
        rows.emplace_back(static_cast<QComboBox*>(row.field)->currentData().toString(),
                          static_cast<QLineEdit*>(row.values)->text());
    return rows;
}

std::vector<SweepAxis> SweepEditor::axes() const {
    std::vector<SweepAxis> axes;
    for (const Row& row : rows_) {
        SweepAxis axis{static_cast<QComboBox*>(row.field)->currentData().toString().toStdString(), {}};
        for (const QString& value : static_cast<QLineEdit*>(row.values)->text().split(',', Qt::SkipEmptyParts)) {
            if (!value.trimmed().isEmpty()) axis.values.push_back(value.trimmed().toStdString());
        }
        if (!axis.values.empty()) axes.push_back(std::move(axis));
    }
    return axes;
}

}  // namespace tritlab
