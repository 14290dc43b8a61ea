// The real tritlab-cli as a process in a workspace of its own, and small text to train on.
#pragma once

#include <unistd.h>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>
#include <QProcess>
#include <QTemporaryDir>

#include "core/base/random.h"

namespace tritlab::test {

struct CliResult {
    int code = -1;
    QByteArray out, err;
    [[nodiscard]] QJsonObject json() const {  // the last line of stdout
        const QList<QByteArray> lines = out.trimmed().split('\n');
        return QJsonDocument::fromJson(lines.last()).object();
    }
};

class Cli {
public:
    Cli() {
        environment_ = QProcessEnvironment::systemEnvironment();
        environment_.insert(QStringLiteral("TRITLAB_HOME"), folder_.filePath(QStringLiteral("home")));
    }
    [[nodiscard]] QString home() const { return folder_.filePath(QStringLiteral("home")); }
    [[nodiscard]] QString path(const QString& name) const { return folder_.filePath(name); }
    void setVariable(const QString& name, const QString& value) { environment_.insert(name, value); }

    using Variables = QMap<QString, QString>;
    void start(QProcess& process, const QStringList& arguments, const Variables& variables = {}) const {
        QProcessEnvironment environment = environment_;
        for (auto variable = variables.begin(); variable != variables.end(); ++variable)
            environment.insert(variable.key(), variable.value());
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(TRITLAB_BINARY_DIR "/bin/tritlab-cli"), arguments);
    }
    static CliResult finish(QProcess& process, int seconds = 400) {
        CliResult result;
        if (process.state() != QProcess::NotRunning && !process.waitForFinished(seconds * 1000)) {
            process.kill();
            process.waitForFinished();
            result.err = "did not end in time: " + process.readAllStandardError();
            return result;
        }
        result.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
        result.out = process.readAllStandardOutput();
        result.err = process.readAllStandardError();
        return result;
    }
    [[nodiscard]] CliResult run(const QStringList& arguments, const QByteArray& input = {}) const {
        QProcess process;
        start(process, arguments);
        process.write(input);
        process.closeWriteChannel();
        return finish(process);
    }
    // As a user whom permissions bind: root may write everything.
    [[nodiscard]] CliResult runAsNobody(const QStringList& arguments) const {
        QProcess process;
        if (::geteuid() == 0)
            process.setChildProcessModifier([] {
                constexpr uid_t nobody = 65534;
                if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(99);
            });
        start(process, arguments);
        process.closeWriteChannel();
        return finish(process);
    }
    QString write(const QString& name, const QByteArray& content) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) qFatal("cannot write a fixture");
        return file.fileName();
    }

private:
    QTemporaryDir folder_;
    QProcessEnvironment environment_;
};

// Sentences of common words: enough structure for a loss to fall on.
inline QByteArray someText(int bytes, std::uint64_t seed = 1) {
    static const QList<QByteArray> words =
        QByteArray(
            "the and of to he said in unto his that it a shall for they be is with not all him thou "
            "them which me was king god lord land day man people house children son israel before came went hand water "
            "stone city field "
            "morning evening river mountain bread light darkness word heart voice name")
            .split(' ');
    QByteArray text;
    std::uint64_t index = 0;
    while (text.size() < bytes) {
        const auto length = 4 + static_cast<int>(randomBits(seed, 1, index) % 9);
        for (int i = 0; i < length; ++i) {
            QByteArray word =
                words[static_cast<qsizetype>(randomBits(seed, 2, index * 16 + static_cast<std::uint64_t>(i)) %
                                             static_cast<std::uint64_t>(words.size()))];
            if (i == 0) word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
            text += word + (i + 1 < length ? " " : randomBits(seed, 3, index) % 4 == 0 ? ".\n" : ". ");
        }
        ++index;
    }
    return text;
}

}  // namespace tritlab::test
