// SIGTERM, SIGINT and SIGHUP as a Qt signal: the session ends, or somebody wants the program gone. The first asks; a
// second one ends the process at once.
#pragma once

#include <QObject>

namespace tritlab {

class LeaveSignals : public QObject {
    Q_OBJECT
public:
    explicit LeaveSignals(QObject* parent = nullptr);  // one a process
    ~LeaveSignals() override;                          // gives the signals back
    LeaveSignals(const LeaveSignals&) = delete;
    LeaveSignals& operator=(const LeaveSignals&) = delete;

Q_SIGNALS:
    void asked();

private:
    int ends_[2] = {-1, -1};  // a handler may do little more than write a byte
};

}  // namespace tritlab
