// How a window closes while it trains a run: the person says whether the run is stopped with a checkpoint or goes on in
// a process of its own; the window closes once the checkpoint is written. At the session's end nobody is asked.
#pragma once

#include <QObject>

class QWidget;

namespace tritlab {

class RunListModel;
class RunQueue;

class WindowClosing : public QObject {
    Q_OBJECT
public:
    WindowClosing(QWidget* window, const RunListModel* runs) : QObject(window), window_(window), runs_(runs) {}
    void setQueue(RunQueue* queue);  // nullptr: nothing is trained
    // Asked by the window's close event. False: not now; where the person wants it, the window is closed later.
    bool mayClose();
    void leave();  // closes without a question: a run that goes is stopped with a checkpoint first

Q_SIGNALS:
    void statusMessage(const QString& message);

private:
    enum class Way { None, Stop, HandOver };
    [[nodiscard]] bool trains() const;
    [[nodiscard]] Way ask();  // None: stay
    void stopThenClose(Way way);
    void onIdle();
    bool handOver();
    QWidget* window_;
    const RunListModel* runs_;
    RunQueue* queue_ = nullptr;
    Way way_ = Way::None;  // of the closing that goes on
    QString handedOver_;   // the run
};

}  // namespace tritlab
