// The area between two series that share their x: the least and the most of several runs. Dense stretches are drawn as one span a
// pixel column, like every curve.
#pragma once

#include <memory>

#include "ui/plots/qcp.h"
#include "ui/models/series.h"

namespace tritlab {

class BandPlottable : public QCPAbstractPlottable {
    Q_OBJECT
public:
    BandPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis);
    void setBand(std::shared_ptr<const Series> least, std::shared_ptr<const Series> most);

    double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }
    QCPRange getKeyRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth) const override;
    QCPRange getValueRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth,
                           const QCPRange& inKeyRange = QCPRange()) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    [[nodiscard]] QPolygonF outline() const;
    std::shared_ptr<const Series> least_, most_;
};

}  // namespace tritlab
