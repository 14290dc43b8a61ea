// The form of a new run, made from the field table: sections of fields, messages beside wrong ones, and beside them
// live the schedules, what the run costs, and the command line that does the same.
#pragma once

#include <QDialog>
#include <optional>
#include <vector>

#include "core/base/workspace.h"
#include "core/run/schedules.h"
#include "ui/forms/field_sections.h"
#include "ui/forms/form_drafts.h"
#include "ui/forms/sweep_editor.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace tritlab {

class BranchSchedules;
class CostPanel;
class SchedulePanel;
class StepMeasure;
class SweepSection;

class RunForm : public QDialog {
    Q_OBJECT
public:
    explicit RunForm(QWidget* parent = nullptr);
    void load(const RunConfig& other, const QString& name);  // another run's frozen config
    void loadPreset(const QString& preset);
    void setWorkspace(const Workspace& workspace) { workspace_ = workspace; }  // where tokenizers and token caches are
    void setDrafts(DraftKeeper* drafts);  // what was left there is taken up, and from here on kept
    [[nodiscard]] SweepEditor* sweep() const;
    [[nodiscard]] StepMeasure* measure() const;  // asks the window for figures
    void loadFile(const QString& path);
    void setData(const QStringList& paths);  // the text of the run, each with weight 1
    void saveFile(const QString& path) const;
    [[nodiscard]] const RunConfig& config() const { return fields_->draft().config(); }
    [[nodiscard]] FieldEditor* editor(const std::string& key) const { return fields_->editor(key); }
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] QString commandLine() const;
    // The run goes on from a checkpoint of another: what its weights and tokenizer fix cannot be changed. Loading
    // anything ends that.
    struct Branch {
        QString run;
        qint64 step = 0;
        RunConfig parent;
    };
    // Begins with the parent's config, which the person changes: nothing follows another field by itself.
    void setBranch(const QString& run, const QString& name, qint64 step, const RunConfig& parent);
    [[nodiscard]] const std::optional<Branch>& branch() const { return branch_; }

Q_SIGNALS:
    void startWanted(const QString& name, const tritlab::RunConfig& config);
    void sweepWanted(const QString& experiment, const std::vector<tritlab::SweepRun>& runs);

protected:
    void changeEvent(QEvent* event) override;

private:
    QHBoxLayout* makeHead();
    QWidget* makeSide();
    void openFile();
    void askWhereToSave();
    void showData();
    void setAside();
    void showDraft(ConfigDraft draft, const QString& preset, const QString& name);
    void showChanges(const RunConfig& before, const QString& description);
    void goOnFrom(Branch branch);
    void takeSchedule(BranchSchedule schedule);
    void endBranch();
    [[nodiscard]] nlohmann::json written() const;
    bool takeUp(const nlohmann::json& form);
    void takeBack();
    void changed();
    void validate();
    void showSide();
    void start();
    QString preset_;
    std::optional<Branch> branch_;
    QLineEdit* name_;
    QComboBox* presets_;
    QLabel* presetText_;
    QPushButton* back_;
    FieldSections* fields_;
    SweepSection* sweep_;
    BranchSchedules* branchSchedules_;
    SchedulePanel* schedules_;
    CostPanel* costs_ = nullptr;  // made last
    QLabel* problems_;
    QPushButton* start_;
    bool valid_ = false, loading_ = false;
    Workspace workspace_;
    FormDrafts drafts_;
};

}  // namespace tritlab
