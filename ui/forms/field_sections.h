// The fields of a run as sections: a list that leads to each section, and a board with an editor for each field. They
// write into a draft, which is kept here with what was written and cannot be read.
#pragma once

#include <QObject>
#include <QStringList>
#include <functional>
#include <map>
#include <vector>

#include "core/config/fields.h"

class QLabel;
class QListWidget;
class QScrollArea;
class QVBoxLayout;
class QWidget;

namespace tritlab {

class FieldEditor;

// The title above a section.
QLabel* sectionTitle(const QString& text, QWidget* parent);

class FieldSections : public QObject {
    Q_OBJECT
public:
    explicit FieldSections(QWidget* parent);  // makes list and board, and leaves their places to the parent's layout
    [[nodiscard]] QListWidget* list() const { return list_; }
    [[nodiscard]] QScrollArea* board() const { return board_; }
    void addSection(const QString& name, QWidget* section);           // below those of the fields
    [[nodiscard]] FieldEditor* editor(const std::string& key) const;  // null: there is no such field

    [[nodiscard]] const ConfigDraft& draft() const { return draft_; }
    void setDraft(ConfigDraft draft);  // in every editor; what could not be read is forgotten
    void setValue(const std::string& key, const FieldValue& value);
    [[nodiscard]] bool readable() const { return unread_.empty(); }  // what stands in the editors is all in the draft
    // Fields for which `fixed` holds cannot be changed.
    void setFixed(const std::function<bool(const std::string& key)>& fixed);

    // By key as it stands there, whether it can be read or not: the fields that were set.
    [[nodiscard]] nlohmann::json written() const;
    void setWritten(const nlohmann::json& fields);  // tells nobody

    struct Faults {
        QStringList fields;   // labels of the fields that are wrong
        QStringList general;  // messages that belong to no field that is seen
    };
    Faults check();  // and says beside each field what is wrong with it

Q_SIGNALS:
    void edited();  // by the person; the draft has it, or it cannot be read

private:
    void makeGroups(QWidget* groups);
    void addEditor(const Field& field, QWidget* group);
    void take(const FieldEditor& editor);
    void show(const std::function<bool(const FieldEditor&)>& wanted);
    void showRest(const FieldEditor* edited);
    ConfigDraft draft_;
    std::map<std::string, QString> unread_;  // fields whose text could not be taken, and why
    QListWidget* list_;
    QScrollArea* board_;
    QVBoxLayout* column_;
    std::vector<QWidget*> sections_;     // as the list names them
    std::vector<FieldEditor*> editors_;  // their sections' own
};

}  // namespace tritlab
