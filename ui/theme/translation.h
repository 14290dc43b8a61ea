// The window's language: the translation of resources/translations that fits a locale.
#pragma once

#include <QLocale>

namespace tritlab {

// For the rest of the QCoreApplication's life; texts that are made before stay as they are. false: there is none for
// this locale, and texts stay English.
bool installTranslation(const QLocale& locale = QLocale());

}  // namespace tritlab
