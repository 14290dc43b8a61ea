// The conversations that are kept: search, open, rename, delete.
#pragma once

#include <QTimer>
#include <QWidget>

#include "core/store/run_store.h"

class QLabel;
class QLineEdit;
class QTableView;

namespace tritlab {

class StoreReader;
class TextTableModel;

class ConversationList : public QWidget {
    Q_OBJECT
public:
    explicit ConversationList(StoreReader* reader, QWidget* parent = nullptr);
    void reload();
    void focusSearch();
    [[nodiscard]] qint64 current() const;  // 0: none

Q_SIGNALS:
    void opened(qint64 conversation);
    void removeWanted(qint64 conversation);
    void renameWanted(qint64 conversation, const QString& title);
    void closed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void show(const std::vector<Conversation>& list);
    StoreReader* reader_;
    TextTableModel* model_;
    QLineEdit* search_;
    QTableView* table_;
    QLabel* empty_;
    QTimer typing_;
};

}  // namespace tritlab
