// How answers are sampled and what the model is told: the folding panel below the conversation, with presets that are
// kept.
#pragma once

#include <QWidget>
#include <nlohmann/json.hpp>

#include "core/infer/chat_session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSettings;
class QSpinBox;
class QToolButton;

namespace tritlab {

class ChatOptions : public QWidget {
    Q_OBJECT
public:
    explicit ChatOptions(QWidget* parent = nullptr);

    [[nodiscard]] QString fault() const;  // what is wrong with a field, and how to mend it; empty: nothing
    [[nodiscard]] GenerationOptions options()
        const;  // where nothing is wrong. A seed that is left open is drawn anew each time
    [[nodiscard]] QString systemPrompt() const;
    [[nodiscard]] bool raw() const;
    [[nodiscard]] bool markdown() const;
    [[nodiscard]] bool probabilities() const;
    void setProbabilities(bool on);
    void setTemplateName(const QString& name);  // of the model that answers
    // The template that the person chose instead; empty: the model's own.
    [[nodiscard]] const ChatTemplateText& chatTemplate() const { return chosen_; }
    void setChatTemplate(const ChatTemplateText& text);

    // What a conversation is held with: system prompt, raw, sampling.
    [[nodiscard]] nlohmann::json toJson() const;
    void setJson(const nlohmann::json& settings);  // unknown and missing keys are left as they are

    void restore(const QSettings& settings);
    void save(QSettings& settings) const;

Q_SIGNALS:
    void changed();
    void viewChanged();  // Markdown, probabilities
    void presetsChanged();
    void templateWanted();

private:
    QLineEdit* number(const char* name, const QString& label, const QString& text, const QString& tip);
    QSpinBox* whole(const char* name, const QString& label, int min, int max, int value, const QString& tip);
    void makePresets();
    void arrange();
    void showPresets();
    void choosePreset(int index);
    void savePreset();
    void deletePreset();
    void check();
    void showTemplate();
    [[nodiscard]] nlohmann::json samplingJson() const;
    void setSampling(const nlohmann::json& sampling);
    QComboBox* preset_;
    QToolButton *savePreset_, *deletePreset_;
    QLineEdit *temperature_, *topP_, *minP_, *penalty_;
    QSpinBox *topK_, *maxTokens_, *seed_;
    QPlainTextEdit *stops_, *system_;
    QCheckBox *raw_, *markdown_, *probabilities_;
    QLabel *template_, *fault_;
    QPushButton* chooseTemplate_;
    QString templateName_;
    ChatTemplateText chosen_;
    nlohmann::ordered_json own_ = nlohmann::ordered_json::object();  // presets that the person saved, by name
};

}  // namespace tritlab
