#include "ui/forms/train_command.h"

#include <QRegularExpression>
#include <QStringList>

namespace tritlab {

namespace {

// A word as the shell reads it back.
QString quoted(const QString& text) {
    static const QRegularExpression plain("^[A-Za-z0-9_./:=,@%+-]+$");
    if (plain.match(text).hasMatch()) return text;
    return "'" + QString(text).replace("'", "'\\''") + "'";
}

}  // namespace

QString trainCommand(const ConfigDraft& draft, const QString& preset, const QString& name) {
    ConfigDraft base;
    QStringList words{"tritlab-cli", "train"};
    if (!preset.isEmpty()) {
        base = presetDraft(preset.toStdString());
        words << "--preset" << quoted(preset);
    }
    for (const Field& field : fields()) {
        if (!field.applies(draft.config()) || field.get(draft.config()) == field.get(base.config())) continue;
        if (!draft.isSet(field.key)) continue;  // derived: follows by itself
        const QString text = QString::fromStdString(valueText(field, field.get(draft.config())));
        words << "--set" << quoted(QString::fromStdString(field.key) + "=" + text);
    }
    if (!name.trimmed().isEmpty()) words << "--name" << quoted(name.trimmed());
    return words.join(' ');
}

QString branchCommand(const QString& run, qint64 step, const RunConfig& parent, const RunConfig& config,
                      const QString& name) {
    QStringList words{"tritlab-cli", "runs", "branch", quoted(run), "--step", QString::number(step)};
    for (const Field& field : fields()) {
        if (!field.applies(config) || field.get(config) == field.get(parent)) continue;
        const QString text = QString::fromStdString(valueText(field, field.get(config)));
        words << "--set" << quoted(QString::fromStdString(field.key) + "=" + text);
    }
    if (const QString wanted = name.trimmed(); !wanted.isEmpty())
        words << "--name" << quoted(wanted) << "&&"
              << "tritlab-cli"
              << "resume" << quoted(wanted);
    return words.join(' ');
}

}  // namespace tritlab
