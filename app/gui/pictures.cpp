#include "app/gui/pictures.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTabWidget>
#include <QTimer>
#include <limits>

#include "app/gui/main_window.h"
#include "core/base/error.h"
#include "core/store/run_store.h"
#include "ui/chat/chat_pane.h"
#include "ui/forms/run_form.h"
#include "ui/models/run_list_model.h"
#include "ui/models/series_cache.h"
#include "ui/pages/charts_page.h"
#include "ui/plots/frame_clock.h"
#include "ui/services/plot_worker.h"
#include "ui/services/store_reader.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

void wait(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

// Idle several times in a row: an answer may ask anew.
template <typename Idle>
void waitUntilDrawn(const Idle& idle, int limitMs = std::numeric_limits<int>::max()) {
    QElapsedTimer timer;
    timer.start();
    for (int calm = 0; calm < 4 && timer.elapsed() < limitMs;) {
        wait(60);
        calm = idle() && PlotWorker::shared().idle() && FrameClock::shared().idle() ? calm + 1 : 0;
    }
}

void makeFolder(const QString& folder) {
    if (!QDir().mkpath(folder))
        throw Error("cannot make the folder", folder.toStdString(), "Choose one that can be written to");
}

void save(QWidget& widget, const QString& path) {
    if (!widget.grab().save(path))
        throw Error("cannot write the picture", path.toStdString(), "Choose a folder that can be written to");
}

}  // namespace

void settle(MainWindow& window, int limitMs) {
    waitUntilDrawn([&window] { return window.settled(); }, limitMs);
}

QStringList plotRun(const Workspace& workspace, const QString& run, const QString& folder) {
    makeFolder(folder);
    RunStore store(workspace);
    const RunSummary summary = store.resolve(run.toStdString());
    RunListModel runs;
    runs.apply({summary});
    StoreReader reader(workspace);
    QString failure;
    QObject::connect(&reader, &StoreReader::failed, &reader, [&failure](const QString& text) { failure = text; });
    SeriesCache series(&reader);
    ChartsPage page({&runs, &reader, &series});
    page.resize(1280, 800);
    page.setVisibleRuns({QString::fromStdString(summary.id)});
    waitUntilDrawn([&] { return !failure.isEmpty() || (reader.idle() && series.idle()); });
    if (!failure.isEmpty()) throw Error(failure.toStdString());
    QString prefix;
    for (const QChar c : QString::fromStdString(summary.name))
        prefix += c.isLetterOrNumber() || c == '-' || c == '_' || c == '.' ? c : QChar('_');
    return page.saveAll(folder, prefix + "-");
}

QStringList takeScreenshots(MainWindow& window, const Workspace& workspace, const QString& folder) {
    makeFolder(folder);
    QStringList files;
    window.resize(1280, 800);
    window.show();
    settle(window);
    if (const auto kept = RunStore(workspace).conversations({}, 1); !kept.empty())
        window.findChild<ChatPane*>()->openConversation(kept.front().id);
    for (const ThemeChoice theme : {ThemeChoice::Light, ThemeChoice::Dark}) {
        window.setTheme(theme);
        for (int page = 0; page < window.pages()->count(); ++page) {
            window.pages()->setCurrentIndex(page);
            settle(window);
            const QString name = window.pages()->widget(page)->objectName().replace("Page", "");
            files << QString("%1/%2-%3.png").arg(folder, name, themeKey(theme));
            save(window, files.last());
        }
        window.pages()->setCurrentIndex(0);
        window.showChat(true);
        settle(window);
        files << QString("%1/chat-%2.png").arg(folder, themeKey(theme));
        save(window, files.last());
        window.showChat(false);
        RunForm* form = window.openForm();
        settle(window);
        files << QString("%1/form-%2.png").arg(folder, themeKey(theme));
        save(*form, files.last());
        form->reject();
    }
    return files;
}

}  // namespace tritlab
