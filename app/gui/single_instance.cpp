#include "app/gui/single_instance.h"

#include <QCryptographicHash>
#include <QDir>
#include <QLocalServer>
#include <QLocalSocket>

#include "core/base/log.h"

namespace tritlab {

namespace {
constexpr int patienceMs = 2000;
constexpr auto received = "ok\n";
}  // namespace

SingleInstance::SingleInstance(const Workspace& workspace, QObject* parent) : QObject(parent) {
    // A path of its own for each workspace; the socket itself may lie elsewhere, since its path must be short.
    const QByteArray root =
        QDir::cleanPath(QDir(QString::fromStdString(workspace.root().string())).absolutePath()).toUtf8();
    name_ = "tritlab-" + qEnvironmentVariable("USER") + "-" +
            QString::fromLatin1(QCryptographicHash::hash(root, QCryptographicHash::Sha256).toHex().left(24));
}

SingleInstance::~SingleInstance() = default;

bool SingleInstance::handOver(const QStringList& files) const {
    QLocalSocket socket;
    socket.connectToServer(name_);
    if (!socket.waitForConnected(patienceMs)) return false;
    QByteArray message;
    for (const QString& file : files) message += file.toUtf8() + '\n';
    socket.write(message + '\n');  // an empty line ends it
    if (!socket.waitForBytesWritten(patienceMs)) return false;
    QByteArray reply;
    while (!reply.contains('\n') && socket.waitForReadyRead(patienceMs)) reply += socket.readAll();
    return reply == received;
}

void SingleInstance::listen() {
    server_ = std::make_unique<QLocalServer>();
    server_->setSocketOptions(QLocalServer::UserAccessOption);
    connect(server_.get(), &QLocalServer::newConnection, this, &SingleInstance::answer);
    if (server_->listen(name_)) return;
    QLocalServer::removeServer(name_);  // nobody answered there: its process died
    if (!server_->listen(name_))
        logWarning("a second start cannot be told from the first: " + server_->errorString().toStdString());
}

void SingleInstance::answer() {
    while (QLocalSocket* socket = server_->nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        auto text = std::make_shared<QByteArray>();
        connect(socket, &QLocalSocket::readyRead, this, [this, socket, text] {
            *text += socket->readAll();
            if (!text->endsWith("\n\n") && *text != "\n") return;
            QStringList files;
            for (const QByteArray& line : text->split('\n')) {
                if (!line.isEmpty()) files << QString::fromUtf8(line);
            }
            text->clear();
            socket->write(received);
            Q_EMIT asked(files);
        });
    }
}

}  // namespace tritlab
