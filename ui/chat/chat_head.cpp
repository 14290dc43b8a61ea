#include "ui/chat/chat_head.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/chat/chat_menu.h"
#include "ui/theme/icons.h"

namespace tritlab {

namespace {

QToolButton* headButton(QWidget* parent, const char* name, const QString& tip) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setAutoRaise(true);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

}  // namespace

ChatHead::ChatHead(QWidget* chat) : QWidget(chat) {
    list_ = headButton(this, "conversationsButton", tr("Conversations"));
    list_->setIcon(lineIcon(IconShape::Open));
    list_->setCheckable(true);
    title_ = new QLabel(this);
    title_->setObjectName("chatTitle");
    title_->setTextInteractionFlags(Qt::NoTextInteraction);
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    QFont bold = title_->font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    QToolButton* fresh = headButton(this, "newConversation", tr("New conversation"));
    fresh->setIcon(lineIcon(IconShape::Add));
    QToolButton* more = headButton(this, "chatMenu", tr("What can be done with this conversation"));
    more->setText(QString(QChar(0x22ef)));
    more->setPopupMode(QToolButton::InstantPopup);
    menu_ = new ChatMenu(chat, more);
    more->setMenu(menu_);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(list_);
    layout->addWidget(title_, 1);
    layout->addWidget(fresh);
    layout->addWidget(more);
    connect(list_, &QToolButton::toggled, this, &ChatHead::listToggled);
    connect(fresh, &QToolButton::clicked, this, &ChatHead::newWanted);
}

void ChatHead::setTitle(const QString& title) {
    title_->setText(title);
    title_->setToolTip(title);
}

void ChatHead::setListShown(bool shown) { list_->setChecked(shown); }

}  // namespace tritlab
