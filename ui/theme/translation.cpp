#include "ui/theme/translation.h"

#include <QCoreApplication>
#include <QTranslator>
#include <memory>

#include "ui/theme/plurals.h"

namespace tritlab {

bool installTranslation(const QLocale& locale) {
    installPlurals();  // first, so that they are asked last: for what the translation leaves open
    auto translator = std::make_unique<QTranslator>(QCoreApplication::instance());
    if (!translator->load(locale, QStringLiteral("tritlab"), QStringLiteral("_"), QStringLiteral(":/i18n")))
        return false;
    return QCoreApplication::installTranslator(translator.release());
}

}  // namespace tritlab
