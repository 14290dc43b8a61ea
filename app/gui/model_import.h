// The window's *Import…*: its action, the dialog behind it, and what becomes of what it finds.
#pragma once

#include <QObject>

class QAction;
class QWidget;

namespace tritlab {

class ActivationQuestion;
class ImportDialog;
class StoreActions;

class ModelImport : public QObject {
    Q_OBJECT
public:
    ModelImport(QWidget* window, StoreActions* actions, ActivationQuestion* activation);
    [[nodiscard]] QAction* action() const { return action_; }
    ImportDialog* open();

Q_SIGNALS:
    void chatWanted(const QString& model);
    void eventsWanted(const QString& folder);
    void imported(const QString& run);  // it is in the store: its row comes soon
    void statusMessage(const QString& message);

private:
    QWidget* window_;
    StoreActions* actions_;
    ActivationQuestion* activation_;
    QAction* action_;
};

}  // namespace tritlab
