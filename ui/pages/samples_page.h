// The fixed prompts' continuations over the steps: a table step x prompt, and the chosen one in full.
#pragma once

#include <map>

#include "ui/pages/table_page.h"

class QPlainTextEdit;

namespace tritlab {

class SamplesPage : public Page {
    Q_OBJECT
public:
    explicit SamplesPage(PageContext context, QWidget* parent = nullptr);

protected:
    void reload() override;

private:
    void showSamples(const std::vector<SampleEvent>& samples);
    void showChosen();
    TextTableView* table_;
    QPlainTextEdit* text_;
    std::map<QString, QString> full_;  // by the row's key
};

}  // namespace tritlab
