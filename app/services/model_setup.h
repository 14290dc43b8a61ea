// Brings the real model that resources/setup/smollm2 knows into the cache: that script as a process, its progress, its
// end. Fetches nothing before it is told to.
#pragma once

#include <QObject>
#include <QProcess>

namespace tritlab {

class ModelSetup : public QObject {
    Q_OBJECT
public:
    // script: resources/setup/smollm2, or what stands in for it.
    explicit ModelSetup(const QString& script, QObject* parent = nullptr);
    ~ModelSetup() override;            // ends a download that is under way; the next one begins anew
    static QString scriptPlace();      // below share/tritlab beside the program, installed or just built
    static QString installedScript();  // that, where it exists; else empty

    void locate();  // asks where the model lies or would lie: located() or failed() follows
    void fetch();   // progressed(), then fetched(), failed() or cancelled()
    void cancel();
    [[nodiscard]] bool fetching() const { return fetch_.state() != QProcess::NotRunning; }

Q_SIGNALS:
    void located(const QString& model, bool there);
    void progressed(const QString& text, int percent);  // -1: unknown
    void fetched();
    void failed(const QString& message);  // what the script said
    void cancelled();

private:
    void start(QProcess& process, const QStringList& arguments);
    void onLocated(int code);
    void onOutput();
    void onFetched(int code, QProcess::ExitStatus status);
    QString script_;
    QProcess locate_, fetch_;
    bool cancelled_ = false;
};

}  // namespace tritlab
