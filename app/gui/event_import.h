// Event files of TensorBoard become runs. A dialog names the folders that hold them and asks whether they are the parts
// of one run; what could not be read or is left out is told afterwards. All reading is on the writing thread.
#pragma once

#include <QObject>
#include <string>
#include <vector>

class QAction;
class QWidget;

namespace tritlab {

class StoreActions;
struct TensorBoardImport;

class EventImport : public QObject {
    Q_OBJECT
public:
    EventImport(QWidget* window, StoreActions* actions);
    [[nodiscard]] QAction* action() const { return action_; }  // asks for a folder
    void open(const QString& path);                            // a folder, or one file

Q_SIGNALS:
    void statusMessage(const QString& message);

private:
    void choose();
    void ask(const QString& path, const std::vector<std::string>& folders);
    void import(const QString& path, bool merge);
    void tell(const TensorBoardImport& imported);
    QWidget* window_;
    StoreActions* actions_;
    QAction* action_;
};

}  // namespace tritlab
