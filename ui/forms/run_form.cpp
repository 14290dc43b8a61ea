#include "ui/forms/run_form.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/store/branch.h"
#include "ui/forms/field_editor.h"
#include "ui/forms/step_measure.h"
#include "ui/plots/chart_widget.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

QString groupText(FieldGroup group) { return QCoreApplication::translate("Field", groupLabel(group)); }

}  // namespace

RunForm::RunForm(QWidget* parent) : QDialog(parent) {
    setObjectName("runForm");
    setWindowTitle(tr("New run"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
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
    connect(back_, &QPushButton::clicked, this, &RunForm::takeBack);
    auto* below = new QHBoxLayout;
    below->addWidget(presetText_, 1);
    below->addWidget(back_, 0, Qt::AlignTop);
    auto* open = new QPushButton(lineIcon(IconShape::Open), tr("&Open…"), this);
    open->setObjectName("openConfig");
    auto* save = new QPushButton(lineIcon(IconShape::Save), tr("S&ave…"), this);
    save->setObjectName("saveConfig");
    auto* top = new QHBoxLayout;
    auto* presetLabel = new QLabel(tr("&Preset"), this);
    presetLabel->setBuddy(presets_);
    auto* nameLabel = new QLabel(tr("Na&me"), this);
    nameLabel->setBuddy(name_);
    top->addWidget(nameLabel);
    top->addWidget(name_, 2);
    top->addWidget(presetLabel);
    top->addWidget(presets_, 2);
    auto* look = new QPushButton(lineIcon(IconShape::Folder), tr("&Data…"), this);
    look->setObjectName("previewData");
    look->setToolTip(tr("Look at the text: documents, skipped lines, the first batch as tokens"));
    connect(look, &QPushButton::clicked, this, &RunForm::showData);
    top->addWidget(look);
    top->addWidget(open);
    top->addWidget(save);

    makeSections();
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
    middle->addWidget(sections_);
    middle->addWidget(scroll_, 3);
    middle->addWidget(makeSide(), 2);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addLayout(below);
    layout->addLayout(middle, 1);
    layout->addLayout(bottom);
    resize(1180, 740);

    connect(presets_, &QComboBox::activated, this, [this](int index) {
        loadPreset(presets_->itemData(index).toString());
        keepWritten();
    });
    connect(name_, &QLineEdit::textEdited, this, &RunForm::changed);
    connect(start_, &QPushButton::clicked, this, &RunForm::start);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(this, &QDialog::finished, measure_, &StepMeasure::stop);
    const auto tell = [this](const Error& error) { problems_->setText(QString::fromStdString(error.what())); };
    connect(open, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("Open a config"), {},
                                                          tr("Configs (*.tritlab *.json);;All files (*)"));
        if (!path.isEmpty()) loadFile(path);
    });
    connect(save, &QPushButton::clicked, this, [this, tell] {
        const QString path = QFileDialog::getSaveFileName(this, tr("Save the config"), name_->text() + ".tritlab",
                                                          tr("Configs (*.tritlab *.json)"));
        if (path.isEmpty()) return;
        try {
            saveFile(path);
        } catch (const Error& error) {
            tell(error);
        }
    });
    loadPreset(presets_->findData("tiny") >= 0 ? "tiny" : presets_->itemData(0).toString());
}

RunForm::~RunForm() = default;

void RunForm::makeSections() {
    sections_ = new QListWidget(this);
    sections_->setObjectName("sections");
    sections_->setAccessibleName(tr("Sections"));
    sections_->setFrameShape(QFrame::NoFrame);
    sections_->setSpacing(2);
    sections_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* board = new QWidget;
    auto* column = new QVBoxLayout(board);
    column->setSpacing(4);
    std::map<FieldGroup, QGridLayout*> grids;
    for (const Field& field : fields()) {
        QGridLayout*& grid = grids[field.group];
        if (grid == nullptr) {
            auto* group = new QWidget(board);
            groups_[field.group] = group;
            auto* title = new QLabel(groupText(field.group), group);
            QFont font = title->font();
            font.setWeight(QFont::DemiBold);
            font.setPointSizeF(font.pointSizeF() * 1.1);
            title->setFont(font);
            grid = new QGridLayout(group);
            grid->setContentsMargins(4, 6, 8, 10);
            grid->setVerticalSpacing(4);
            grid->setColumnMinimumWidth(0, 150);
            grid->setColumnStretch(1, 1);
            grid->setColumnMinimumWidth(2, 54);
            grid->addWidget(title, 0, 0, 1, 4);
            column->addWidget(group);
            auto* item = new QListWidgetItem(groupText(field.group), sections_);
            item->setData(Qt::UserRole, static_cast<int>(field.group));
        }
        auto editor = std::make_unique<FieldEditor>(field, groups_[field.group], grid, grid->rowCount());
        FieldEditor* raw = editor.get();
        connect(raw, &FieldEditor::edited, this, [this, raw] { onEdited(raw); });
        connect(raw, &FieldEditor::resetWanted, this, [this, raw] {
            draft_.reset(raw->field().key);
            unread_.erase(raw->field().key);
            showRest(nullptr);  // what stands wrong elsewhere stays to be mended
            changed();
        });
        editors_.push_back(std::move(editor));
    }
    sweepGroup_ = makeSweep(board);
    column->addWidget(sweepGroup_);
    new QListWidgetItem(tr("Sweep"), sections_);
    column->addStretch(1);
    scroll_ = new QScrollArea(this);
    scroll_->setObjectName("fieldScroll");
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setWidget(board);
    scroll_->setMinimumWidth(420);
    int widest = 0;
    for (int i = 0; i < sections_->count(); ++i)
        widest = std::max(widest, sections_->fontMetrics().horizontalAdvance(sections_->item(i)->text()));
    sections_->setFixedWidth(widest + 28);
    connect(sections_, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row < 0) return;
        const QVariant group = sections_->item(row)->data(Qt::UserRole);
        const QWidget* target = group.isValid() ? groups_[static_cast<FieldGroup>(group.toInt())] : sweepGroup_;
        scroll_->verticalScrollBar()->setValue(target->y());
    });
}

FieldEditor* RunForm::editor(const std::string& key) const {
    for (const auto& each : editors_) {
        if (each->field().key == key) return each.get();
    }
    return nullptr;
}

void RunForm::setBranch(const QString& run, const QString& name, qint64 step) {
    branch_ = Branch{run, step};
    presetText_->setText(tr("Goes on from the checkpoint of %1 at step %2, in a run of its own. The model and its text "
                            "stay as they are.")
                             .arg(name)
                             .arg(step));
    name_->setText(tr("%1 from %2").arg(name).arg(step));
    for (const auto& each : editors_) each->editor()->setEnabled(!fixedInBranch(each->field().key));
    showCosts();
}

void RunForm::endBranch() {
    if (!std::exchange(branch_, std::nullopt)) return;
    for (const auto& each : editors_) each->editor()->setEnabled(true);
}

void RunForm::load(const RunConfig& config, const QString& name) {
    setAside();
    endBranch();
    draft_ = ConfigDraft();
    // Only what differs from the defaults counts as set by the person, so that derived fields go on following the
    // others.
    for (const Field& field : fields()) {
        if (field.applies(config) && field.get(config) != field.get(draft_.config()))
            draft_.setValue(field.key, field.get(config));
    }
    preset_.clear();
    presets_->setCurrentIndex(-1);
    presetText_->setText(tr("From the config of %1").arg(name));
    name_->setText(name);
    unread_.clear();
    showAll();
}

void RunForm::loadPreset(const QString& preset) {
    const RunConfig before = draft_.config();
    try {
        ConfigDraft draft = presetDraft(preset.toStdString());
        setAside();
        draft_ = std::move(draft);
    } catch (const Error& error) {
        problems_->setText(QString::fromStdString(error.what()));
        return;
    }
    endBranch();
    preset_ = preset;
    const int at = presets_->findData(preset);
    presets_->setCurrentIndex(at);
    tellChanges(before, presets_->itemData(at, Qt::ToolTipRole).toString());
    name_->setText(preset);
    unread_.clear();
    showAll();
}

void RunForm::loadFile(const QString& path) {
    try {
        ConfigDraft draft;
        draft.setJson(nlohmann::json::parse(readFile(path.toStdString())), path.toStdString());
        setAside();
        endBranch();
        const RunConfig before = draft_.config();
        draft_ = draft;
        preset_.clear();
        presets_->setCurrentIndex(-1);
        tellChanges(before, path);
        name_->setText(QFileInfo(path).completeBaseName());
        unread_.clear();
        showAll();
    } catch (const std::exception& error) {
        problems_->setText(tr("%1 could not be opened: %2").arg(path, QString::fromStdString(error.what())));
    }
}

void RunForm::setData(const QStringList& paths) {
    std::vector<DataSource> sources;
    for (const QString& path : paths) sources.push_back({path.toStdString(), 1.0});
    draft_.setValue("data", FieldValue(sources));
    unread_.erase("data");
    showRest(nullptr);
    changed();
}

void RunForm::saveFile(const QString& path) const {
    writeFileAtomically(path.toStdString(), toJson(draft_.config()).dump(2) + "\n");
}

void RunForm::onEdited(FieldEditor* edited) {
    take(*edited);
    showRest(edited);
    changed();
}

// What stands in an editor into the draft, or why it cannot be taken.
void RunForm::take(const FieldEditor& editor) {
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

void RunForm::showRest(const FieldEditor* edited) {
    for (const auto& each : editors_) {
        // What derives from the edited field follows it; the field being written keeps the person's own spelling.
        each->setApplies(each->field().applies(draft_.config()));
        if (each.get() != edited && !unread_.contains(each->field().key)) each->show(draft_);
    }
    validate();
}

void RunForm::showAll() {
    for (const auto& each : editors_) {
        each->setApplies(each->field().applies(draft_.config()));
        each->show(draft_);
    }
    validate();
}

void RunForm::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && start_ != nullptr && !editors_.empty()) validate();
}

void RunForm::validate() {
    std::map<std::string, QString> messages = unread_;
    QStringList general;
    const bool readable = unread_.empty();
    for (const Problem& problem : check(draft_.config())) {
        const QString text = QString::fromStdString(problem.message);
        if (problem.keys.empty()) general << text;
        for (const std::string& key : problem.keys) {
            if (!messages.contains(key)) messages[key] = text;
        }
    }
    QStringList wrong;
    for (const auto& each : editors_) {
        const auto it = messages.find(each->field().key);
        const bool applies = each->field().applies(draft_.config());
        each->setMessage(it == messages.end() || !applies ? QString() : it->second);
        if (it != messages.end()) {
            if (applies) wrong << QCoreApplication::translate("Field", each->field().label);
            else general << it->second;
        }
    }
    const bool sweepRight = checkSweep();
    if (!sweepRight) wrong << tr("Sweep");
    valid_ = readable && wrong.isEmpty() && general.isEmpty();
    start_->setEnabled(valid_);
    start_->setToolTip(valid_ ? QString() : tr("Something is wrong in the form"));
    QString text = general.join(" ");
    if (!wrong.isEmpty()) text += tr("To be mended: %1.").arg(wrong.join(", "));
    problems_->setText(text);
    QPalette colors = problems_->palette();
    colors.setColor(QPalette::WindowText, badColor(isDark(palette())));
    problems_->setPalette(colors);
    drawSchedules();
    showCosts();
    command_->setPlainText(commandLine());
}

void RunForm::start() {
    if (!valid_) return;
    const QString name = name_->text().trimmed();
    // What is handed over is frozen: fields that do not apply go back to their defaults.
    try {
        if (startSweep(name.isEmpty() ? tr("sweep") : name)) {
            forget();
            accept();
            return;
        }
        const RunConfig frozen = configFromJson(toJson(draft_.config()));
        Q_EMIT startWanted(name.isEmpty() ? tr("run") : name, frozen);
        forget();
        accept();
    } catch (const Error& error) {
        problems_->setText(QString::fromStdString(error.what()));
    }
}

}  // namespace tritlab
