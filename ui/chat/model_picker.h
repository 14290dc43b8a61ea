// Whose weights answer: a run with its checkpoints, a model folder, or a GGUF file; packed as it will be used, or its
// full-precision weights.
#pragma once

#include <QStringList>
#include <QWidget>

#include "ui/chat/chat_values.h"

class QComboBox;

namespace tritlab {

class RunListModel;
class StoreReader;

class ModelPicker : public QWidget {
    Q_OBJECT
public:
    // suffix: of the object names, "" for the first of two.
    ModelPicker(RunListModel* runs, StoreReader* reader, const QString& suffix, QWidget* parent = nullptr);
    [[nodiscard]] ChatModel model() const { return model_; }
    void setModel(const ChatModel& model);
    [[nodiscard]] QString text() const;  // for people: "demo, step 1 300, full precision"
    [[nodiscard]] bool touched() const { return touched_; }
    void setTouched(bool touched) { touched_ = touched; }  // the person chose it: it follows no selection
    void showRuns();                                       // their names and states may have changed
    void popUp();
    [[nodiscard]] QStringList folders() const { return folders_; }
    void setFolders(const QStringList& folders);

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void readCheckpoints();
    void choose(const QString& path);
    void change(const ChatModel& model);
    RunListModel* runs_;
    StoreReader* reader_;
    QComboBox *models_, *weights_, *precision_;
    ChatModel model_;
    QStringList folders_;
    QString checkpointsOf_;
    bool touched_ = false;
};

}  // namespace tritlab
