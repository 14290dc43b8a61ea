#include "ui/forms/field_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QFileDialog>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QToolButton>

#include "core/base/error.h"
#include "ui/forms/sources_editor.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

QString translated(const char* text) {
    return text == nullptr || *text == 0 ? QString() : QCoreApplication::translate("Field", text);
}

// The wheel belongs to the form's scrolling, not to whatever editor happens to be below the pointer.
class QuietCombo : public QComboBox {
public:
    using QComboBox::QComboBox;
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

}  // namespace

FieldEditor::FieldEditor(const Field& field, QWidget* parent, QGridLayout* grid, int row)
    : QObject(parent), field_(&field) {
    const QString name = QString::fromStdString(field.key);
    label_ = new QLabel(translated(field.label), parent);
    makeEditor(parent);
    const QString help = QString("<b>%1</b><p>%2<p>%3<p><tt>%4</tt>")
                             .arg(translated(field.label).toHtmlEscaped(), translated(field.help).toHtmlEscaped(),
                                  QString::fromStdString(field.description).toHtmlEscaped(), name);
    editor_->setObjectName("field:" + name);
    editor_->setAccessibleName(translated(field.label));
    editor_->setToolTip(help);
    label_->setToolTip(help);
    label_->setBuddy(editor_);
    unit_ = new QLabel(translated(field.unit), parent);
    unit_->setForegroundRole(QPalette::PlaceholderText);
    reset_ = new QToolButton(parent);
    reset_->setObjectName("reset:" + name);
    reset_->setIcon(lineIcon(IconShape::Reset));
    reset_->setAutoRaise(true);
    reset_->setToolTip(tr("Back to the default"));
    reset_->setAccessibleName(tr("Reset %1").arg(translated(field.label)));
    reset_->setFocusPolicy(Qt::TabFocus);
    QSizePolicy keep = reset_->sizePolicy();
    keep.setRetainSizeWhenHidden(true);
    reset_->setSizePolicy(keep);
    message_ = new QLabel(parent);
    message_->setObjectName("message:" + name);
    message_->setWordWrap(true);
    message_->hide();
    const bool tall = field.kind == FieldKind::Sources;
    grid->addWidget(label_, row, 0, tall ? Qt::AlignTop : Qt::AlignVCenter);
    grid->addWidget(editor_, row, 1);
    grid->addWidget(unit_, row, 2);
    grid->addWidget(reset_, row, 3, tall ? Qt::AlignTop : Qt::AlignVCenter);
    grid->addWidget(message_, row + 1, 1, 1, 3);
    connect(reset_, &QToolButton::clicked, this, &FieldEditor::resetWanted);
}

void FieldEditor::makeEditor(QWidget* parent) {
    const auto tell = [this] {
        if (!filling_) Q_EMIT edited();
    };
    switch (field_->kind) {
        case FieldKind::Bool: {
            auto* box = new QCheckBox(parent);
            connect(box, &QCheckBox::toggled, this, tell);
            editor_ = box;
            break;
        }
        case FieldKind::Enum: {
            auto* combo = new QuietCombo(parent);
            combo->setFocusPolicy(Qt::StrongFocus);
            for (const Choice& choice : field_->choices)
                combo->addItem(translated(choice.label), QString::fromStdString(choice.key));
            connect(combo, &QComboBox::currentIndexChanged, this, tell);
            editor_ = combo;
            break;
        }
        case FieldKind::Sources:
            sources_ = new SourcesEditor(parent);
            connect(sources_, &SourcesEditor::edited, this, tell);
            editor_ = sources_;
            break;
        case FieldKind::Text: {
            auto* edit = new QPlainTextEdit(parent);
            edit->setTabChangesFocus(true);
            edit->setFixedHeight(edit->fontMetrics().height() * 3 + 14);
            connect(edit, &QPlainTextEdit::textChanged, this, tell);
            editor_ = edit;
            break;
        }
        case FieldKind::Path:
        case FieldKind::Int:
        case FieldKind::Real: {
            auto* edit = new QLineEdit(parent);
            connect(edit, &QLineEdit::textEdited, this, tell);
            editor_ = edit;
            if (field_->kind != FieldKind::Path) break;
            QAction* browse = edit->addAction(lineIcon(IconShape::Open), QLineEdit::TrailingPosition);
            browse->setToolTip(tr("Choose a file"));
            connect(browse, &QAction::triggered, this, [this, edit] {
                const QString path = QFileDialog::getOpenFileName(edit, translated(field_->label));
                if (path.isEmpty()) return;
                edit->setText(path);
                Q_EMIT edited();
            });
            break;
        }
    }
}

QString FieldEditor::text() const {
    if (const auto* box = qobject_cast<QCheckBox*>(editor_)) return box->isChecked() ? "true" : "false";
    if (const auto* combo = qobject_cast<QComboBox*>(editor_)) return combo->currentData().toString();
    if (const auto* edit = qobject_cast<QPlainTextEdit*>(editor_)) return edit->toPlainText();
    if (const auto* edit = qobject_cast<QLineEdit*>(editor_)) return edit->text();
    return {};
}

void FieldEditor::setText(const QString& text) {
    if (auto* box = qobject_cast<QCheckBox*>(editor_)) box->setChecked(text == "true");
    else if (auto* combo = qobject_cast<QComboBox*>(editor_)) combo->setCurrentIndex(combo->findData(text));
    else if (auto* area = qobject_cast<QPlainTextEdit*>(editor_)) area->setPlainText(text);
    else if (auto* edit = qobject_cast<QLineEdit*>(editor_)) edit->setText(text);
}

nlohmann::json FieldEditor::written() const {
    if (sources_ == nullptr) return text().toStdString();
    nlohmann::json rows = nlohmann::json::array();
    for (const auto& [path, weight] : sources_->written()) rows.push_back({path.toStdString(), weight.toStdString()});
    return rows;
}

void FieldEditor::setWritten(const nlohmann::json& written) {
    filling_ = true;
    if (sources_ != nullptr) {
        std::vector<SourcesEditor::Row> rows;
        for (const nlohmann::json& row : written)
            rows.emplace_back(QString::fromStdString(row.at(0).get<std::string>()),
                              QString::fromStdString(row.at(1).get<std::string>()));
        sources_->setWritten(rows);
    } else {
        setText(QString::fromStdString(written.get<std::string>()));
    }
    filling_ = false;
}

void FieldEditor::show(const ConfigDraft& draft) {
    const FieldValue value = field_->get(draft.config());
    filling_ = true;
    if (sources_ != nullptr) sources_->setSources(std::get<std::vector<DataSource>>(value));
    else
        setText(QString::fromStdString(field_->kind == FieldKind::Text ? std::get<std::string>(value)
                                                                       : valueText(*field_, value)));
    filling_ = false;
    reset_->setVisible(draft.isSet(field_->key) && !editor_->isHidden());
}

void FieldEditor::apply(ConfigDraft& draft) const {
    if (sources_ != nullptr) draft.setValue(field_->key, FieldValue(sources_->sources()));
    else if (field_->kind == FieldKind::Text || field_->kind == FieldKind::Path)
        draft.setValue(field_->key, FieldValue(text().toStdString()));
    else draft.setText(field_->key, text().toStdString());
    reset_->setVisible(!editor_->isHidden());
}

void FieldEditor::setMessage(const QString& message) {
    message_->setText(message);
    message_->setVisible(!message.isEmpty() && !editor_->isHidden());
    QPalette colors = QGuiApplication::palette();  // its own may still be that of the theme before
    colors.setColor(QPalette::WindowText, badColor(isDark(colors)));
    message_->setPalette(colors);
}

QString FieldEditor::message() const { return message_->text(); }

void FieldEditor::setApplies(bool applies) {
    for (QWidget* widget : std::initializer_list<QWidget*>{label_, editor_, unit_}) widget->setVisible(applies);
    QSizePolicy keep = reset_->sizePolicy();
    keep.setRetainSizeWhenHidden(applies);  // a row that is gone leaves no gap
    reset_->setSizePolicy(keep);
    if (!applies) {
        reset_->hide();
        message_->hide();
    }
}

}  // namespace tritlab
