// Marks on the charts: where lambda reaches 1, phases of the learning rate, checkpoints and resumes of the visible
// runs.
#pragma once

#include <QColor>
#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <map>
#include <vector>

#include "ui/models/x_axis.h"
#include "ui/pages/page.h"

namespace tritlab {

class ChartBoard;

struct ChartMark {
    StepIndex step = 0;
    enum class Kind { LambdaOne, LearningRate, Checkpoint, Resume } kind = Kind::LambdaOne;
    bool operator==(const ChartMark&) const = default;
};

// What follows from the config alone.
std::vector<ChartMark> scheduledMarks(const RunConfig& config);

class ChartMarks : public QObject {
    Q_OBJECT
public:
    ChartMarks(PageContext context, XAxisMapper* mapper, ChartBoard* board, QObject* parent);
    // Checkpoints and resumes are those of `current`, which is read from the store; the schedules' marks those of all
    // runs.
    void show(const QStringList& runs, const QString& current, bool on);

private:
    struct Events {
        std::int64_t revision = -1;
        bool asking = false;
        QElapsedTimer sinceAsked;
        std::vector<ChartMark> marks;
    };
    struct Drawn {
        ChartMark::Kind kind;
        double x;
        QRgb color;
        bool operator==(const Drawn&) const = default;
    };
    void ask(const QString& run);
    void draw();
    PageContext context_;
    XAxisMapper* mapper_;
    ChartBoard* board_;
    QStringList runs_;
    QString current_;
    bool on_ = true;
    std::map<QString, Events> events_;
    std::vector<Drawn> drawn_;
};

}  // namespace tritlab
