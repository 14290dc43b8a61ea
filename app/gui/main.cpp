// tritlab: the window. With --plots or --screenshots it writes pictures and shows none.
#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QLocale>
#include <algorithm>
#include <clocale>
#include <cstdio>
#include <exception>
#include <memory>
#include <thread>

#include "app/gui/bench.h"
#include "app/gui/experiment_pictures.h"
#include "app/gui/gui_busy.h"
#include "app/gui/leave_signals.h"
#include "app/gui/main_window.h"
#include "app/gui/pictures.h"
#include "app/gui/single_instance.h"
#include "core/base/error.h"
#include "core/device/plugin.h"
#include "ui/theme/theme.h"
#include "ui/theme/translation.h"

namespace {

// What needs no display must work without one: looked at before QApplication chooses its platform.
bool needsNoDisplay(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const QByteArray word(argv[i]);
        for (const char* option : {"--plots", "--plot-experiment", "--screenshots", "--bench", "--version", "--help",
                                   "-h", "-v", "--help-all"}) {
            if (word == option || word.startsWith(QByteArray(option) + "=")) return true;
        }
    }
    return false;
}

bool benches(int argc, char** argv) {
    return std::any_of(argv, argv + argc, [](const char* word) { return QByteArray(word) == "--bench"; });
}

int writePictures(const QStringList& files) {
    for (const QString& file : files) std::printf("%s\n", qPrintable(file));
    return files.isEmpty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (needsNoDisplay(argc, argv) && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const std::unique_ptr<QApplication> made = benches(argc, argv)
                                                   ? std::make_unique<tritlab::MeasuredApplication>(argc, argv)
                                                   : std::make_unique<QApplication>(argc, argv);
    QApplication& application = *made;
    std::setlocale(LC_NUMERIC, "C");  // QApplication takes the environment's; numbers in files are written with a point
    QApplication::setApplicationName("tritlab");
    QApplication::setApplicationDisplayName("TritLab");
    QApplication::setApplicationVersion(TRITLAB_VERSION);
    QApplication::setDesktopFileName("tritlab");
    tritlab::installTranslation();

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "TritLab: a laboratory for ternary language models."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption plots(
        "plots", QCoreApplication::translate("main", "Draw the charts of a run as PNG files."), "run");
    const QCommandLineOption experiment(
        "plot-experiment", QCoreApplication::translate("main", "Draw the charts of an experiment as PNG files."),
        "folder");
    const QCommandLineOption out(
        "out", QCoreApplication::translate("main", "Folder for --plots and --plot-experiment."), "folder", ".");
    const QCommandLineOption shots("screenshots", QCoreApplication::translate("main", "Write a picture of every page."),
                                   "folder");
    const QCommandLineOption noDemo(
        "no-demo", QCoreApplication::translate("main", "Do not train the demo in an empty workspace."));
    QCommandLineOption bench(
        "bench", QCoreApplication::translate("main", "Measure the window (for tritlab-cli bench)."), "request");
    bench.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOptions({plots, experiment, out, shots, noDemo, bench});
    parser.addPositionalArgument(
        "config",
        QCoreApplication::translate("main", "What to open: a config, text to train on, or a model to talk to."),
        "[file]");
    parser.process(application);

    try {
        const tritlab::Workspace workspace;
        if (parser.isSet(plots)) {
            tritlab::applyTheme(tritlab::ThemeChoice::Light);
            return writePictures(tritlab::plotRun(workspace, parser.value(plots), parser.value(out)));
        }
        if (parser.isSet(experiment)) {
            tritlab::applyTheme(tritlab::ThemeChoice::Light);
            return writePictures(tritlab::plotExperiment(workspace, parser.value(experiment), parser.value(out)));
        }
        if (parser.isSet(bench)) {
            std::printf(
                "%s\n",
                tritlab::runBench(nlohmann::ordered_json::parse(parser.value(bench).toStdString())).dump().c_str());
            return 0;
        }
        // Who opens a config wants that one trained, not the demo.
        const bool demo = !parser.isSet(noDemo) && !parser.isSet(shots) && parser.positionalArguments().isEmpty();
        tritlab::WindowOptions options{workspace, demo, !parser.isSet(shots), {}, !parser.isSet(shots)};
        QStringList files;
        for (const QString& file : parser.positionalArguments()) files << QFileInfo(file).absoluteFilePath();
        tritlab::SingleInstance instance(workspace);
        if (!parser.isSet(shots) && instance.handOver(files)) return 0;
        // the driver may take its time, which a form must not wait for
        std::thread([] { (void)tritlab::cudaState(); }).detach();
        tritlab::MainWindow window(options);
        if (parser.isSet(shots)) return writePictures(tritlab::takeScreenshots(window, workspace, parser.value(shots)));
        QObject::connect(&instance, &tritlab::SingleInstance::asked, &window, &tritlab::MainWindow::raiseWindow);
        instance.listen();
        const tritlab::LeaveSignals leaving;
        QObject::connect(&leaving, &tritlab::LeaveSignals::asked, &window, &tritlab::MainWindow::leave);
        window.openFiles(files);
        window.show();
        return QApplication::exec();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tritlab: %s\n", error.what());
        return 1;
    }
}
