// Tells of runs that have ended: in the window those of its own queue, and to a person who looks elsewhere, through the
// desktop, those of other processes too, each of them once. While a run is trained here, the machine stays awake.
#pragma once

#include <QObject>
#include <set>
#include <vector>

#include "core/store/run_store.h"

class QWidget;

namespace tritlab {

class Desktop;
class RunListModel;
class RunQueue;
class StoreReader;

class RunNotices : public QObject {
    Q_OBJECT
public:
    // desktop: it may be asked; else the window alone draws attention.
    RunNotices(QWidget* window, const RunListModel* runs, StoreReader* reader, bool desktop);
    void setQueue(RunQueue* queue);  // nullptr: nothing is trained
    // What the store tells of, before the list of runs takes it in.
    void onRunsChanged(const std::vector<RunSummary>& changes);

Q_SIGNALS:
    void statusMessage(const QString& message);
    void clicked();  // on a notification

private:
    void onEnded(const QString& run, RunState state, const QString& message);
    void notify(const RunSummary& run);
    QWidget* window_;
    const RunListModel* runs_;
    StoreReader* reader_;
    RunQueue* queue_ = nullptr;
    bool mayAskDesktop_;
    Desktop* desktop_ = nullptr;     // nullptr: nothing is asked of it
    std::set<QString> trainedHere_;  // runs whose ends the queue tells of
};

}  // namespace tritlab
