#include "app/gui/help_dialogs.h"

#include <QAction>
#include <QApplication>
#include <QMessageBox>

namespace tritlab {

namespace {

class HelpDialogs {
    Q_DECLARE_TR_FUNCTIONS(tritlab::HelpDialogs)
};

}  // namespace

void showShortcuts(QWidget* window) {
    QString rows;
    for (const QAction* action : window->findChildren<QAction*>()) {
        if (action->shortcut().isEmpty() || action->text().isEmpty()) continue;
        rows += QString("<tr><td>%1&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(action->shortcut().toString(QKeySequence::NativeText),
                         action->text().remove('&').remove(QChar(0x2026)).toHtmlEscaped());
    }
    QMessageBox box(
        QMessageBox::NoIcon, HelpDialogs::tr("Keyboard shortcuts"),
        "<table>" + rows + "</table><p>" +
            HelpDialogs::tr("Charts: drag zooms, Shift-drag pans, the wheel zooms at the cursor, a double click "
                            "follows again.") +
            "<p>" + HelpDialogs::tr("Scatter: Left and Right go from run to run, Enter selects it.") + "<p>" +
            HelpDialogs::tr("Parallel coordinates: Left and Right choose an axis, Up and Down brush it (Shift: the "
                            "brush's upper edge, Ctrl: its lower one), Escape takes the brush away, Page Up and Page "
                            "Down go from run to run."),
        QMessageBox::Close, window);
    box.setObjectName("shortcutList");
    box.exec();
}

void showAbout(QWidget* window, const std::filesystem::path& workspace) {
    QMessageBox::about(
        window, HelpDialogs::tr("About TritLab"),
        HelpDialogs::tr(
            "<b>TritLab %1</b><p>A laboratory for BitNet b1.58 language models: train, watch, compare and talk to "
            "them.<p>Workspace: %2<p>GPL-3.0-or-later. Qt, QCustomPlot, LibTorch, sentencepiece, SQLite.")
            .arg(QApplication::applicationVersion(), QString::fromStdString(workspace.string())));
}

}  // namespace tritlab
