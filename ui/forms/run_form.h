// The form of a new run, made from the field table: sections of fields, messages beside wrong ones, and beside them
// live the schedules, what the run costs, and the command line that does the same.
#pragma once

#include <QDialog>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/workspace.h"
#include "core/config/fields.h"
#include "ui/forms/sweep_editor.h"
#include "ui/models/series.h"

class QCheckBox;
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
class DraftKeeper;
class FieldEditor;
class StepMeasure;

class RunForm : public QDialog {
    Q_OBJECT
public:
    explicit RunForm(QWidget* parent = nullptr);
    ~RunForm() override;
    void load(const RunConfig& config, const QString& name);  // another run's frozen config
    void loadPreset(const QString& preset);
    void setWorkspace(const Workspace& workspace) { workspace_ = workspace; }  // where tokenizers and token caches are
    void setDrafts(DraftKeeper* drafts);  // what was left there is taken up, and from here on kept
    [[nodiscard]] SweepEditor* sweep() const { return sweep_; }
    [[nodiscard]] StepMeasure* measure() const { return measure_; }  // asks the window for figures
    void loadFile(const QString& path);
    void setData(const QStringList& paths);  // the text of the run, each with weight 1
    void saveFile(const QString& path) const;
    [[nodiscard]] const RunConfig& config() const { return draft_.config(); }
    [[nodiscard]] FieldEditor* editor(const std::string& key) const;
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] QString commandLine() const;
    // The run goes on from a checkpoint of another: what its weights and tokenizer fix cannot be changed. Loading
    // anything ends that.
    struct Branch {
        QString run;
        qint64 step = 0;
    };
    void setBranch(const QString& run, const QString& name, qint64 step);
    [[nodiscard]] const std::optional<Branch>& branch() const { return branch_; }

Q_SIGNALS:
    void startWanted(const QString& name, const tritlab::RunConfig& config);
    void sweepWanted(const QString& experiment, const std::vector<tritlab::SweepRun>& runs);

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeSections();
    QWidget* makeSide();
    void onEdited(FieldEditor* editor);
    void take(const FieldEditor& editor);
    void showRest(const FieldEditor* edited);
    void showAll();
    void validate();
    [[nodiscard]] nlohmann::json written() const;
    void takeUp(const nlohmann::json& form);
    void changed();
    void keepWritten();
    void setAside();
    void takeBack();
    void forget();
    void drawSchedules();
    void showCosts();
    void start();
    ConfigDraft draft_;
    void endBranch();
    QWidget* makeSweep(QWidget* board);
    bool checkSweep();
    bool startSweep(const QString& name);
    void tellChanges(const RunConfig& before, const QString& description);
    void showData();
    void overlaySchedules();
    QString preset_;
    std::optional<Branch> branch_;
    QLineEdit* name_;
    QComboBox* presets_;
    QLabel* presetText_;
    QPushButton* back_;
    QListWidget* sections_;
    QScrollArea* scroll_;
    std::map<FieldGroup, QWidget*> groups_;
    std::vector<std::unique_ptr<FieldEditor>> editors_;
    std::map<std::string, QString> unread_;  // fields whose text could not be taken, and why
    ChartWidget *lr_, *lambda_, *decay_;
    ChartGroup* charts_;
    QLabel* costs_;
    StepMeasure* measure_;
    QPlainTextEdit* command_;
    QLabel* problems_;
    QPushButton* start_ = nullptr;
    bool valid_ = false;
    SweepEditor* sweep_ = nullptr;
    QLabel* sweepMessage_ = nullptr;
    QWidget* sweepGroup_ = nullptr;
    std::size_t sweepCount_ = 1;
    QCheckBox* overlay_ = nullptr;
    Workspace workspace_;
    DraftKeeper* drafts_ = nullptr;
    nlohmann::json aside_;  // what was written before something else was loaded; null: nothing
    bool edited_ = false, loading_ = false;
};

}  // namespace tritlab
