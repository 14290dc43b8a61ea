// The real window over a store: how soon it is there, how quickly its list answers, how it fares while a run is
// trained.
#include <QAbstractItemModel>
#include <QApplication>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLineEdit>
#include <QTabWidget>
#include <QTableView>

#include "app/gui/bench_parts.h"
#include "app/gui/gui_busy.h"
#include "app/gui/main_window.h"
#include "app/gui/pictures.h"
#include "app/services/run_queue.h"
#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/config/fields.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/charts_page.h"
#include "ui/plots/chart_widget.h"

namespace tritlab {

namespace {

// Notes when the run list has been painted with rows in it.
class FirstPaint : public QObject {
public:
    explicit FirstPaint(QTableView* list) : list_(list) { list->viewport()->installEventFilter(this); }
    [[nodiscard]] std::int64_t at() const { return at_; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint && at_ == 0 && list_->model()->rowCount() > 0) {
            at_ = -1;  // known when this painting is done
            QMetaObject::invokeMethod(
                this, [this] { at_ = monotonicNs(); }, Qt::QueuedConnection);
        }
        return QObject::eventFilter(watched, event);
    }

private:
    QTableView* list_;
    std::int64_t at_ = 0;
};

template <class Child>
Child* named(const MainWindow& window, const char* name) {
    Child* child = window.findChild<Child*>(name);
    if (child == nullptr) throw Error("the window has no such part", name);
    return child;
}

// What `act` takes until the list is painted again.
template <class Act>
double listMs(QTableView* list, Act act) {
    QElapsedTimer timer;
    timer.start();
    act();
    list->viewport()->repaint();
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

}  // namespace

nlohmann::ordered_json benchWindow(const nlohmann::ordered_json& request) {
    const std::int64_t started = request.value("started_ns", monotonicNs());
    MainWindow window({Workspace{}, false, false, {}});
    auto* list = named<QTableView>(window, "runTable");
    const FirstPaint paint(list);
    window.show();
    QElapsedTimer waited;
    waited.start();
    while (paint.at() <= 0) {
        if (waited.elapsed() > 60000)
            throw Error("the run list was not painted within a minute", Workspace{}.root().string(),
                        "Fill the store first");
        benchWait(1);
    }
    nlohmann::ordered_json result{{"kind", "window"},
                                  {"open_seconds", static_cast<double>(paint.at() - started) / 1e9}};
    result["runs"] = list->model()->rowCount();
    settle(window, 120000);
    result["charts_seconds"] = static_cast<double>(monotonicNs() - started) / 1e9;

    auto* filter = named<QLineEdit>(window, "runFilter");
    std::vector<double> filtered, sorted;
    for (const char* text : {"bench-1", "bench-99", "finished", "lr > 5e-4 and state = finished", "", "9", ""}) {
        filtered.push_back(listMs(list, [&] { filter->setText(text); }));
        benchWait(5);
    }
    for (int column = 0; column < list->model()->columnCount(); ++column) {
        for (const auto order : {Qt::DescendingOrder, Qt::AscendingOrder}) {
            sorted.push_back(listMs(list, [&] { list->sortByColumn(column, order); }));
            benchWait(5);
        }
    }
    result["filter"] = timesJson(filtered);
    result["sort"] = timesJson(sorted);
    result["resident_bytes"] = residentBytes();
    return result;
}

nlohmann::ordered_json benchLive(const nlohmann::ordered_json& request) {
    MainWindow window({Workspace{}, false, false, {}});
    window.resize(1920, 1080);
    window.show();
    QElapsedTimer waited;
    waited.start();
    while (!window.settled() && waited.elapsed() < 60000) benchWait(10);
    QString trained;
    if (request.contains("train")) {
        QObject::connect(window.queue(), &RunQueue::started, &window, [&](const QString& run) { trained = run; });
        window.queue()->add("live", configFromJson(nlohmann::json::parse(request["train"].dump())));
        waited.start();
        // From the first steps on: what comes before is preparing, and is measured too.
        while (trained.isEmpty() || window.runs()->run(trained) == nullptr || window.runs()->run(trained)->steps < 3) {
            if (waited.elapsed() > 180000) throw Error("no step was trained within three minutes", "bench plot --live");
            benchWait(20);
        }
        window.selectRun(trained);
    }
    window.pages()->setCurrentIndex(0);  // Charts
    settle(window, 60000);
    const auto stepsNow = [&] { return trained.isEmpty() ? StepIndex{0} : window.runs()->run(trained)->steps; };
    const StepIndex stepsBefore = stepsNow();
    Heartbeat heart;
    BusyMeter meter;
    if (request.value("heartbeat", true)) {
        heart.start();
        meter.start();
    }
    QElapsedTimer clock;
    clock.start();
    benchWait(static_cast<int>(1000 * request.value("seconds", 60.0)));
    heart.stop();
    meter.stop();
    std::int64_t blocks = 0;
    for (const double delay : heart.delays()) blocks += delay > 50 ? 1 : 0;
    nlohmann::ordered_json result{{"kind", "live"},
                                  {"seconds", static_cast<double>(clock.elapsed()) / 1000},
                                  {"steps", stepsNow() - stepsBefore},
                                  {"heartbeat_ms", Heartbeat::periodMs},
                                  {"delay", timesJson(heart.delays())},
                                  {"blocks_over_50_ms", blocks},
                                  {"gui_busy", timesJson(meter.stretches())},
                                  {"resident_bytes", residentBytes()}};
    if (!trained.isEmpty()) {
        window.queue()->stop(trained);
        waited.start();
        while (window.queue()->busy() && waited.elapsed() < 60000) benchWait(20);
    }
    return result;
}

}  // namespace tritlab
