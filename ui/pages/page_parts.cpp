#include "ui/pages/page_parts.h"

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
