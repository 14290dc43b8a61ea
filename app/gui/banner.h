// The strip above the pages while the demo trains: what it is, how long it takes, Stop.
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
    void showRun(const RunSummary& run, double preparing);  // preparing: 0..1, below 0: unknown

Q_SIGNALS:
    void stopWanted();
    void chatWanted();

private:
    QLabel* text_;
    QProgressBar* bar_;
    QPushButton* stop_;
    QPushButton* chat_;
    QPushButton* close_;
};

}  // namespace tritlab
