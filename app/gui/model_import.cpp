#include "app/gui/model_import.h"

#include <QAction>

#include "app/gui/import_dialog.h"
#include "app/gui/named_action.h"
#include "app/services/store_actions.h"

namespace tritlab {

ModelImport::ModelImport(QWidget* window, StoreActions* actions, ActivationQuestion* activation)
    : QObject(window), window_(window), actions_(actions), activation_(activation) {
    action_ = namedAction(window, "importModel", tr("I&mport…"), QKeySequence("Ctrl+I"),
                          tr("Look at a model, or at event files, from elsewhere; chat with it or take it in"));
    connect(action_, &QAction::triggered, this, &ModelImport::open);
}

ImportDialog* ModelImport::open() {
    auto* dialog = new ImportDialog(actions_->writer(), activation_, window_);
    connect(dialog, &ImportDialog::chatWanted, this, &ModelImport::chatWanted);
    connect(dialog, &ImportDialog::eventsWanted, this, &ModelImport::eventsWanted);
    connect(dialog, &ImportDialog::imported, this, [this](const QString& run) {
        Q_EMIT imported(run);
        Q_EMIT statusMessage(tr("Imported. With text named it is stopped at step 0: Resume tunes it."));
    });
    dialog->open();
    return dialog;
}

}  // namespace tritlab
