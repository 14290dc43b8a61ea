#include "ui/theme/plurals.h"

#include <QCoreApplication>
#include <QPointer>
#include <QTranslator>

namespace tritlab {

namespace {

class EnglishPlurals : public QTranslator {
public:
    using QTranslator::QTranslator;
    [[nodiscard]] bool isEmpty() const override { return false; }
    QString translate(const char*, const char* source, const char*, int n) const override {
        QString text = n < 0 ? QString() : QString::fromUtf8(source);
        if (!text.contains("(s)")) return {};  // stays as it is
        return text.replace("(s)", n == 1 ? QString() : QStringLiteral("s"));
    }
};

}  // namespace

void installPlurals() {
    static QPointer<EnglishPlurals> installed;
    if (!installed.isNull()) return;
    installed = new EnglishPlurals(QCoreApplication::instance());
    QCoreApplication::installTranslator(installed);
}

}  // namespace tritlab
