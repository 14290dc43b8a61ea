// The real window over a store that a test has filled, without an engine.
#pragma once

#include <QSignalSpy>
#include <QTest>
#include <memory>

#include "app/gui/main_window.h"
#include "app/gui/pictures.h"
#include "core/base/error.h"
#include "store_fixture.h"

namespace tritlab {

inline WindowOptions optionsOf(const StoreFixture& fixture) {
    return {fixture.workspace, false, false, []() -> Engine& { throw Error("no engine in this test"); }};
}

inline std::unique_ptr<MainWindow> openWindow(const WindowOptions& options) {
    auto window = std::make_unique<MainWindow>(options);
    QSignalSpy opened(window.get(), &MainWindow::opened);
    window->show();
    if (!opened.wait(20000)) qFatal("the window did not open its store");
    settle(*window);
    return window;
}
inline std::unique_ptr<MainWindow> openWindow(const StoreFixture& fixture) { return openWindow(optionsOf(fixture)); }

}  // namespace tritlab
