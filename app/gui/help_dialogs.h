// What the Help menu shows.
#pragma once

#include <filesystem>

class QWidget;

namespace tritlab {

void showShortcuts(QWidget* window);  // of all its actions, and what keys and mouse do in charts
void showAbout(QWidget* window, const std::filesystem::path& workspace);

}  // namespace tritlab
