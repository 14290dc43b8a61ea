// Linked charts of long series, driven by the events of a mouse. The charts, their group and their worker are those of
// the window.
#include <QApplication>
#include <QEventLoop>
#include <QGridLayout>
#include <QMouseEvent>
#include <QWheelEvent>
#include <cmath>

#include "app/gui/bench_parts.h"
#include "app/gui/gui_busy.h"
#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/random.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/frame_clock.h"
#include "ui/services/plot_worker.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

struct Script {
    int charts = 8, runs = 10;
    std::int64_t points = 1'000'000;
    double seconds = 10;
    QSize size{1920, 1080};
};

// A loss that falls with much noise, spikes and a NaN now and then.
Series makeSeries(const Script& script, int chart, int run) {
    Series series;
    const auto stream = static_cast<std::uint64_t>(chart);
    const double n = static_cast<double>(script.points);
    for (std::int64_t i = 0; i < script.points; ++i) {
        const double noise =
            randomUniform(static_cast<std::uint64_t>(run) + 11, stream, static_cast<std::uint64_t>(i)) - 0.5;
        double y = 2.2 + 0.2 * run + 6 * std::exp(-8 * static_cast<double>(i) / n) + 0.8 * noise;
        if (i % 99991 == 500) y += 3;
        if (i % 250007 == 7) y = std::nan("");
        series.append(static_cast<double>(i), y);
    }
    return series;
}

class Board : public QWidget {
public:
    explicit Board(const Script& script) {
        auto* grid = new QGridLayout(this);
        grid->setContentsMargins(4, 4, 4, 4);
        grid->setSpacing(4);
        for (int i = 0; i < script.charts; ++i) {
            // As on the Charts page, some can be smoothed: those are drawn twice, raw behind.
            auto* chart = new ChartWidget(
                {QString("bench%1").arg(i), QString("Chart %1").arg(i + 1), {}, false, i % 3 == 0, false, {}, {}},
                this);
            if (i % 3 == 0) chart->setSmoothing({Smoothing::Kind::Ema, 0.98, 0});
            for (int run = 0; run < script.runs; ++run) {
                const QString name = QString("run %1").arg(run, 2, 10, QChar('0'));
                chart->setCurve(name, {name, runColor(run, false), Qt::SolidLine},
                                std::make_shared<Series>(makeSeries(script, i, run)));
            }
            group.add(chart);
            grid->addWidget(chart, i / 2, i % 2);
        }
    }
    ChartGroup group;
};

// One input each 16 ms: hovering, wheel in and out, a pan to and fro, a range drawn with the mouse, everything again.
class Hand {
public:
    explicit Hand(Board& board) : board_(board) {}

    void move(int tick) {
        ChartWidget* chart = board_.group.charts()[static_cast<std::size_t>(tick / 240) % board_.group.charts().size()];
        QCustomPlot* plot = chart->plot();
        const QRect rect = plot->axisRect()->rect();
        const int beat = tick % 240;
        const double part = static_cast<double>(beat % 60) / 60;
        const QPoint there(rect.left() + static_cast<int>(rect.width() * (0.3 + 0.4 * part)), rect.center().y());
        if (beat < 30) {
            mouse(plot, QEvent::MouseMove, there, Qt::NoButton, Qt::NoButton);
        } else if (beat < 90) {
            wheel(plot, there, 120);
            if (beat == 89) mouse(plot, QEvent::MouseButtonPress, rect.center(), Qt::MiddleButton, Qt::MiddleButton);
        } else if (beat < 150) {
            const int shift = static_cast<int>(rect.width() * 0.3 * std::sin((beat - 90) * 0.15));
            mouse(plot, QEvent::MouseMove, rect.center() + QPoint(shift, 0), Qt::NoButton, Qt::MiddleButton);
            if (beat == 149)
                mouse(plot, QEvent::MouseButtonRelease, rect.center() + QPoint(shift, 0), Qt::MiddleButton,
                      Qt::NoButton);
        } else if (beat < 210) {
            wheel(plot, there, -120);
        } else if (beat == 210) {
            mouse(plot, QEvent::MouseButtonPress, QPoint(rect.left() + rect.width() / 4, rect.center().y()),
                  Qt::LeftButton, Qt::LeftButton);
        } else if (beat < 230) {
            mouse(plot, QEvent::MouseMove,
                  QPoint(rect.left() + rect.width() / 4 + (beat - 210) * rect.width() / 60, rect.center().y()),
                  Qt::NoButton, Qt::LeftButton);
        } else if (beat == 230) {
            mouse(plot, QEvent::MouseButtonRelease, QPoint(rect.left() + rect.width() * 7 / 12, rect.center().y()),
                  Qt::LeftButton, Qt::NoButton);
        } else if (beat == 239) {
            mouse(plot, QEvent::MouseButtonDblClick, rect.center(), Qt::LeftButton, Qt::LeftButton);
            mouse(plot, QEvent::MouseButtonRelease, rect.center(), Qt::LeftButton, Qt::NoButton);
        }
    }

private:
    static void mouse(QWidget* to, QEvent::Type type, const QPoint& at, Qt::MouseButton button,
                      Qt::MouseButtons buttons) {
        QMouseEvent event(type, at, to->mapToGlobal(at), button, buttons, Qt::NoModifier);
        QApplication::sendEvent(to, &event);
    }
    static void wheel(QWidget* to, const QPoint& at, int turn) {
        QWheelEvent event(at, to->mapToGlobal(at), {}, {0, turn}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                          false);
        QApplication::sendEvent(to, &event);
    }
    Board& board_;
};

void untilExact(const Board& board, int limitMs) {
    QElapsedTimer waited;
    waited.start();
    while (!(board.group.exact() && PlotWorker::shared().idle() && FrameClock::shared().idle())) {
        if (waited.elapsed() > limitMs)
            throw Error("the charts were not drawn within " + std::to_string(limitMs / 1000) + " s", "bench plot");
        benchWait(1);
    }
}

}  // namespace

nlohmann::ordered_json benchPlot(const nlohmann::ordered_json& request) {
    Script script;
    script.charts = request.value("charts", script.charts);
    script.runs = request.value("runs", script.runs);
    script.points = request.value("points", script.points);
    script.seconds = request.value("seconds", script.seconds);
    applyTheme(ThemeChoice::Light);
    Board board(script);
    board.resize(script.size);
    board.show();
    QElapsedTimer clock;
    clock.start();
    board.group.refresh();
    untilExact(board, 120000);
    const double firstMs = static_cast<double>(clock.nsecsElapsed()) / 1e6;

    BusyMeter meter;
    Hand hand(board);
    std::vector<quint64> before;
    for (const ChartWidget* chart : board.group.charts()) before.push_back(chart->freshPictures());
    meter.start();
    clock.restart();
    std::vector<double> exactMs;
    int tick = 0;
    QTimer inputs;
    QEventLoop loop;
    inputs.setTimerType(Qt::PreciseTimer);
    QObject::connect(&inputs, &QTimer::timeout, &loop, [&] {
        hand.move(tick++);
        if (static_cast<double>(clock.elapsed()) >= 1000 * script.seconds && tick % 240 != 0) loop.quit();
    });
    inputs.start(16);
    loop.exec();
    inputs.stop();
    meter.stop();
    const double seconds = static_cast<double>(clock.nsecsElapsed()) / 1e9;
    double fewest = 1e9;
    for (std::size_t i = 0; i < before.size(); ++i)
        fewest = std::min(fewest, static_cast<double>(board.group.charts()[i]->freshPictures() - before[i]) / seconds);

    // Ten times: inputs for half a second, then none; how long until each chart shows exactly what is wanted.
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 30; ++i) {
            hand.move(30 + i + round * 240);
            benchWait(16);
        }
        hand.move(60 + round * 240);
        clock.restart();
        untilExact(board, 10000);
        exactMs.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
        Q_EMIT board.group.charts().front()->followPicked();
        untilExact(board, 10000);
    }
    return {{"kind", "plot"},
            {"charts", script.charts},
            {"runs", script.runs},
            {"points", script.points},
            {"width", script.size.width()},
            {"height", script.size.height()},
            {"scale", board.devicePixelRatioF()},
            {"platform", QApplication::platformName().toStdString()},
            {"first_picture_ms", firstMs},
            {"inputs", tick},
            {"frame", timesJson(meter.frames())},
            {"gui_busy", timesJson(meter.stretches())},
            {"fresh_pictures_per_second", fewest},
            {"exact_after_input", timesJson(exactMs)},
            {"resident_bytes", residentBytes()}};
}

}  // namespace tritlab
