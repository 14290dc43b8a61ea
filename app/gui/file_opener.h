// What comes into a window from outside, dropped onto it or handed over by a second start: configs, text to train on
// (files or folders), models to talk to, event files of TensorBoard. What is none of these is told of, with the reason.
#pragma once

#include <QObject>
#include <QStringList>

class QWidget;

namespace tritlab {

class FileOpener : public QObject {
    Q_OBJECT
public:
    explicit FileOpener(QWidget* window);  // takes what is dropped there
    void open(const QStringList& files);

Q_SIGNALS:
    void configFound(const QString& path);
    void textFound(const QStringList& paths);
    void eventsFound(const QString& path);  // a folder with event files, or one of them
    void modelFound(const QString& path);   // a folder, or a GGUF file; of several the last one

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void tellWhatOpens(const QStringList& faults);
    QWidget* window_;
};

}  // namespace tritlab
