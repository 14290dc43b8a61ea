// A GGUF file that does not say which activation it has (core/interop/chosen_activation.h): the window asks once and
// remembers the answer for the file, in a file of the workspace.
#pragma once

#include <QObject>
#include <QPointer>
#include <QSet>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include "core/architecture/activation.h"

class QDialog;
class QWidget;

namespace tritlab {

class ActivationQuestion : public QObject {
    Q_OBJECT
public:
    // memory: where answers are kept, such as "activations.ini" in the workspace.
    ActivationQuestion(const std::filesystem::path& memory, QObject* parent);
    // True where the person has to be asked before this model can be opened: the dialog is shown over `window`, and
    // `answered` follows once it is said, `refused` where the person closes the dialog. While it is shown for one model
    // another is refused at once.
    bool asks(const QString& model, QWidget* window, std::function<void()> answered, std::function<void()> refused);

private:
    [[nodiscard]] bool knows(const QString& model);
    void remember(const QString& model, Activation activation) const;
    [[nodiscard]] QDialog* makeDialog(const QString& model, QWidget* window);
    void onFinished(const QDialog& dialog, int result);
    QString memory_;
    QSet<QString> settled_;  // models that were looked at and need no answer any more
    QPointer<QDialog> dialog_;
    QString asked_;  // the model that the dialog is shown for
    std::vector<std::pair<std::function<void()>, std::function<void()>>> waiting_;  // for its answer
};

}  // namespace tritlab
