// A sweep: lists of values for one or more fields, and the runs that come of them, each with every other.
#pragma once

#include <QWidget>
#include <string>
#include <utility>
#include <vector>

#include "core/config/fields.h"

class QGridLayout;
class QToolButton;

namespace tritlab {

struct SweepAxis {
    std::string key;
    std::vector<std::string> values;  // as people write them
};
struct SweepRun {
    std::string name;  // "base, learning_rate=0.001, seed=2"
    RunConfig config;  // frozen
};
constexpr std::size_t maxSweepRuns = 256;
// Throws Error that names the field and the value that cannot be taken, and where there would be more than
// `mostSweepRuns`.
std::vector<SweepRun> sweepRuns(const ConfigDraft& base, const std::string& name, const std::vector<SweepAxis>& axes);

class SweepEditor : public QWidget {
    Q_OBJECT
public:
    explicit SweepEditor(QWidget* parent = nullptr);
    [[nodiscard]] std::vector<SweepAxis> axes() const;  // those that have a value
    [[nodiscard]] std::vector<std::pair<QString, QString>> written()
        const;  // field and values of every row, as they stand
    void addAxis(const QString& key, const QString& values);
    void clear();

Q_SIGNALS:
    void edited();

private:
    struct Row {
        QWidget* field;
        QWidget* values;
        QWidget* remove;
    };
    void removeRow(QWidget* remove);
    QGridLayout* grid_;
    QToolButton* add_;
    std::vector<Row> rows_;
    int made_ = 0;
};

}  // namespace tritlab
