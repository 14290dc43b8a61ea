// Sentences in a dialog: wrapped, plain, to be selected with the mouse and by keyboard.
#pragma once

class QLabel;
class QWidget;

namespace tritlab {

QLabel* wordLabel(const char* name, QWidget* parent);

}  // namespace tritlab
