// The strip above the pages while the demo trains: what it is, how long it takes, Stop. It comes by itself when a demo
// begins; the person closes it when the demo has ended.
#pragma once

#include <QFrame>

#include "core/store/run_store.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace tritlab {

class Banner : public QFrame {
    Q_OBJECT
public:
    explicit Banner(QWidget* parent = nullptr);
    void begin(const RunConfig& config);  // shows itself for a demo that is not in the store yet
    void setRun(const QString& run) { run_ = run; }
    // Of any run; those of others are not shown.
    void onProgressed(const QString& run, double done);  // preparing: 0..1, below 0: unknown
    void onRunChanged(const RunSummary& run);

Q_SIGNALS:
    void stopWanted(const QString& run);
    void chatWanted(const QString& run);

private:
    void showState();
    QString run_;       // empty: not in the store yet
    RunSummary state_;  // as it was last told
    double preparing_ = -1;
    QLabel* text_;
    QProgressBar* bar_;
    QPushButton* stop_;
    QPushButton* chat_;
    QPushButton* close_;
};

}  // namespace tritlab
