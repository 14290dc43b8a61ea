#include "app/gui/named_action.h"

#include <QAction>
#include <QCoreApplication>

namespace tritlab {

QAction* namedAction(QObject* parent, const char* name, const QString& text, const QKeySequence& keys,
                     const QString& tip) {
    auto* action = new QAction(text, parent);
    action->setObjectName(name);
    action->setShortcut(keys);
    action->setStatusTip(tip);
    action->setToolTip(keys.isEmpty() ? tip
                                      : QCoreApplication::translate("tritlab::NamedAction", "%1 (%2)")
                                            .arg(tip, keys.toString(QKeySequence::NativeText)));
    return action;
}

}  // namespace tritlab
