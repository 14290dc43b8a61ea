// The area between two series that share their x: the least and the most of several runs. Dense stretches are drawn as
// one span a pixel column, like every curve.
#pragma once

#include <memory>

#include "ui/models/series.h"
#include "ui/plots/qcp.h"

namespace tritlab {

class BandPlottable : public QCPAbstractPlottable {
    Q_OBJECT
public:
    BandPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis);
    void setBand(std::shared_ptr<const Series> min, std::shared_ptr<const Series> max);

    double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }
    QCPRange getKeyRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth) const override;
    QCPRange getValueRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth,
                           const QCPRange& inKeyRange = QCPRange()) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    [[nodiscard]] QPolygonF outline() const;
    std::shared_ptr<const Series> min_, max_;
};

}  // namespace tritlab
