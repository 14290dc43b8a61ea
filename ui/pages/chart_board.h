// The charts of a page in a grid: shown or hidden, in the person's order, one of them enlarged. Their metrics are the
// caller's.
#pragma once

#include <QJsonObject>
#include <QWidget>
#include <map>
#include <string>
#include <vector>

#include "ui/pages/chart_metrics.h"

class QGridLayout;

namespace tritlab {

class ChartBoard : public QWidget {
    Q_OBJECT
public:
    explicit ChartBoard(ChartGroup* group, QWidget* parent = nullptr);  // with the known metrics

    ChartWidget* addMetric(const std::string& key);  // shows it; the chart that is there, where there is one
    void setShown(const std::string& key, bool shown);
    [[nodiscard]] bool isShown(const std::string& key) const;
    void move(const std::string& key, int places);  // among those that are shown
    void enlarge(const std::string& key);           // empty: all again
    [[nodiscard]] std::string enlarged() const { return enlarged_; }
    void reset();                                                                   // the known metrics, in their order
    [[nodiscard]] const std::vector<std::string>& order() const { return order_; }  // hidden ones too
    [[nodiscard]] ChartWidget* chart(const std::string& key) const;
    [[nodiscard]] ChartWidget* chartOfId(const QString& id) const;
    [[nodiscard]] std::string keyOf(const ChartWidget* chart) const;
    [[nodiscard]] QJsonObject state() const;
    void setState(const QJsonObject& state);

Q_SIGNALS:
    void arranged();  // shown, hidden, moved or enlarged
    void made(tritlab::ChartWidget* chart);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void ensure(const std::string& key);
    void arrange();
    ChartGroup* group_;
    QGridLayout* grid_;
    std::vector<std::string> order_;
    std::map<std::string, ChartWidget*> charts_;
    std::map<std::string, bool> shown_;
    std::string enlarged_;
    int columns_ = 0;
};

}  // namespace tritlab
