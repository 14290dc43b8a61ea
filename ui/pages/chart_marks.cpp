#include "ui/pages/chart_marks.h"

#include "core/run/schedules.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/chart_board.h"
#include "ui/services/store_reader.h"

namespace tritlab {

namespace {

// More runs than this and their schedules' marks would cover the charts.
constexpr int maxMarkedRuns = 12;

}  // namespace

std::vector<ChartMark> scheduledMarks(const RunConfig& config) {
    std::vector<ChartMark> marks;
    const auto within = [&](StepIndex step) { return step > 0 && step < config.steps; };
    if (config.ternaryLinears && within(lambdaReachesOne(config)))
        marks.push_back({lambdaReachesOne(config), ChartMark::Kind::LambdaOne});
    if (const StepIndex warm = config.scheduleFrom + config.warmupSteps; config.warmupSteps > 0 && within(warm))
        marks.push_back({warm, ChartMark::Kind::LearningRate});
    if (config.lrSchedule == LrSchedule::TwoStageLinear || config.lrSchedule == LrSchedule::TwoStageCosine) {
        if (const StepIndex second = secondStageFrom(config); within(second))
            marks.push_back({second, ChartMark::Kind::LearningRate});
    }
    return marks;
}

ChartMarks::ChartMarks(PageContext context, XAxisMapper* mapper, ChartBoard* board, QObject* parent)
    : QObject(parent), context_(context), mapper_(mapper), board_(board) {}

void ChartMarks::show(const QStringList& runs, const QString& current, bool on) {
    runs_ = runs;
    current_ = current;
    on_ = on;
    if (on_ && runs_.contains(current_)) ask(current_);
    draw();
}

void ChartMarks::ask(const QString& run) {
    const RunSummary* summary = context_.runs->run(run);
    Events& events = events_[run];
    if (summary == nullptr || events.asking || events.revision == summary->revision) return;
    // While a run goes its revision grows four times a second: often enough is every few seconds.
    if (events.sinceAsked.isValid() && events.sinceAsked.elapsed() < 3000 && isActive(summary->state)) return;
    events.sinceAsked.start();
    events.asking = true;
    events.revision = summary->revision;
    context_.reader->ask(
        this,
        [id = run.toStdString()](RunStore& store) {
            std::vector<ChartMark> marks;
            for (const CheckpointInfo& each : store.checkpoints(id))
                marks.push_back({each.step, ChartMark::Kind::Checkpoint});
            for (const StoredLog& each : store.log(id)) {
                if (each.event.step >= 0 && each.event.text.rfind("Resumed from ", 0) == 0)
                    marks.push_back({each.event.step, ChartMark::Kind::Resume});
            }
            return marks;
        },
        [this, run](std::vector<ChartMark> marks) {
            Events& known = events_[run];
            known.asking = false;
            if (known.marks == marks) return;
            known.marks = std::move(marks);
            if (run == current_) draw();
        });
}

void ChartMarks::draw() {
    std::vector<Drawn> wanted;
    const auto add = [&](const RunSummary& run, const ChartMark& mark, const QColor& color) {
        if (const auto x = mapper_->place(run, mark.step)) wanted.push_back({mark.kind, *x, color.rgba()});
    };
    if (on_) {
        for (const QString& id : runs_.mid(std::max<qsizetype>(0, runs_.size() - maxMarkedRuns))) {
            const RunSummary* run = context_.runs->run(id);
            if (run == nullptr || run->foreign) continue;  // nobody knows its schedules
            for (const ChartMark& mark : scheduledMarks(run->config)) add(*run, mark, context_.runs->color(id));
        }
        if (const RunSummary* run = runs_.contains(current_) ? context_.runs->run(current_) : nullptr)
            for (const ChartMark& mark : events_[current_].marks) add(*run, mark, context_.runs->color(current_));
    }
    if (wanted == drawn_) return;
    drawn_ = std::move(wanted);
    for (const char* key : {"loss", "lr", "lambda"}) board_->chart(key)->clearMarks();
    for (const Drawn& each : drawn_) {
        const QColor color = QColor::fromRgba(each.color);
        switch (each.kind) {
            case ChartMark::Kind::LambdaOne:
                for (const char* key : {"lambda", "loss"}) board_->chart(key)->addMark(each.x, tr("λ = 1"), color);
                break;
            case ChartMark::Kind::LearningRate:
                for (const char* key : {"lr", "loss"}) board_->chart(key)->addMark(each.x, {}, color);
                break;
            case ChartMark::Kind::Checkpoint: board_->chart("loss")->addTick(each.x, color); break;
            case ChartMark::Kind::Resume: board_->chart("loss")->addMark(each.x, tr("resumed"), color); break;
        }
    }
}

}  // namespace tritlab
