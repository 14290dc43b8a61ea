// How the window's actions are made.
#pragma once

#include <QKeySequence>
#include <QString>

class QAction;
class QObject;

namespace tritlab {

// An action under an object name, with its keys and a tip, which names the keys when it is shown beside a button.
QAction* namedAction(QObject* parent, const char* name, const QString& text, const QKeySequence& keys,
                     const QString& tip);

}  // namespace tritlab
