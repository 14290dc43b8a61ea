// What comes from elsewhere is looked at before it is taken in: a file or folder is chosen, and the dialog says what it
// is (core/library/model_report.h), what it costs in memory at a context length, and what cannot be done with it. Then
// it is chatted with where it lies, or becomes a run. All reading and writing is on a thread of its own.
#pragma once

#include <QDialog>
#include <memory>
#include <optional>

#include "core/library/model_report.h"
#include "core/store/store_writer.h"
#include "ui/services/task_thread.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTextBrowser;

namespace tritlab {

class ActivationQuestion;

class ImportDialog : public QDialog {
    Q_OBJECT
public:
    // writer: null where the store is not open; then nothing becomes a run. Its destructor waits for what it writes.
    ImportDialog(std::shared_ptr<StoreWriter> writer, ActivationQuestion* activation, QWidget* parent = nullptr);
    void look(const QString& path);  // at a file or folder, as if it had been chosen
    void reject() override;          // not while a run is written

Q_SIGNALS:
    void chatWanted(const QString& model);
    void eventsWanted(const QString& folder);
    void imported(const QString& run);

private:
    QLayout* makePlace();
    QLayout* makeMemory();
    QLayout* makeTuning();
    void makeButtons();
    void browse(bool folder);
    void browseText();
    void onLooked(const ModelReport& report);
    void onRefused(const QString& why);
    void showReport();
    void allow();
    void setBusy(bool busy, const QString& what);
    void setWriting(bool writing);
    void chat();
    void import();
    std::shared_ptr<StoreWriter> writer_;
    ActivationQuestion* activation_;
    std::optional<ModelReport> report_;
    bool writing_ = false;
    int looks_ = 0;  // so that only the last one's answer is shown
    QLineEdit* path_;
    QTextBrowser* text_;
    QSpinBox* context_;
    QLineEdit* tuneOn_;
    QCheckBox* convert_;
    QLabel *contextLabel_, *tuneLabel_, *why_;
    QProgressBar* busy_;
    QPushButton *file_, *folder_, *textFile_, *chat_, *import_, *cancel_;
    TaskThread thread_;
};

}  // namespace tritlab
