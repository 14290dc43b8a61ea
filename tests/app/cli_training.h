// Nano runs through the real tritlab-cli: how they are started, watched and read.
#pragma once

#include <QElapsedTimer>

#include "cli_process.h"
#include "core/store/run_store.h"

namespace tritlab::test {

// The arguments of a nano run over text.txt.
inline QStringList nano(const Cli& cli, const QString& name, const QStringList& sets = {}) {
    QStringList arguments{"train", "--preset", "nano", "--data", cli.path("text.txt"), "--name", name, "--json"};
    for (const QString& set :
         QStringList{"vocab_size=400", "checkpoint_every=10", "eval_every=20", "sample_every=0", "health_every=10"} +
             sets)
        arguments << "--set" << set;
    return arguments;
}

// step -> value as text, of one series.
inline QMap<int, QByteArray> series(const Cli& cli, const QString& run, const QString& key = QStringLiteral("loss")) {
    QMap<int, QByteArray> values;
    const CliResult result = cli.run({"runs", "export", run, "--format", "csv"});
    const QList<QByteArray> lines = result.out.trimmed().split('\n');
    if (lines.first() != "step,key,value") return {};
    for (const QByteArray& line : lines.mid(1)) {
        const QList<QByteArray> cells = line.split(',');
        if (cells.size() == 3 && cells[1] == key.toUtf8()) values[cells[0].toInt()] = cells[2];
    }
    return values;
}

// Waits until the run has acknowledged a step (or the process ends).
inline bool waitForStep(const Cli& cli, QProcess& process, std::int64_t step) {
    const Workspace workspace(cli.home().toStdString());
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 60000) {
        if (process.waitForFinished(20)) return false;
        if (!QFile::exists(cli.home() + "/tritlab.db")) continue;
        RunStore store(workspace);
        for (const RunSummary& run : store.runs())
            if (run.state == RunState::Running && run.steps > step) return true;
    }
    return false;
}

}  // namespace tritlab::test
