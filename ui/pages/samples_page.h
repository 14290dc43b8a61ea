// The fixed prompts' continuations: of the selected run over its steps, a table step x prompt and the chosen one in
// full; or of the ticked runs, side by side at one step.
#pragma once

#include <QTimer>
#include <map>

#include "ui/pages/table_page.h"

class QComboBox;
class QPlainTextEdit;
class QStackedWidget;

namespace tritlab {

class SamplesBeside;

class SamplesPage : public Page {
    Q_OBJECT
public:
    explicit SamplesPage(PageContext context, QWidget* parent = nullptr);
    [[nodiscard]] QJsonObject state() const override;  // one run or side by side
    void setState(const QJsonObject& state) override;

protected:
    void reload() override;
    void refreshRun(const QString& run) override;
    [[nodiscard]] bool concerns(const QString& run) const override;

private:
    [[nodiscard]] bool beside() const;
    void askBeside();
    void showSamples(const std::vector<SampleEvent>& samples);
    void showChosen();
    QComboBox* which_;
    QStackedWidget* stack_;
    TextTableView* table_;
    QPlainTextEdit* text_;
    SamplesBeside* beside_;
    QTimer soon_;
    std::map<QString, std::vector<std::pair<QString, QString>>> full_;  // prompts and what followed, by the row's key
};

}  // namespace tritlab
