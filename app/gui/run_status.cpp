#include "app/gui/run_status.h"

#include <QCoreApplication>
#include <algorithm>

#include "ui/models/run_list_model.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

class RunStatus {
    Q_DECLARE_TR_FUNCTIONS(tritlab::RunStatus)
};

bool isTrained(const RunSummary& run) { return isActive(run.state) && !run.trashed; }

int countTrained(const RunListModel& runs) {
    return static_cast<int>(std::count_if(runs.runs().begin(), runs.runs().end(), isTrained));
}

}  // namespace

QString runningText(const RunListModel& runs, bool dark) {
    const auto newest = std::find_if(runs.runs().rbegin(), runs.runs().rend(), isTrained);
    if (newest == runs.runs().rend()) return {};
    QString text = QString("<span style='color:%1'>●</span>&nbsp; %2 · %3")
                       .arg(stateColor(newest->state, dark).name(),
                            QString::fromStdString(newest->name).toHtmlEscaped(), progressText(*newest));
    if (const int count = countTrained(runs); count > 1) text += RunStatus::tr(" · %1 more running").arg(count - 1);
    return text;
}

QString runCountText(const RunListModel& runs, std::size_t waiting) {
    const auto shown =
        std::count_if(runs.runs().begin(), runs.runs().end(), [](const RunSummary& run) { return !run.trashed; });
    QString text = RunStatus::tr("%n run(s)", nullptr, static_cast<int>(shown));
    if (const int count = countTrained(runs); count > 0) text += RunStatus::tr(", %1 running").arg(count);
    if (waiting > 0) text += RunStatus::tr(", %1 waiting").arg(waiting);
    return text;
}

}  // namespace tritlab
