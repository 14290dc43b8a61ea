// What a config's text is: documents, bytes, lines that would be skipped and why, the first documents, and on request
// the first batch as the model will see it, token by token. All reading is done on a thread of its own and ends when
// the dialog is closed.
#pragma once

#include <QDialog>
#include <functional>

#include "core/base/stop_token.h"
#include "core/data/dataset.h"
#include "ui/services/task_thread.h"

class QLabel;
class QPushButton;
class QTextBrowser;

namespace tritlab {

class TextTableView;

// The rows of a batch as HTML: every token on its own ground, documents told apart, special tokens by name. At most
// `rows` of them.
QString batchHtml(const Batch& batch, const Tokenizer& tokenizer, bool dark, std::int64_t rows = 8);

class DataPreviewDialog : public QDialog {
    Q_OBJECT
public:
    DataPreviewDialog(const RunConfig& config, const Workspace& workspace, QWidget* parent = nullptr);
    ~DataPreviewDialog() override;  // stops the reading and waits for it

private:
    void look();
    void makeBatch();
    void showPreview(const DataPreview& preview);
    // Runs `work` on the thread; what it returns shows its result, on the GUI thread.
    void run(std::function<std::function<void()>()> work);
    void tell(const QString& text);
    RunConfig config_;
    Workspace workspace_;
    StopToken stop_;
    QLabel* state_;
    TextTableView *sources_, *skipped_;
    QTextBrowser *documents_, *batch_;
    QPushButton* make_;
    TaskThread thread_;
};

}  // namespace tritlab
