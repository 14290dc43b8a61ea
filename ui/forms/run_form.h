// The form of a new run, made from the field table: sections of fields, messages beside wrong ones, and beside them live the schedules,
// what the run costs, and the command line that does the same.
#pragma once

#include <QDialog>
#include <map>
#include <memory>
#include <vector>

#include "core/config/fields.h"
#include "ui/plots/series.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;

namespace tritlab {

class ChartGroup;
class ChartWidget;
class FieldEditor;

class RunForm : public QDialog {
    Q_OBJECT
public:
    explicit RunForm(QWidget* parent = nullptr);
    ~RunForm() override;
    void load(const RunConfig& config, const QString& name);  // another run's frozen config
    void loadPreset(const QString& preset);
    void loadFile(const QString& path);
    void saveFile(const QString& path) const;
    [[nodiscard]] const RunConfig& config() const { return draft_.config(); }
    [[nodiscard]] FieldEditor* editor(const std::string& key) const;
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] QString commandLine() const;

Q_SIGNALS:
    void startWanted(const QString& name, const tritlab::RunConfig& config);

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeSections();
    QWidget* makeSide();
    void onEdited(FieldEditor* editor);
    void showAll();
    void validate();
    void drawSchedules();
    void showCosts();
    void start();
    ConfigDraft draft_;
    QString preset_;
    QLineEdit* name_;
    QComboBox* presets_;
    QLabel* presetText_;
    QListWidget* sections_;
    QScrollArea* scroll_;
    std::map<FieldGroup, QWidget*> groups_;
    std::vector<std::unique_ptr<FieldEditor>> editors_;
    std::map<std::string, QString> unread_;   // fields whose text could not be taken, and why
    ChartWidget *lr_, *lambda_, *decay_;
    ChartGroup* charts_;
    QLabel* costs_;
    QPlainTextEdit* command_;
    QLabel* problems_;
    QPushButton* start_ = nullptr;
    bool valid_ = false;
};

}  // namespace tritlab
