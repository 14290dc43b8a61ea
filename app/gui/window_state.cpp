#include "app/gui/window_state.h"

#include <QJsonDocument>
#include <QMainWindow>
#include <QSplitter>
#include <QTabWidget>

#include "ui/chat/chat_pane.h"
#include "ui/pages/page.h"
#include "ui/pages/run_panel.h"

namespace tritlab {

namespace {

QList<Page*> pagesOf(const QTabWidget* tabs) {
    QList<Page*> pages;
    for (int i = 0; i < tabs->count(); ++i) {
        if (auto* page = qobject_cast<Page*>(tabs->widget(i))) pages << page;
    }
    return pages;
}

}  // namespace

WindowState::WindowState(const std::filesystem::path& file) {
    if (file.empty()) return;
    settings_ = std::make_unique<QSettings>(QString::fromStdString(file.string()), QSettings::IniFormat);
    setTheme(themeFromKey(settings_->value("theme").toString()));
}

void WindowState::setTheme(ThemeChoice choice) {
    theme_ = choice;
    applyTheme(choice);
}

void WindowState::restore(const Parts& parts) const {
    if (!settings_) return;
    if (settings_->contains("geometry")) parts.window->restoreGeometry(settings_->value("geometry").toByteArray());
    if (settings_->contains("state")) parts.window->restoreState(settings_->value("state").toByteArray());
    for (QSplitter* each : parts.window->findChildren<QSplitter*>()) {
        const QString key = "splitters/" + each->objectName();
        if (settings_->contains(key)) each->restoreState(settings_->value(key).toByteArray());
    }
    parts.runs->restore(*settings_);
    for (Page* page : pagesOf(parts.pages)) {
        page->setState(QJsonDocument::fromJson(settings_->value(page->settingsKey()).toByteArray()).object());
        if (settings_->value("page").toString() == page->objectName()) parts.pages->setCurrentWidget(page);
    }
    parts.chat->restore(*settings_);
}

void WindowState::save(const Parts& parts) {
    if (!settings_) return;
    settings_->setValue("geometry", parts.window->saveGeometry());
    settings_->setValue("state", parts.window->saveState());
    for (const QSplitter* each : parts.window->findChildren<QSplitter*>())
        settings_->setValue("splitters/" + each->objectName(), each->saveState());
    parts.runs->save(*settings_);
    for (const Page* page : pagesOf(parts.pages))
        settings_->setValue(page->settingsKey(), QJsonDocument(page->state()).toJson(QJsonDocument::Compact));
    settings_->setValue("page", parts.pages->currentWidget()->objectName());
    settings_->setValue("theme", themeKey(theme_));
    saveChat(*parts.chat);
}

void WindowState::saveChat(const ChatPane& chat) {
    if (settings_) chat.save(*settings_);
}

}  // namespace tritlab
