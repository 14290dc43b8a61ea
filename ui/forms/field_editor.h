// One field of the table as label, editor, unit, reset button and a line for what is wrong. Numbers are text lines, so
// that 3e-4 can be written; what is written is read by the draft, never here.
#pragma once

#include <QObject>
#include <QString>

#include "core/config/fields.h"

class QGridLayout;
class QLabel;
class QToolButton;
class QWidget;

namespace tritlab {

class SourcesEditor;

class FieldEditor : public QObject {
    Q_OBJECT
public:
    // Adds its widgets as two rows of `grid`, from `row` on.
    FieldEditor(const Field& field, QWidget* parent, QGridLayout* grid, int row);
    [[nodiscard]] const Field& field() const { return *field_; }
    void show(const ConfigDraft& draft);             // the draft's value, unless the person is writing in the field
    void apply(ConfigDraft& draft) const;            // throws Error
    [[nodiscard]] nlohmann::json written() const;    // what stands there, whether it can be read or not
    void setWritten(const nlohmann::json& written);  // tells nobody
    void setMessage(const QString& message);         // empty: right
    [[nodiscard]] QString message() const;
    void setApplies(bool applies);
    [[nodiscard]] QWidget* editor() const { return editor_; }

Q_SIGNALS:
    void edited();
    void resetWanted();

private:
    void makeEditor(QWidget* parent);
    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    const Field* field_;
    QLabel* label_;
    QWidget* editor_ = nullptr;
    SourcesEditor* sources_ = nullptr;
    QLabel* unit_;
    QToolButton* reset_;
    QLabel* message_;
    bool filling_ = false;
};

}  // namespace tritlab
