// What a window finds again when it is opened the next time: its place and size, docks and splitters, the columns of
// the run list, the page that was shown and how each is set up, the theme, the chat's options. Kept in an INI file.
#pragma once

#include <QSettings>
#include <filesystem>
#include <memory>

#include "ui/theme/theme.h"

class QMainWindow;
class QTabWidget;

namespace tritlab {

class ChatPane;
class RunPanel;

class WindowState {
public:
    struct Parts {
        QMainWindow* window;
        RunPanel* runs;
        QTabWidget* pages;  // of Page
        ChatPane* chat;
    };
    // Applies the theme that the file names. An empty path: nothing is read or written, and the theme stays.
    explicit WindowState(const std::filesystem::path& file);
    [[nodiscard]] ThemeChoice theme() const { return theme_; }
    void setTheme(ThemeChoice choice);  // and applies it
    void restore(const Parts& parts) const;
    void save(const Parts& parts);
    void saveChat(const ChatPane& chat);  // its options alone, at once

private:
    std::unique_ptr<QSettings> settings_;  // null: nothing is kept
    ThemeChoice theme_ = ThemeChoice::System;
};

}  // namespace tritlab
