#include "ui/chat/chat_options.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSettings>
#include <QSpinBox>
#include <QToolButton>

#include "core/base/number.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

// The presets that come with the program; those of the person's stand behind them.
std::vector<std::pair<QString, nlohmann::json>> builtIn() {
    const auto make = [](double temperature, int topK, double topP, double minP, double penalty) {
        return nlohmann::json{{"temperature", temperature},
                              {"top_k", topK},
                              {"top_p", topP},
                              {"min_p", minP},
                              {"repetition_penalty", penalty}};
    };
    return {{ChatOptions::tr("Balanced"), make(0.8, 40, 1, 0, 1)},
            {ChatOptions::tr("Likeliest words (greedy)"), make(0, 0, 1, 0, 1)},
            {ChatOptions::tr("Careful"), make(0.5, 0, 0.9, 0, 1.1)},
            {ChatOptions::tr("Inventive"), make(1.1, 0, 1, 0.05, 1.1)}};
}

// Stop texts stand one a line; a line break in one is written \n.
std::vector<std::string> stopsOf(const QString& text) {
    std::vector<std::string> stops;
    for (QString line : text.split('\n'))
        if (!line.isEmpty()) stops.push_back(line.replace("\\n", "\n").replace("\\t", "\t").toStdString());
    return stops;
}

QString textOf(const std::vector<std::string>& stops) {
    QStringList lines;
    for (const std::string& stop : stops)
        lines << QString::fromStdString(stop).replace("\n", "\\n").replace("\t", "\\t");
    return lines.join('\n');
}

double realOf(const QLineEdit* edit) { return parseReal(edit->text().toStdString()).value_or(0); }

}  // namespace

ChatOptions::ChatOptions(QWidget* parent) : QWidget(parent) {
    setObjectName("chatOptionsBox");
    temperature_ = number("temperature", tr("Temperature"), "0.8",
                          tr("0 takes the likeliest token always; higher is more daring"));
    topP_ = number("topP", tr("Top-p"), "1",
                   tr("Only the likeliest tokens whose probabilities reach this share; 1 is off"));
    minP_ =
        number("minP", tr("Min-p"), "0", tr("Only tokens at least this share as likely as the likeliest; 0 is off"));
    penalty_ = number("repetitionPenalty", tr("Repetition penalty"), "1",
                      tr("Above 1, tokens of the last 64 are less likely; 1 is off"));
    topK_ = whole("topK", tr("Top-k"), 0, 1000000, 40, tr("Only the k likeliest tokens"));
    topK_->setSpecialValueText(tr("off"));
    maxTokens_ = whole("maxTokens", tr("Most tokens"), 1, 1000000, 160, tr("An answer ends after so many tokens"));
    seed_ = whole("chatSeed", tr("Seed"), -1, 2000000000, -1,
                  tr("The same seed draws the same tokens; 'new' draws another for each answer"));
    seed_->setSpecialValueText(tr("new"));
    const auto text = [this](const char* name, const QString& label, const QString& hint, int lines) {
        auto* edit = new QPlainTextEdit(this);
        edit->setObjectName(name);
        edit->setAccessibleName(label);
        edit->setPlaceholderText(hint);
        edit->setTabChangesFocus(true);
        edit->setFixedHeight(edit->fontMetrics().lineSpacing() * lines + 12);
        connect(edit, &QPlainTextEdit::textChanged, this, &ChatOptions::changed);
        return edit;
    };
    system_ = text("systemPrompt", tr("System prompt"),
                   tr("System prompt: what the model is told before everything else"), 2);
    stops_ = text("stopTexts", tr("Stop texts"), tr("Stop texts, one a line: an answer ends before them"), 2);
    stops_->setToolTip(tr("One a line; \\n is a line break. Those of the model's template count as well."));
    const auto box = [this](const char* name, const QString& label, const QString& tip, bool on) {
        auto* check = new QCheckBox(label, this);
        check->setObjectName(name);
        check->setToolTip(tip);
        check->setChecked(on);
        return check;
    };
    raw_ = box("rawCompletion", tr("Raw completion"),
               tr("Continue the text as it stands, without template, system prompt and earlier messages"), false);
    markdown_ = box("showMarkdown", tr("Markdown"), tr("Show answers as Markdown"), true);
    probabilities_ =
        box("showProbabilities", tr("Probabilities"),
            tr("Tint each token by how unlikely it was; hover over one for the alternatives. For answers from now on"),
            false);
    template_ = new QLabel(this);
    template_->setObjectName("chatTemplate");
    template_->setWordWrap(true);
    template_->setForegroundRole(QPalette::PlaceholderText);
    chooseTemplate_ = new QPushButton(tr("Template…"), this);
    chooseTemplate_->setObjectName("chooseTemplate");
    chooseTemplate_->setToolTip(
        tr("Read, choose and edit the template, and see the conversation as the model reads it"));
    connect(chooseTemplate_, &QPushButton::clicked, this, &ChatOptions::templateWanted);
    fault_ = new QLabel(this);
    fault_->setObjectName("chatOptionsFault");
    fault_->setWordWrap(true);
    fault_->hide();
    makePresets();
    arrange();
    connect(raw_, &QCheckBox::toggled, this, [this](bool on) {
        system_->setEnabled(!on);
        Q_EMIT changed();
    });
    for (QCheckBox* each : {markdown_, probabilities_})
        connect(each, &QCheckBox::toggled, this, &ChatOptions::viewChanged);
    setTemplateName({});
}

QLineEdit* ChatOptions::number(const char* name, const QString& label, const QString& text, const QString& tip) {
    auto* edit = new QLineEdit(text, this);
    edit->setObjectName(name);
    edit->setAccessibleName(label);
    edit->setToolTip(tip);
    connect(edit, &QLineEdit::textChanged, this, &ChatOptions::check);
    return edit;
}

QSpinBox* ChatOptions::whole(const char* name, const QString& label, int min, int max, int value, const QString& tip) {
    auto* spin = new QSpinBox(this);
    spin->setObjectName(name);
    spin->setAccessibleName(label);
    spin->setToolTip(tip);
    spin->setRange(min, max);
    spin->setValue(value);
    connect(spin, &QSpinBox::valueChanged, this, &ChatOptions::changed);
    return spin;
}

void ChatOptions::makePresets() {
    preset_ = new QComboBox(this);
    preset_->setObjectName("samplingPreset");
    preset_->setAccessibleName(tr("Sampling preset"));
    preset_->setToolTip(tr("Sets the sampling below"));
    const auto button = [this](const char* name, IconShape icon, const QString& tip) {
        auto* tool = new QToolButton(this);
        tool->setObjectName(name);
        tool->setIcon(lineIcon(icon));
        tool->setAutoRaise(true);
        tool->setToolTip(tip);
        tool->setAccessibleName(tip);
        return tool;
    };
    savePreset_ = button("savePreset", IconShape::Save, tr("Keep these settings as a preset"));
    deletePreset_ = button("deletePreset", IconShape::Trash, tr("Delete this preset"));
    connect(preset_, &QComboBox::activated, this, &ChatOptions::choosePreset);
    connect(preset_, &QComboBox::currentIndexChanged, this,
            [this](int index) { deletePreset_->setEnabled(index >= static_cast<int>(builtIn().size())); });
    connect(savePreset_, &QToolButton::clicked, this, &ChatOptions::savePreset);
    connect(deletePreset_, &QToolButton::clicked, this, &ChatOptions::deletePreset);
    showPresets();
}

void ChatOptions::arrange() {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(4);
    auto* presets = new QHBoxLayout;
    presets->addWidget(preset_, 1);
    presets->addWidget(savePreset_);
    presets->addWidget(deletePreset_);
    grid->addLayout(presets, 0, 0, 1, 4);
    QWidget* const fields[] = {temperature_, topK_, topP_, minP_, penalty_, seed_, maxTokens_};
    for (int i = 0; i < 7; ++i) {
        auto* label = new QLabel(fields[i]->accessibleName(), this);
        label->setBuddy(fields[i]);
        label->setToolTip(fields[i]->toolTip());
        grid->addWidget(label, 1 + i / 2, 2 * (i % 2));
        grid->addWidget(fields[i], 1 + i / 2, 2 * (i % 2) + 1);
    }
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    grid->addWidget(raw_, 4, 2, 1, 2);
    grid->addWidget(fault_, 5, 0, 1, 4);
    grid->addWidget(system_, 6, 0, 1, 4);
    grid->addWidget(stops_, 7, 0, 1, 4);
    grid->addWidget(markdown_, 8, 0, 1, 2);
    grid->addWidget(probabilities_, 8, 2, 1, 2);
    grid->addWidget(template_, 9, 0, 1, 3);
    grid->addWidget(chooseTemplate_, 9, 3);
}

void ChatOptions::check() {
    const QString wrong = fault();
    fault_->setText(
        QString("<span style='color:%1'>%2</span>").arg(badColor(isDark(palette())).name(), wrong.toHtmlEscaped()));
    fault_->setVisible(!wrong.isEmpty());
    Q_EMIT changed();
}

QString ChatOptions::fault() const {
    for (const QLineEdit* edit : {temperature_, topP_, minP_, penalty_})
        if (!parseReal(edit->text().toStdString()))
            return tr("%1: \"%2\" is no number. Write it like 0.8.").arg(edit->accessibleName(), edit->text());
    try {
        const Sampler sampler(options().sampling);
    } catch (const std::exception& error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

GenerationOptions ChatOptions::options() const {
    GenerationOptions options;
    options.sampling.temperature = realOf(temperature_);
    options.sampling.topP = realOf(topP_);
    options.sampling.minP = realOf(minP_);
    options.sampling.repetitionPenalty = realOf(penalty_);
    options.sampling.topK = topK_->value();
    options.sampling.seed = seed_->value() >= 0
                                ? static_cast<std::uint64_t>(seed_->value())
                                : static_cast<std::uint64_t>(QRandomGenerator::global()->bounded(2000000000));
    options.maxTokens = maxTokens_->value();
    options.stopTexts = stopsOf(stops_->toPlainText());
    options.alternatives = probabilities_->isChecked() ? 5 : 0;
    return options;
}

QString ChatOptions::systemPrompt() const { return raw() ? QString() : system_->toPlainText().trimmed(); }
bool ChatOptions::raw() const { return raw_->isChecked(); }
bool ChatOptions::markdown() const { return markdown_->isChecked(); }
bool ChatOptions::probabilities() const { return probabilities_->isChecked(); }
void ChatOptions::setProbabilities(bool on) { probabilities_->setChecked(on); }

void ChatOptions::setTemplateName(const QString& name) {
    templateName_ = name;
    showTemplate();
}

void ChatOptions::setChatTemplate(const ChatTemplateText& text) {
    if (text == chosen_) return;
    chosen_ = text;
    showTemplate();
    Q_EMIT changed();
}

void ChatOptions::showTemplate() {
    const QString chosen = QString::fromStdString(chosen_.from);
    template_->setText(!chosen_.source.empty()   ? tr("Template, as chosen: %1").arg(chosen)
                       : templateName_.isEmpty() ? tr("Template: the model's own")
                                                 : tr("Template, the model's own: %1").arg(templateName_));
}

nlohmann::json ChatOptions::samplingJson() const {
    return {{"temperature", realOf(temperature_)},
            {"top_k", topK_->value()},
            {"top_p", realOf(topP_)},
            {"min_p", realOf(minP_)},
            {"repetition_penalty", realOf(penalty_)},
            {"seed", seed_->value()},
            {"max_tokens", maxTokens_->value()},
            {"stop", stopsOf(stops_->toPlainText())}};
}

nlohmann::json ChatOptions::toJson() const {
    nlohmann::json settings{
        {"system", system_->toPlainText().toStdString()}, {"raw", raw()}, {"sampling", samplingJson()}};
    settings["template"] = nullptr;
    if (!chosen_.source.empty()) settings["template"] = {{"source", chosen_.source}, {"from", chosen_.from}};
    return settings;
}

void ChatOptions::setSampling(const nlohmann::json& sampling) {
    if (!sampling.is_object()) return;
    const auto real = [&](const char* key, QLineEdit* edit) {
        if (sampling.contains(key) && sampling[key].is_number())
            edit->setText(QString::fromStdString(formatReal(sampling[key].get<double>())));
    };
    const auto integer = [&](const char* key, QSpinBox* spin) {
        if (sampling.contains(key) && sampling[key].is_number_integer()) spin->setValue(sampling[key].get<int>());
    };
    real("temperature", temperature_);
    real("top_p", topP_);
    real("min_p", minP_);
    real("repetition_penalty", penalty_);
    integer("top_k", topK_);
    integer("seed", seed_);
    integer("max_tokens", maxTokens_);
    if (sampling.contains("stop") && sampling["stop"].is_array()) {
        std::vector<std::string> stops;
        for (const auto& each : sampling["stop"])
            if (each.is_string()) stops.push_back(each.get<std::string>());
        stops_->setPlainText(textOf(stops));
    }
}

void ChatOptions::setJson(const nlohmann::json& settings) {
    if (!settings.is_object()) return;
    if (settings.contains("system") && settings["system"].is_string())
        system_->setPlainText(QString::fromStdString(settings["system"].get<std::string>()));
    if (settings.contains("raw") && settings["raw"].is_boolean()) raw_->setChecked(settings["raw"].get<bool>());
    if (settings.contains("sampling")) setSampling(settings["sampling"]);
    // A conversation from before there was a choice was held with the model's own.
    ChatTemplateText text;
    if (const auto found = settings.find("template"); found != settings.end() && found->is_object()) {
        const auto part = [&](const char* key) {
            return found->contains(key) && (*found)[key].is_string() ? (*found)[key].get<std::string>() : std::string();
        };
        text = {part("source"), part("from")};
    }
    setChatTemplate(text);
}

void ChatOptions::showPresets() {
    const QString chosen = preset_->currentText();
    preset_->clear();
    for (const auto& [name, sampling] : builtIn()) preset_->addItem(name);
    for (const auto& [name, sampling] : own_.items()) preset_->addItem(QString::fromStdString(name));
    preset_->setCurrentIndex(std::max(0, preset_->findText(chosen)));
    deletePreset_->setEnabled(preset_->currentIndex() >= static_cast<int>(builtIn().size()));
}

void ChatOptions::choosePreset(int index) {
    const auto given = builtIn();
    if (index >= 0 && static_cast<std::size_t>(index) < given.size())
        setSampling(given[static_cast<std::size_t>(index)].second);
    else if (const auto it = own_.find(preset_->itemText(index).toStdString()); it != own_.end())
        setSampling(nlohmann::json(*it));
}

void ChatOptions::savePreset() {
    bool accepted = false;
    const QString name =
        QInputDialog::getText(
            this, tr("Keep a preset"), tr("Name of the preset"), QLineEdit::Normal,
            preset_->currentIndex() >= static_cast<int>(builtIn().size()) ? preset_->currentText() : QString(),
            &accepted)
            .trimmed();
    if (!accepted || name.isEmpty()) return;
    for (const auto& [given, sampling] : builtIn()) {
        if (given != name) continue;
        fault_->setText(tr("\"%1\" comes with the program. Choose another name.").arg(name));
        fault_->show();
        return;
    }
    own_[name.toStdString()] = samplingJson();
    showPresets();
    preset_->setCurrentIndex(preset_->findText(name));
    Q_EMIT presetsChanged();
}

void ChatOptions::deletePreset() {
    own_.erase(preset_->currentText().toStdString());
    showPresets();
    Q_EMIT presetsChanged();
}

void ChatOptions::restore(const QSettings& settings) {
    const auto presets =
        nlohmann::ordered_json::parse(settings.value("chat/presets").toString().toStdString(), nullptr, false);
    if (presets.is_object()) own_ = presets;
    showPresets();
    const auto last = nlohmann::json::parse(settings.value("chat/options").toString().toStdString(), nullptr, false);
    if (last.is_object()) setJson(last);
    markdown_->setChecked(settings.value("chat/markdown", true).toBool());
    probabilities_->setChecked(settings.value("chat/probabilities", false).toBool());
}

void ChatOptions::save(QSettings& settings) const {
    settings.setValue("chat/presets", QString::fromStdString(own_.dump()));
    settings.setValue("chat/options", QString::fromStdString(toJson().dump()));
    settings.setValue("chat/markdown", markdown());
    settings.setValue("chat/probabilities", probabilities());
}

}  // namespace tritlab
