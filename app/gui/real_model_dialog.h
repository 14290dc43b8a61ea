// *Talk to a real model*: what SmolLM2-135M-Instruct is, how large, under which licence, and where it goes; fetched
// only when the person says so, then opened in the chat.
#pragma once

#include <QDialog>

#include "app/services/model_setup.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace tritlab {

class RealModelDialog : public QDialog {
    Q_OBJECT
public:
    // script: the set-up script (ModelSetup); empty: there is none, which is said with the place looked at.
    explicit RealModelDialog(const QString& script, QWidget* parent = nullptr);
    void reject() override;  // while it is fetched: ends that, and stays

Q_SIGNALS:
    void chatWanted(const QString& model);

private:
    void onLocated(const QString& model, bool there);
    void onFailed(const QString& message);
    void go();
    void setFetching(bool fetching);
    ModelSetup setup_;
    QString model_;
    bool there_ = false;
    QLabel *about_, *place_, *status_;
    QProgressBar* bar_;
    QPushButton *go_, *cancel_;
};

}  // namespace tritlab
