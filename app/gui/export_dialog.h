// A checkpoint out of the laboratory: which format, who runs it, how large it is, where to; whether it is what was
// trained; and after writing what came back when it was read again.
#pragma once

#include <QDialog>
#include <filesystem>

#include "core/interop/model_folder.h"
#include "core/library/checked_export.h"
#include "core/library/trained_lambda.h"
#include "ui/services/task_thread.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace tritlab {

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    // model: a checkpoint's folder; name: what the export is called after. Throws Error as readModelDescription does.
    // Its destructor waits for an export that is being written: no half folder is left.
    ExportDialog(const std::filesystem::path& model, const QString& name, QWidget* parent = nullptr);
    void reject() override;  // not while it writes

private:
    void describe();
    [[nodiscard]] QString readers() const;
    void describeTrained();
    [[nodiscard]] QString tokenizerText() const;
    void allow();
    void browse();
    void write();
    void onWritten(const QString& text, bool good);
    [[nodiscard]] const ExportFormatInfo& chosenFormat() const;
    std::filesystem::path model_;
    QString name_;
    ModelDescription description_;
    std::optional<TrainedLambda> trained_;  // where a quantized form is another model
    bool pathEdited_ = false, possible_ = true;
    QComboBox* format_;
    QLabel *about_, *result_, *pathLabel_, *trainedText_;
    QCheckBox* atLambdaOne_;
    QLineEdit* path_;
    QProgressBar* busy_;
    QPushButton *write_, *close_, *show_;
    TaskThread thread_;
};

}  // namespace tritlab
