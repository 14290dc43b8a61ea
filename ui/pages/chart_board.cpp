#include "ui/pages/chart_board.h"

#include <QGridLayout>
#include <QJsonArray>
#include <algorithm>

namespace tritlab {

ChartBoard::ChartBoard(ChartGroup* group, QWidget* parent)
    : QWidget(parent), group_(group), grid_(new QGridLayout(this)) {
    setObjectName("chartsBoard");
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(6);
    reset();
}

void ChartBoard::ensure(const std::string& key) {
    if (charts_.count(key) > 0) return;
    const ChartMetric metric = chartMetric(key);
    auto* chart = new ChartWidget(metric.spec, this);
    chart->setMinimumHeight(key == "loss" ? 250 : 185);
    charts_[key] = chart;
    shown_[key] = metric.shown;
    if (std::find(order_.begin(), order_.end(), key) == order_.end()) order_.push_back(key);
    group_->add(chart);
    Q_EMIT made(chart);
}

ChartWidget* ChartBoard::addMetric(const std::string& key) {
    ensure(key);
    setShown(key, true);
    return charts_[key];
}

void ChartBoard::setShown(const std::string& key, bool shown) {
    ensure(key);
    shown_[key] = shown;
    if (!shown && enlarged_ == key) enlarged_.clear();
    arrange();
}

bool ChartBoard::isShown(const std::string& key) const {
    const auto it = shown_.find(key);
    return it != shown_.end() && it->second;
}

void ChartBoard::move(const std::string& key, int places) {
    for (; places != 0; places += places < 0 ? 1 : -1) {
        auto at = std::find(order_.begin(), order_.end(), key);
        if (at == order_.end()) return;
        // Past the next one that is seen.
        do {
            if (places < 0 ? at == order_.begin() : at + 1 == order_.end()) break;
            const auto other = places < 0 ? at - 1 : at + 1;
            std::iter_swap(at, other);
            at = other;
        } while (!isShown(*(places < 0 ? at + 1 : at - 1)));
    }
    arrange();
}

void ChartBoard::enlarge(const std::string& key) {
    enlarged_ = isShown(key) ? key : std::string();
    arrange();
}

void ChartBoard::reset() {
    order_.clear();
    enlarged_.clear();
    for (const ChartMetric& metric : chartMetrics()) {
        order_.push_back(metric.key);
        ensure(metric.key);
    }
    for (auto& [key, shown] : shown_) shown = chartMetric(key).shown;
    for (const auto& [key, chart] : charts_) {
        if (std::find(order_.begin(), order_.end(), key) == order_.end()) order_.push_back(key);
    }
    arrange();
}

ChartWidget* ChartBoard::chart(const std::string& key) const {
    const auto it = charts_.find(key);
    return it == charts_.end() ? nullptr : it->second;
}

ChartWidget* ChartBoard::chartOfId(const QString& id) const {
    for (const auto& [key, chart] : charts_) {
        if (chart->spec().id == id) return chart;
    }
    return nullptr;
}

std::string ChartBoard::keyOf(const ChartWidget* chart) const {
    for (const auto& [key, each] : charts_) {
        if (each == chart) return key;
    }
    return {};
}

QJsonObject ChartBoard::state() const {
    QJsonArray order, hidden;
    for (const std::string& key : order_) {
        order.append(QString::fromStdString(key));
        if (!isShown(key)) hidden.append(QString::fromStdString(key));
    }
    return {{"order", order}, {"hidden", hidden}};
}

void ChartBoard::setState(const QJsonObject& state) {
    if (!state.contains("order")) return;
    order_.clear();
    for (const QJsonValue& each : state["order"].toArray()) {
        const std::string key = each.toString().toStdString();
        if (!key.empty() && std::find(order_.begin(), order_.end(), key) == order_.end()) order_.push_back(key);
    }
    for (const std::string& key : std::vector<std::string>(order_)) {
        ensure(key);
        shown_[key] = true;
    }
    for (const ChartMetric& metric : chartMetrics()) ensure(metric.key);  // one that this version has anew
    for (const QJsonValue& each : state["hidden"].toArray()) shown_[each.toString().toStdString()] = false;
    arrange();
}

void ChartBoard::arrange() {
    columns_ = width() >= 640 ? 2 : 1;
    while (QLayoutItem* item = grid_->takeAt(0)) delete item;
    int place = 0;
    for (const std::string& key : order_) {
        const auto it = charts_.find(key);
        if (it == charts_.end()) continue;
        const bool seen = isShown(key) && (enlarged_.empty() || enlarged_ == key);
        it->second->setVisible(seen);
        if (!seen) continue;
        // The first chart is as wide as the page.
        if (place == 0) {
            grid_->addWidget(it->second, 0, 0, 1, columns_);
            place = columns_;
            continue;
        }
        grid_->addWidget(it->second, place / columns_, place % columns_);
        ++place;
    }
    Q_EMIT arranged();
}

void ChartBoard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if ((width() >= 640 ? 2 : 1) != columns_) arrange();
}

}  // namespace tritlab
