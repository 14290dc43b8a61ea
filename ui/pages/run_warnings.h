// The strip above the pages that tells the last warning in the log of the selected run, such as text that training
// skips. It stays until the person closes it; the title of the log's tab counts them all.
#pragma once

#include <QFrame>
#include <QHash>
#include <vector>

#include "core/store/run_store.h"

class QLabel;

namespace tritlab {

class StoreReader;

class RunWarnings : public QFrame {
    Q_OBJECT
public:
    explicit RunWarnings(StoreReader* reader, QWidget* parent = nullptr);
    void setRun(const QString& run);  // empty: none
    void onRunChanged(const QString& run);

Q_SIGNALS:
    void counted(int warnings);  // of the run
    void logWanted();

private:
    void ask();
    void take(const std::vector<StoredLog>& lines);
    void showLast();
    StoreReader* reader_;
    QLabel* text_;
    QString run_;
    int count_ = 0;
    std::int64_t seen_ = 0;  // up to which line of the log
    StoredLog last_;         // the last warning
    bool asking_ = false, again_ = false;
    QHash<QString, std::int64_t> closed_;  // by run: the warning that was closed
};

}  // namespace tritlab
