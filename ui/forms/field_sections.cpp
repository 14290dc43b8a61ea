#include "ui/forms/field_sections.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QListWidget>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "ui/forms/field_editor.h"

namespace tritlab {

QLabel* sectionTitle(const QString& text, QWidget* parent) {
    auto* title = new QLabel(text, parent);
    QFont font = title->font();
    font.setWeight(QFont::DemiBold);
    font.setPointSizeF(font.pointSizeF() * 1.1);
    title->setFont(font);
    return title;
}

FieldSections::FieldSections(QWidget* parent) : QObject(parent) {
    list_ = new QListWidget(parent);
    list_->setObjectName("sections");
    list_->setAccessibleName(tr("Sections"));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setSpacing(2);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* groups = new QWidget;
    column_ = new QVBoxLayout(groups);
    column_->setSpacing(4);
    makeGroups(groups);
    column_->addStretch(1);
    board_ = new QScrollArea(parent);
    board_->setObjectName("fieldScroll");
    board_->setWidgetResizable(true);
    board_->setFrameShape(QFrame::NoFrame);
    board_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    board_->setWidget(groups);
    board_->setMinimumWidth(420);
    connect(list_, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0) board_->verticalScrollBar()->setValue(sections_[static_cast<std::size_t>(row)]->y());
    });
}

void FieldSections::makeGroups(QWidget* groups) {
    std::map<FieldGroup, QWidget*> made;
    for (const Field& field : fields()) {
        QWidget*& group = made[field.group];
        if (group == nullptr) {
            group = new QWidget(groups);
            const QString name = QCoreApplication::translate("Field", groupLabel(field.group));
            auto* grid = new QGridLayout(group);
            grid->setContentsMargins(4, 6, 8, 10);
            grid->setVerticalSpacing(4);
            grid->setColumnMinimumWidth(0, 150);
            grid->setColumnStretch(1, 1);
            grid->setColumnMinimumWidth(2, 54);
            grid->addWidget(sectionTitle(name, group), 0, 0, 1, 4);
            addSection(name, group);
        }
        addEditor(field, group);
    }
}

void FieldSections::addSection(const QString& name, QWidget* section) {
    column_->insertWidget(static_cast<int>(sections_.size()), section);
    sections_.push_back(section);
    new QListWidgetItem(name, list_);
    int widest = 0;
    for (int i = 0; i < list_->count(); ++i)
        widest = std::max(widest, list_->fontMetrics().horizontalAdvance(list_->item(i)->text()));
    list_->setFixedWidth(widest + 28);
}

void FieldSections::addEditor(const Field& field, QWidget* group) {
    auto* grid = static_cast<QGridLayout*>(group->layout());
    auto* editor = new FieldEditor(field, group, grid, grid->rowCount());
    connect(editor, &FieldEditor::edited, this, [this, editor] {
        take(*editor);
        showRest(editor);
        Q_EMIT edited();
    });
    connect(editor, &FieldEditor::resetWanted, this, [this, editor] {
        draft_.reset(editor->field().key);
        unread_.erase(editor->field().key);
        showRest(nullptr);  // what stands wrong elsewhere stays to be mended
        Q_EMIT edited();
    });
    editors_.push_back(editor);
}

FieldEditor* FieldSections::editor(const std::string& key) const {
    for (FieldEditor* each : editors_) {
        if (each->field().key == key) return each;
    }
    return nullptr;
}

void FieldSections::setDraft(ConfigDraft draft) {
    draft_ = std::move(draft);
    unread_.clear();
    show([](const FieldEditor&) { return true; });
}

void FieldSections::setValue(const std::string& key, const FieldValue& value) {
    draft_.setValue(key, value);
    unread_.erase(key);
    showRest(nullptr);
}

void FieldSections::setFixed(const std::function<bool(const std::string& key)>& fixed) {
    for (FieldEditor* each : editors_) each->editor()->setEnabled(!fixed(each->field().key));
}

nlohmann::json FieldSections::written() const {
    nlohmann::json fields = nlohmann::json::object();
    for (FieldEditor* each : editors_) {
        const std::string& key = each->field().key;
        if (draft_.isSet(key) || unread_.contains(key)) fields[key] = each->written();
    }
    return fields;
}

void FieldSections::setWritten(const nlohmann::json& fields) {
    setDraft({});
    for (FieldEditor* each : editors_) {
        const auto it = fields.find(each->field().key);
        if (it == fields.end()) continue;
        each->setWritten(*it);
        take(*each);
    }
    showRest(nullptr);
}

// What stands in an editor into the draft, or why it cannot be taken.
void FieldSections::take(const FieldEditor& editor) {
    try {
        editor.apply(draft_);
        unread_.erase(editor.field().key);
    } catch (const Error& error) {
        // The label stands beside the message: the key need not be said again.
        QString text = QString::fromStdString(error.whatHappened());
        if (!error.hint().empty()) text += ". " + QString::fromStdString(error.hint());
        unread_[editor.field().key] = text;
    }
}

void FieldSections::show(const std::function<bool(const FieldEditor&)>& wanted) {
    for (FieldEditor* each : editors_) {
        each->setApplies(each->field().applies(draft_.config()));
        if (wanted(*each)) each->show(draft_);
    }
}

// What derives from the edited field follows it; the field being written keeps the person's own spelling.
void FieldSections::showRest(const FieldEditor* edited) {
    show([&](const FieldEditor& each) { return &each != edited && !unread_.contains(each.field().key); });
}

FieldSections::Faults FieldSections::check() {
    std::map<std::string, QString> messages = unread_;
    Faults faults;
    for (const Problem& problem : tritlab::check(draft_.config())) {
        const QString text = QString::fromStdString(problem.message);
        if (problem.keys.empty()) faults.general << text;
        for (const std::string& key : problem.keys) {
            if (!messages.contains(key)) messages[key] = text;
        }
    }
    for (FieldEditor* each : editors_) {
        const auto it = messages.find(each->field().key);
        const bool applies = each->field().applies(draft_.config());
        each->setMessage(it == messages.end() || !applies ? QString() : it->second);
        if (it == messages.end()) continue;
        if (applies) faults.fields << QCoreApplication::translate("Field", each->field().label);
        else faults.general << it->second;
    }
    return faults;
}

}  // namespace tritlab
