#include "ui/forms/run_form.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QVBoxLayout>
#include <utility>

#include "core/base/error.h"
#include "core/base/json_file.h"
#include "core/store/branch.h"
#include "ui/forms/branch_schedules.h"
#include "ui/forms/cost_panel.h"
#include "ui/forms/data_preview.h"
#include "ui/forms/schedule_panel.h"
#include "ui/forms/step_measure.h"
#include "ui/forms/sweep_section.h"
#include "ui/forms/train_command.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

RunForm::RunForm(QWidget* parent) : QDialog(parent), drafts_([this] { return written(); }) {
    setObjectName("runForm");
    setWindowTitle(tr("New run"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    QHBoxLayout* head = makeHead();
    auto* below = new QHBoxLayout;
    below->addWidget(presetText_, 1);
    below->addWidget(back_, 0, Qt::AlignTop);
    fields_ = new FieldSections(this);
    sweep_ = new SweepSection(fields_->board()->widget());
    fields_->addSection(tr("Sweep"), sweep_);
    problems_ = new QLabel(this);
    problems_->setObjectName("problems");
    problems_->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(this);
    start_ = buttons->addButton(tr("&Start"), QDialogButtonBox::AcceptRole);
    start_->setObjectName("startRun");
    start_->setDefault(true);
    QPushButton* cancel = buttons->addButton(QDialogButtonBox::Cancel);
    cancel->setObjectName("cancelRun");
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(problems_, 1);
    bottom->addWidget(buttons);
    auto* middle = new QHBoxLayout;
    middle->addWidget(fields_->list());
    middle->addWidget(fields_->board(), 3);
    middle->addWidget(makeSide(), 2);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(head);
    layout->addLayout(below);
    layout->addLayout(middle, 1);
    layout->addLayout(bottom);
    resize(1180, 740);

    const auto onEdited = [this] {
        validate();
        changed();
    };
    connect(fields_, &FieldSections::edited, this, onEdited);
    connect(sweep_, &SweepSection::edited, this, onEdited);
    connect(name_, &QLineEdit::textEdited, this, [this] {
        costs_->setCommand(commandLine());
        changed();
    });
    connect(start_, &QPushButton::clicked, this, &RunForm::start);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(this, &QDialog::finished, measure(), &StepMeasure::stop);
    loadPreset(presets_->findData("tiny") >= 0 ? "tiny" : presets_->itemData(0).toString());
}

// The line with name, preset, data and files; and what stands below it.
QHBoxLayout* RunForm::makeHead() {
    name_ = new QLineEdit(this);
    name_->setObjectName("runName");
    name_->setAccessibleName(tr("Name of the run"));
    name_->setPlaceholderText(tr("Name of the run"));
    presets_ = new QComboBox(this);
    presets_->setObjectName("presets");
    presets_->setAccessibleName(tr("Preset"));
    for (const PresetInfo& preset : presets()) {
        const QString id = QString::fromStdString(preset.name);
        presets_->addItem(QCoreApplication::translate("Preset", preset.title.c_str()), id);
        presets_->setItemData(presets_->count() - 1, QCoreApplication::translate("Preset", preset.description.c_str()),
                              Qt::ToolTipRole);
    }
    presetText_ = new QLabel(this);
    presetText_->setObjectName("presetText");
    presetText_->setWordWrap(true);
    presetText_->setForegroundRole(QPalette::PlaceholderText);
    back_ = new QPushButton(lineIcon(IconShape::Reset), tr("&Back to what was here"), this);
    back_->setObjectName("takeBack");
    back_->setToolTip(tr("What was written in the form before something else was loaded over it"));
    back_->hide();
    auto* open = new QPushButton(lineIcon(IconShape::Open), tr("&Open…"), this);
    open->setObjectName("openConfig");
    auto* save = new QPushButton(lineIcon(IconShape::Save), tr("S&ave…"), this);
    save->setObjectName("saveConfig");
    auto* presetLabel = new QLabel(tr("&Preset"), this);
    presetLabel->setBuddy(presets_);
    auto* nameLabel = new QLabel(tr("Na&me"), this);
    nameLabel->setBuddy(name_);
    auto* look = new QPushButton(lineIcon(IconShape::Folder), tr("&Data…"), this);
    look->setObjectName("previewData");
    look->setToolTip(tr("Look at the text: documents, skipped lines, the first batch as tokens"));
    auto* head = new QHBoxLayout;
    head->addWidget(nameLabel);
    head->addWidget(name_, 2);
    head->addWidget(presetLabel);
    head->addWidget(presets_, 2);
    for (QPushButton* each : {look, open, save}) head->addWidget(each);
    connect(presets_, &QComboBox::activated, this, [this](int index) {
        loadPreset(presets_->itemData(index).toString());
        drafts_.keep();
    });
    connect(back_, &QPushButton::clicked, this, &RunForm::takeBack);
    connect(look, &QPushButton::clicked, this, &RunForm::showData);
    connect(open, &QPushButton::clicked, this, &RunForm::openFile);
    connect(save, &QPushButton::clicked, this, &RunForm::askWhereToSave);
    return head;
}

QWidget* RunForm::makeSide() {
    auto* side = new QWidget(this);
    branchSchedules_ = new BranchSchedules(side);
    connect(branchSchedules_, &BranchSchedules::chosen, this, &RunForm::takeSchedule);
    schedules_ = new SchedulePanel(side);
    costs_ = new CostPanel(side);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(branchSchedules_);
    column->addWidget(schedules_, 1);
    column->addWidget(costs_);
    side->setMinimumWidth(340);
    return side;
}

SweepEditor* RunForm::sweep() const { return sweep_->editor(); }

StepMeasure* RunForm::measure() const { return costs_->measure(); }

QString RunForm::commandLine() const {
    if (branch_) return branchCommand(branch_->run, branch_->step, branch_->parent, config(), name_->text());
    return trainCommand(fields_->draft(), preset_, name_->text());
}

void RunForm::openFile() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a config"), {}, tr("Configs (*.tritlab *.json);;All files (*)"));
    if (!path.isEmpty()) loadFile(path);
}

void RunForm::askWhereToSave() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the config"), name_->text() + ".tritlab",
                                                      tr("Configs (*.tritlab *.json)"));
    if (path.isEmpty()) return;
    try {
        saveFile(path);
    } catch (const Error& error) {
        problems_->setText(QString::fromStdString(error.what()));
    }
}

void RunForm::showData() { (new DataPreviewDialog(frozen(config()), workspace_, this))->show(); }

void RunForm::setBranch(const QString& run, const QString& name, qint64 step, const RunConfig& parent) {
    ConfigDraft draft;
    draft.setJson(toJson(parent));
    fields_->setDraft(std::move(draft));
    presetText_->setText(tr("Goes on from the checkpoint of %1 at step %2, in a run of its own. The model and its text "
                            "stay as they are.")
                             .arg(name)
                             .arg(step));
    name_->setText(tr("%1 from %2").arg(name).arg(step));
    goOnFrom({run, step, parent});
    validate();
}

void RunForm::goOnFrom(Branch branch) {
    branch_ = std::move(branch);
    fields_->setFixed(&fixedInBranch);
    branchSchedules_->setParentRun(branch_->parent, branch_->step);
    schedules_->setParentRun(branch_->parent, branch_->step);
}

void RunForm::takeSchedule(BranchSchedule schedule) {
    if (!branch_) return;
    const RunConfig wanted = withBranchSchedule(branch_->parent, config(), branch_->step, schedule);
    for (const char* key : {"schedule_from", "schedule_steps", "lambda_start"})
        fields_->setValue(key, findField(key)->get(wanted));
    validate();
    changed();
}

void RunForm::endBranch() {
    if (!std::exchange(branch_, std::nullopt)) return;
    fields_->setFixed([](const std::string&) { return false; });
    branchSchedules_->clear();
    schedules_->clearParentRun();
}

void RunForm::setAside() {
    drafts_.setAside();
    back_->setVisible(drafts_.hasAside());
}

// In place of what stood in the form. preset: none where empty.
void RunForm::showDraft(ConfigDraft draft, const QString& preset, const QString& name) {
    endBranch();
    preset_ = preset;
    presets_->setCurrentIndex(preset.isEmpty() ? -1 : presets_->findData(preset));
    name_->setText(name);
    fields_->setDraft(std::move(draft));
    validate();
}

void RunForm::load(const RunConfig& other, const QString& name) {
    setAside();
    ConfigDraft draft;
    RunConfig config = other;
    // A branch's new curves begin where it left its parent; a run of its own begins at 0.
    if (config.scheduleFrom > 0) config.scheduleFrom = 0, config.lambdaStart = 0;
    // Only what differs from the defaults counts as set by the person, so that derived fields go on following the
    // others.
    for (const Field& field : fields()) {
        if (field.applies(config) && field.get(config) != field.get(draft.config()))
            draft.setValue(field.key, field.get(config));
    }
    presetText_->setText(tr("From the config of %1").arg(name));
    showDraft(std::move(draft), {}, name);
}

void RunForm::loadPreset(const QString& preset) {
    const RunConfig before = config();
    try {
        ConfigDraft draft = presetDraft(preset.toStdString());
        setAside();
        showDraft(std::move(draft), preset, preset);
        showChanges(before, presets_->itemData(presets_->findData(preset), Qt::ToolTipRole).toString());
    } catch (const Error& error) {
        problems_->setText(QString::fromStdString(error.what()));
    }
}

void RunForm::loadFile(const QString& path) {
    try {
        ConfigDraft draft;
        draft.setJson(readJsonFile(path.toStdString()), path.toStdString());
        setAside();
        const RunConfig before = config();
        showDraft(std::move(draft), {}, QFileInfo(path).completeBaseName());
        showChanges(before, path);
    } catch (const std::exception& error) {
        problems_->setText(tr("%1 could not be opened: %2").arg(path, QString::fromStdString(error.what())));
    }
}

// What loading a preset or a file altered: the first few settings in the line, all of them on hover.
void RunForm::showChanges(const RunConfig& before, const QString& description) {
    QStringList all;
    for (const FieldDifference& each : differences(before, config())) {
        const Field* field = findField(each.key);
        const auto part = [](const std::string& text) {
            return text.empty() ? QStringLiteral("–") : QString::fromStdString(text).simplified();
        };
        all << QStringLiteral("%1: %2 → %3")
                   .arg(field != nullptr ? QCoreApplication::translate("Field", field->label)
                                         : QString::fromStdString(each.key),
                        part(each.left), part(each.right));
    }
    QString text = description;
    if (!all.isEmpty()) {
        constexpr int shown = 4;
        text += QStringLiteral("\n") + tr("Changes %n setting(s): ", nullptr, static_cast<int>(all.size())) +
                all.mid(0, shown).join(QStringLiteral(";  "));
        if (all.size() > shown) text += tr(";  and %1 more").arg(all.size() - shown);
    }
    presetText_->setText(text);
    presetText_->setToolTip(all.join('\n').toHtmlEscaped().replace('\n', "<br>"));
}

void RunForm::setData(const QStringList& paths) {
    std::vector<DataSource> sources;
    for (const QString& path : paths) sources.push_back({path.toStdString(), 1.0});
    fields_->setValue("data", FieldValue(sources));
    validate();
    changed();
}

void RunForm::saveFile(const QString& path) const {
    writeFileAtomically(path.toStdString(), toJson(config()).dump(2) + "\n");
}

void RunForm::setDrafts(DraftKeeper* drafts) {
    if (const nlohmann::json left = drafts_.open(drafts); left.is_object()) {
        if (!takeUp(left)) return;
        const QString told = tr("As it was left. A preset begins anew."), before = presetText_->text();
        if (!before.endsWith(told)) presetText_->setText(before.isEmpty() ? told : before + "\n" + told);
        drafts_.setEdited();
    }
    back_->setVisible(drafts_.hasAside());
}

// Field by field as it stands there, what cannot be read included.
nlohmann::json RunForm::written() const {
    nlohmann::json form = {{"name", name_->text().toStdString()},
                           {"preset", preset_.toStdString()},
                           {"text", presetText_->text().toStdString()},
                           {"fields", fields_->written()}};
    form["sweep"] = nlohmann::json::array();
    for (const auto& [key, values] : sweep()->written())
        form["sweep"].push_back({key.toStdString(), values.toStdString()});
    if (branch_)
        form["branch"] = {
            {"run", branch_->run.toStdString()}, {"step", branch_->step}, {"config", toJson(branch_->parent)}};
    return form;
}

// What another version has written and this one cannot read gives way to its preset: false.
bool RunForm::takeUp(const nlohmann::json& form) {
    try {
        const QScopedValueRollback<bool> loading(loading_, true);
        const auto text = [&form](const char* key) { return QString::fromStdString(form.value(key, std::string())); };
        endBranch();
        preset_ = text("preset");
        presets_->setCurrentIndex(presets_->findData(preset_));
        fields_->setWritten(form.value("fields", nlohmann::json::object()));
        sweep()->clear();
        for (const nlohmann::json& row : form.value("sweep", nlohmann::json::array()))
            sweep()->addAxis(QString::fromStdString(row.at(0).get<std::string>()),
                             QString::fromStdString(row.at(1).get<std::string>()));
        if (const auto it = form.find("branch"); it != form.end())
            goOnFrom({QString::fromStdString(it->value("run", std::string())), it->value("step", qint64{0}),
                      configFromJson(it->at("config"))});
        presetText_->setText(text("text"));
        name_->setText(text("name"));
        validate();
        return true;
    } catch (const nlohmann::json::exception&) {
        loadPreset(preset_);
        return false;
    } catch (const Error&) {
        loadPreset(preset_);
        return false;
    }
}

void RunForm::takeBack() {
    const nlohmann::json form = drafts_.takeBack();
    back_->setVisible(drafts_.hasAside());
    if (takeUp(form)) changed();
}

// The person has written something.
void RunForm::changed() {
    if (loading_) return;
    drafts_.setEdited();
    drafts_.keep();
}

void RunForm::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && costs_ != nullptr) validate();
}

void RunForm::validate() {
    const FieldSections::Faults faults = fields_->check();
    QStringList wrong = faults.fields;
    if (!sweep_->check(fields_->draft(), fields_->readable(), branch_.has_value())) wrong << tr("Sweep");
    const auto runs = static_cast<int>(sweep_->count());
    start_->setText(runs > 1 ? tr("&Start %n run(s)", nullptr, runs) : tr("&Start"));
    valid_ = fields_->readable() && wrong.isEmpty() && faults.general.isEmpty();
    start_->setEnabled(valid_);
    start_->setToolTip(valid_ ? QString() : tr("Something is wrong in the form"));
    QString text = faults.general.join(" ");
    if (!wrong.isEmpty()) text += tr("To be mended: %1.").arg(wrong.join(", "));
    problems_->setText(text);
    QPalette colors = problems_->palette();
    colors.setColor(QPalette::WindowText, badColor(isDark(palette())));
    problems_->setPalette(colors);
    branchSchedules_->setConfig(config(), valid_);
    schedules_->setConfig(config(), valid_);
    showSide();
}

// Costs and command; they depend on branch and name as well.
void RunForm::showSide() {
    costs_->setConfig(config(), valid_ && fields_->readable(), branch_ ? branch_->step : 0);
    costs_->setCommand(commandLine());
}

void RunForm::start() {
    if (!valid_) return;
    const QString name = name_->text().trimmed();
    // What is handed over is frozen: fields that do not apply go back to their defaults.
    try {
        if (const std::vector<SweepAxis> axes = sweep()->axes(); !axes.empty()) {
            const QString experiment = name.isEmpty() ? tr("sweep") : name;
            Q_EMIT sweepWanted(experiment, sweepRuns(fields_->draft(), experiment.toStdString(), axes));
        } else {
            Q_EMIT startWanted(name.isEmpty() ? tr("run") : name, configFromJson(toJson(config())));
        }
        drafts_.forget();
        accept();
    } catch (const Error& error) {
        problems_->setText(QString::fromStdString(error.what()));
    }
}

}  // namespace tritlab
