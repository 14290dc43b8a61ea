// The toolbar's icons, drawn as strokes in the palette's text colour when they are painted: sharp at any scale, right
// in any theme.
#pragma once

#include <QIcon>

namespace tritlab {

enum class IconShape {
    Add,
    Stop,
    Resume,
    Charts,
    Chat,
    Theme,
    Trash,
    Copy,
    Open,
    Save,
    Folder,
    Reset,
    Send,
    Follow,
    Export
};
QIcon lineIcon(IconShape shape);
QIcon applicationIcon();

}  // namespace tritlab
