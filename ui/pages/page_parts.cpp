#include "ui/pages/page_parts.h"

#include <QCoreApplication>
#include <algorithm>
#include <span>

namespace tritlab {

QLabel* emptyStateLabel(const char* name, const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setObjectName(name);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    return label;
}

QLabel* legendLabel(const char* name, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setTextFormat(Qt::RichText);
    label->setWordWrap(true);
    return label;
}

QString legendText(const std::vector<NamedColor>& names, const QString& note) {
    constexpr std::size_t maxNames = 24;
    QStringList parts;
    for (const NamedColor& each : std::span(names).first(std::min(maxNames, names.size())))
        parts << QString("<span style='color:%1; font-size:large'>■</span>&nbsp;%2")
                     .arg(each.color.name(), each.name.toHtmlEscaped().replace(' ', "&nbsp;"));
    if (names.size() > maxNames)
        parts << QCoreApplication::translate("tritlab::Legend", "and %1 more").arg(names.size() - maxNames);
    if (!note.isEmpty()) parts << note;
    return parts.join("&nbsp;&nbsp;&nbsp; ");
}

QToolButton* menuButton(const char* name, const QString& text, QMenu*& menu, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    button->setAccessibleName(text);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setFocusPolicy(Qt::StrongFocus);
    menu = new QMenu(button);
    menu->setObjectName(QString(name) + "Items");
    button->setMenu(menu);
    return button;
}

}  // namespace tritlab
