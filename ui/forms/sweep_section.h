// The section of the form that makes a sweep of it: the lists of values, and below them how many runs they make or what
// is wrong with them.
#pragma once

#include <QWidget>

#include "ui/forms/sweep_editor.h"

class QLabel;

namespace tritlab {

class SweepSection : public QWidget {
    Q_OBJECT
public:
    explicit SweepSection(QWidget* parent = nullptr);
    [[nodiscard]] SweepEditor* editor() const { return editor_; }
    // Counts the runs that the lists make of a draft and says so, or what is wrong: then false. Of a draft that is not
    // readable nothing is said. branch: the run goes on from another's checkpoint, which a sweep cannot.
    bool check(const ConfigDraft& draft, bool readable, bool branch);
    [[nodiscard]] std::size_t count() const { return count_; }  // as last checked; 1: no sweep

Q_SIGNALS:
    void edited();

protected:
    void changeEvent(QEvent* event) override;

private:
    void colorMessage();
    SweepEditor* editor_;
    QLabel* message_ = nullptr;
    std::size_t count_ = 1;
    bool right_ = true;  // as last checked
};

}  // namespace tritlab
