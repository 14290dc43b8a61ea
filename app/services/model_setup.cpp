#include "app/services/model_setup.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTimer>

namespace tritlab {
namespace {

constexpr int patience = 3000;  // ms, for a process that was asked to end

QString saidBy(QProcess& process) { return QString::fromUtf8(process.readAllStandardError()).trimmed(); }

}  // namespace

ModelSetup::ModelSetup(const QString& script, QObject* parent) : QObject(parent), script_(script) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("TRITLAB_PROGRESS_SECONDS", "1");
    environment.insert("TRITLAB_TRIES",
                       environment.value("TRITLAB_TRIES", "2"));  // a person waits, and can press again
    for (QProcess* process : {&locate_, &fetch_}) process->setProcessEnvironment(environment);
    connect(&locate_, &QProcess::finished, this, &ModelSetup::onLocated);
    connect(&fetch_, &QProcess::readyReadStandardOutput, this, &ModelSetup::onOutput);
    connect(&fetch_, &QProcess::finished, this, &ModelSetup::onFetched);
    for (QProcess* process : {&locate_, &fetch_})
        connect(process, &QProcess::errorOccurred, this, [this, process](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                Q_EMIT failed(tr("%1 could not be started: %2.").arg(process->program(), process->errorString()));
        });
}

ModelSetup::~ModelSetup() {
    for (QProcess* process : {&locate_, &fetch_}) {
        process->disconnect(this);
        if (process->state() == QProcess::NotRunning) continue;
        process->terminate();
        if (!process->waitForFinished(patience)) process->kill();
        process->waitForFinished(patience);
    }
}

QString ModelSetup::scriptPlace() {
    return QDir::cleanPath(QCoreApplication::applicationDirPath() + "/../share/tritlab/resources/setup/smollm2");
}

QString ModelSetup::installedScript() { return QFileInfo::exists(scriptPlace()) ? scriptPlace() : QString(); }

void ModelSetup::start(QProcess& process, const QStringList& arguments) {
    process.start("bash", QStringList{script_} + arguments, QIODevice::ReadOnly);
}

void ModelSetup::locate() {
    if (locate_.state() == QProcess::NotRunning) start(locate_, {"--path"});
}

void ModelSetup::fetch() {
    if (fetching()) return;
    cancelled_ = false;
    start(fetch_, {});
}

void ModelSetup::cancel() {
    cancelled_ = true;
    fetch_.terminate();
    QTimer::singleShot(patience, this, [this] {
        if (cancelled_ && fetching()) fetch_.kill();
    });
}

void ModelSetup::onLocated(int code) {
    const QString model = QString::fromUtf8(locate_.readAllStandardOutput()).trimmed();
    if (code != 0 || model.isEmpty()) Q_EMIT failed(saidBy(locate_));
    else Q_EMIT located(model, QFileInfo::exists(model));
}

void ModelSetup::onOutput() {
    static const QRegularExpression share("\\((\\d+) %\\)");
    while (fetch_.canReadLine()) {
        const QString line = QString::fromUtf8(fetch_.readLine()).trimmed();
        const auto match = share.match(line);
        Q_EMIT progressed(line, match.hasMatch() ? match.captured(1).toInt() : -1);
    }
}

void ModelSetup::onFetched(int code, QProcess::ExitStatus status) {
    onOutput();
    if (cancelled_) Q_EMIT cancelled();
    else if (status == QProcess::NormalExit && code == 0) Q_EMIT fetched();
    else {
        const QString said = saidBy(fetch_);
        Q_EMIT failed(said.isEmpty() ? tr("%1 ended without a word.").arg(script_) : said);
    }
}

}  // namespace tritlab
