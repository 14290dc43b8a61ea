#include "ui/chat/model_picker.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QVBoxLayout>

#include "core/base/number.h"
#include "ui/models/run_list_model.h"
#include "ui/services/store_reader.h"

namespace tritlab {

namespace {

constexpr int shownRuns = 200;  // the newest; an older one is chosen by selecting it in the run list
constexpr qsizetype keptFolders = 12;
constexpr int waysToChoose = 2;  // the last entries: a folder, a file

}  // namespace

ModelPicker::ModelPicker(RunListModel* runs, StoreReader* reader, const QString& suffix, QWidget* parent)
    : QWidget(parent), runs_(runs), reader_(reader) {
    const auto combo = [&](const char* name, const QString& label, const QString& tip) {
        auto* box = new QComboBox(this);
        box->setObjectName(name + suffix);
        box->setAccessibleName(label);
        box->setToolTip(tip);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
        box->installEventFilter(this);
        return box;
    };
    models_ =
        combo("chatModel", tr("Model to talk to"), tr("The run whose weights answer, a model folder, or a GGUF file"));
    weights_ = combo("chatWeights", tr("Weights"), tr("The newest weights of the run, or those of a checkpoint"));
    precision_ = combo(
        "chatPrecision", tr("Precision"),
        tr("Packed: the ternary weights as they will be used. Full: the shadow weights that training keeps, without "
           "rounding them to three values"));
    weights_->addItem(tr("newest"), -1);
    precision_->addItem(tr("packed"), false);
    precision_->addItem(tr("full"), true);
    auto* second = new QHBoxLayout;
    second->addWidget(weights_, 3);
    second->addWidget(precision_, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(models_);
    layout->addLayout(second);
    fill();
    connect(models_, &QComboBox::activated, this, [this](int index) {
        const QString key = models_->itemData(index).toString();
        if (key == "choose") choose(QFileDialog::getExistingDirectory(this, tr("Model folder"), folders_.value(0)));
        else if (key == "file")
            choose(QFileDialog::getOpenFileName(this, tr("GGUF file"), folders_.value(0), tr("GGUF files (*.gguf)")));
        else change(ChatModel::fromKey(key, model_.fullPrecision));
    });
    connect(weights_, &QComboBox::activated, this, [this](int index) {
        ChatModel model = model_;
        model.step = weights_->itemData(index).toLongLong();
        change(model);
    });
    connect(precision_, &QComboBox::activated, this, [this](int index) {
        ChatModel model = model_;
        model.fullPrecision = precision_->itemData(index).toBool();
        change(model);
    });
}

void ModelPicker::change(const ChatModel& model) {
    touched_ = true;
    setModel(model);
}

void ModelPicker::setModel(const ChatModel& model) {
    const bool other = !(model == model_);
    model_ = model;
    if (!model.folder.isEmpty() && !folders_.contains(model.folder)) {
        folders_.prepend(model.folder);
        while (folders_.size() > keptFolders) folders_.removeLast();
    }
    fill();
    if (other) Q_EMIT changed();
}

void ModelPicker::setFolders(const QStringList& folders) {
    folders_ = folders;
    fill();
}

void ModelPicker::showRuns() {
    // The list itself is made when it opens; what stands in the closed box is kept right.
    if (model_.run.isEmpty()) {
        if (models_->count() == waysToChoose) fill();
        return;
    }
    const RunSummary* run = runs_->run(model_.run);
    const int at = models_->findData("run:" + model_.run);
    if (run != nullptr && at >= 0 && models_->itemText(at) != QString::fromStdString(run->name))
        models_->setItemText(at, QString::fromStdString(run->name));
}

void ModelPicker::fill() {
    const QSignalBlocker quiet(models_);
    models_->clear();
    const auto& runs = runs_->runs();
    const QString chosen = model_.run.isEmpty() ? model_.folder : "run:" + model_.run;
    int shown = 0;
    for (auto it = runs.rbegin(); it != runs.rend() && shown < shownRuns; ++it) {
        if (it->trashed) continue;
        models_->addItem(QString::fromStdString(it->name), "run:" + QString::fromStdString(it->id));
        models_->setItemData(models_->count() - 1,
                             tr("%1 · %2").arg(QString::fromStdString(it->id), stateText(it->state)), Qt::ToolTipRole);
        ++shown;
    }
    if (!model_.run.isEmpty() && models_->findData(chosen) < 0) {
        const RunSummary* run = runs_->run(model_.run);
        models_->insertItem(
            0, run != nullptr ? QString::fromStdString(run->name) : tr("%1 (not there)").arg(model_.run), chosen);
    }
    for (const QString& folder : folders_) {
        models_->addItem(folder.section('/', -1, -1, QString::SectionSkipEmpty), folder);
        models_->setItemData(models_->count() - 1, folder, Qt::ToolTipRole);
    }
    models_->addItem(tr("Choose a model folder…"), "choose");
    models_->addItem(tr("Choose a GGUF file…"), "file");
    models_->setCurrentIndex(model_.empty() ? -1 : models_->findData(chosen));
    models_->setPlaceholderText(tr("Choose a model"));
    readCheckpoints();
    precision_->setCurrentIndex(model_.fullPrecision ? 1 : 0);
}

void ModelPicker::readCheckpoints() {
    const auto show = [this](const std::vector<CheckpointInfo>& checkpoints) {
        const QSignalBlocker quiet(weights_);
        weights_->clear();
        weights_->addItem(model_.run.isEmpty() ? tr("of the folder") : tr("newest"), qlonglong{-1});
        for (auto it = checkpoints.rbegin(); it != checkpoints.rend(); ++it)
            weights_->addItem(it->best ? tr("step %1 (best)").arg(it->step) : tr("step %1").arg(it->step),
                              static_cast<qlonglong>(it->step));
        if (model_.step >= 0 && weights_->findData(model_.step) < 0)
            weights_->addItem(tr("step %1").arg(model_.step), model_.step);
        weights_->setCurrentIndex(std::max(0, weights_->findData(model_.step)));
        weights_->setEnabled(!model_.run.isEmpty());
    };
    if (checkpointsOf_ != model_.run || model_.run.isEmpty()) show({});
    checkpointsOf_ = model_.run;
    if (model_.run.isEmpty()) return;
    reader_->ask(
        this, [run = model_.run.toStdString()](RunStore& store) { return store.checkpoints(run); },
        [this, run = model_.run, show](const std::vector<CheckpointInfo>& checkpoints) {
            if (run == model_.run) show(checkpoints);
        });
}

void ModelPicker::choose(const QString& path) {
    if (path.isEmpty()) fill();
    else change(ChatModel::fromKey(path, model_.fullPrecision));
}

QString ModelPicker::text() const {
    if (model_.empty()) return {};
    const RunSummary* run = runs_->run(model_.run);
    QString text = !model_.folder.isEmpty() ? model_.folder.section('/', -1, -1, QString::SectionSkipEmpty)
                   : run != nullptr         ? QString::fromStdString(run->name)
                                            : model_.run;
    if (model_.step >= 0) text += tr(", step %1").arg(model_.step);
    if (model_.fullPrecision) text += tr(", full precision");
    return text;
}

void ModelPicker::popUp() {
    fill();
    models_->setFocus();
    models_->showPopup();
}

bool ModelPicker::eventFilter(QObject* watched, QEvent* event) {
    // Lists are made anew when they are looked at.
    const bool looked = event->type() == QEvent::FocusIn || event->type() == QEvent::Enter;
    const bool open = models_->view()->isVisible() || weights_->view()->isVisible();
    if (looked && !open && (watched == models_ || watched == weights_)) fill();
    return QWidget::eventFilter(watched, event);
}

}  // namespace tritlab
