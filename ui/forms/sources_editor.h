// The list of a run's text: files, folders and built-in corpora, each with its weight.
#pragma once

#include <QWidget>
#include <utility>
#include <vector>

#include "core/config/run_config.h"

class QTableWidget;

namespace tritlab {

class SourcesEditor : public QWidget {
    Q_OBJECT
public:
    explicit SourcesEditor(QWidget* parent = nullptr);
    void setSources(const std::vector<DataSource>& sources);
    [[nodiscard]] std::vector<DataSource> sources() const;  // throws Error for a weight that is no number
    using Row = std::pair<QString, QString>;                // path and weight, as they stand there
    [[nodiscard]] std::vector<Row> written() const;
    void setWritten(const std::vector<Row>& rows);

Q_SIGNALS:
    void edited();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void add(const QString& path, const QString& weight);
    QTableWidget* table_;
};

}  // namespace tritlab
