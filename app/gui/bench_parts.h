// The parts of app/gui/bench.h.
#pragma once

#include <QEventLoop>
#include <QTimer>
#include <nlohmann/json.hpp>

namespace tritlab {

nlohmann::ordered_json benchPlot(const nlohmann::ordered_json& request);
nlohmann::ordered_json benchWindow(const nlohmann::ordered_json& request);
nlohmann::ordered_json benchLive(const nlohmann::ordered_json& request);

inline void benchWait(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

}  // namespace tritlab
