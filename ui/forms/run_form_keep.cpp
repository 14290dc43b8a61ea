// What is written in the form is kept while it is written: closing it, or a crash, loses nothing, and what is loaded
// over it can be taken back.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <utility>

#include "core/base/error.h"
#include "ui/forms/field_editor.h"
#include "ui/forms/run_form.h"
#include "ui/forms/sweep_editor.h"
#include "ui/services/draft_keeper.h"

namespace tritlab {

namespace {

constexpr const char* draftName = "form";
constexpr const char* asideName = "form-aside";

}  // namespace

void RunForm::setDrafts(DraftKeeper* drafts) {
    drafts_ = drafts;
    aside_ = drafts_->draft(asideName);
    if (const nlohmann::json draft = drafts_->draft(draftName); draft.is_object()) {
        try {
            takeUp(draft);
        } catch (const nlohmann::json::exception&) {
            return loadPreset(preset_);  // written by another version
        }
        const QString told = tr("As it was left. A preset begins anew."), before = presetText_->text();
        if (!before.endsWith(told)) presetText_->setText(before.isEmpty() ? told : before + "\n" + told);
        edited_ = true;
    }
    back_->setVisible(aside_.is_object());
}

// Field by field as it stands there, what cannot be read included.
nlohmann::json RunForm::written() const {
    nlohmann::json form = {{"name", name_->text().toStdString()},
                           {"preset", preset_.toStdString()},
                           {"text", presetText_->text().toStdString()}};
    form["fields"] = nlohmann::json::object();
    for (const auto& each : editors_) {
        const std::string& key = each->field().key;
        if (draft_.isSet(key) || unread_.contains(key)) form["fields"][key] = each->written();
    }
    form["sweep"] = nlohmann::json::array();
    for (const auto& [key, values] : sweep_->written())
        form["sweep"].push_back({key.toStdString(), values.toStdString()});
    if (branch_) form["branch"] = {{"run", branch_->run.toStdString()}, {"step", branch_->step}};
    return form;
}

void RunForm::takeUp(const nlohmann::json& form) {
    const auto text = [&form](const char* key) { return QString::fromStdString(form.value(key, std::string())); };
    loading_ = true;
    endBranch();
    draft_ = ConfigDraft();
    unread_.clear();
    preset_ = text("preset");
    presets_->setCurrentIndex(presets_->findData(preset_));
    showAll();
    const nlohmann::json fields = form.value("fields", nlohmann::json::object());
    for (const auto& each : editors_) {
        const auto it = fields.find(each->field().key);
        if (it == fields.end()) continue;
        each->setWritten(*it);
        take(*each);
    }
    sweep_->clear();
    for (const nlohmann::json& row : form.value("sweep", nlohmann::json::array()))
        sweep_->addAxis(QString::fromStdString(row.at(0).get<std::string>()),
                        QString::fromStdString(row.at(1).get<std::string>()));
    if (const auto it = form.find("branch"); it != form.end())
        setBranch(QString::fromStdString(it->value("run", std::string())), {}, it->value("step", qint64{0}));
    presetText_->setText(text("text"));
    name_->setText(text("name"));
    showRest(nullptr);
    loading_ = false;
}

// The person has written something.
void RunForm::changed() {
    if (loading_) return;
    edited_ = true;
    keepWritten();
}

void RunForm::keepWritten() {
    if (drafts_ != nullptr) drafts_->keep(draftName, written());
}

// Something else is about to be loaded over what was written.
void RunForm::setAside() {
    if (!std::exchange(edited_, false)) return;
    aside_ = written();
    back_->show();
    if (drafts_ == nullptr) return;
    drafts_->keep(asideName, aside_);
    drafts_->keep(draftName, {});
}

void RunForm::takeBack() {
    const nlohmann::json form = std::exchange(aside_, {});
    if (drafts_ != nullptr) drafts_->keep(asideName, {});
    back_->hide();
    setAside();
    takeUp(form);
    changed();
}

// It has become a run.
void RunForm::forget() {
    edited_ = false;
    if (drafts_ != nullptr) drafts_->keep(draftName, {});
}

}  // namespace tritlab
