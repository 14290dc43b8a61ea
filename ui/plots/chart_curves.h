// The curves of a chart by their ids: each series with its style, and its smoothed twin where smoothing is on, made at
// once or, of a long series, on the plot worker. Knows nothing of axes and pixels.
#pragma once

#include <QColor>
#include <QObject>
#include <QStringList>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ui/models/series.h"
#include "ui/models/smoothing.h"
#include "ui/plots/file_head.h"
#include "ui/plots/qcp.h"
#include "ui/plots/raster.h"

namespace tritlab {

struct ReadoutPart;

struct CurveStyle {
    QString name;
    QColor color;
    Qt::PenStyle line = Qt::SolidLine;
};

class ChartCurves : public QObject {
    Q_OBJECT
public:
    explicit ChartCurves(bool smoothable, QObject* parent) : QObject(parent), smoothable_(smoothable) {}
    void set(const QString& id, const CurveStyle& style, std::shared_ptr<const Series> series);
    bool remove(const QString& id);  // false: there is no such curve
    void clear() { curves_.clear(); }
    void setSmoothing(const Smoothing& how) { smoothing_ = how; }
    [[nodiscard]] const Smoothing& smoothing() const { return smoothing_; }
    void refresh();  // brings the smoothed series up to date with their points

    [[nodiscard]] QStringList ids() const;
    [[nodiscard]] const Series* shown(const QString& id) const;  // the smoothed one where there is one; null: no curve
    [[nodiscard]] bool complete() const;                         // no smoothed series is on its way
    [[nodiscard]] std::optional<QCPRange> keyRange() const;      // of all points; none: there are no points
    // The curves from the bottom up: where they are smoothed, their points lie faintly behind all lines. `paper`: in
    // print colours.
    [[nodiscard]] std::vector<CurvePicture> pictures(bool paper) const;
    [[nodiscard]] std::vector<NamedColor> names(bool paper) const;
    [[nodiscard]] std::vector<ReadoutPart> readAt(double key) const;  // each curve's value at its nearest point
    // That point's key, of the first curve that has points.
    [[nodiscard]] std::optional<double> nearestKey(double key) const;
    void addValues(const QCPRange& keys, ValueSpan& all) const;  // what is drawn between two keys, both included
    // The 1st and 99th percentile of the values between two keys; `positive`: of those above 0. Of up to 512 points of
    // each curve, at places that stay the same while the view is moved, so that an axis does not tremble.
    [[nodiscard]] std::optional<QCPRange> withoutOutliers(const QCPRange& keys, bool positive) const;
    [[nodiscard]] QString csv(const QCPRange& keys) const;  // "curve,x,value" of the points between two keys

Q_SIGNALS:
    void smoothed();  // the worker has answered: refresh() is due, points may have come meanwhile

private:
    struct Curve {
        CurveStyle style;
        std::shared_ptr<const Series> raw;
        // null while it is made for the first time, or where smoothing is off
        std::shared_ptr<SmoothedSeries> smoothed;
        bool smoothing = false;  // on the worker
        [[nodiscard]] const Series& shown(bool smooth) const { return smooth && smoothed ? smoothed->series() : *raw; }
    };
    [[nodiscard]] bool smooths() const { return smoothable_ && smoothing_.on(); }
    void smoothCurve(const QString& id, Curve& curve);
    bool smoothable_;
    Smoothing smoothing_;
    std::map<QString, Curve> curves_;
};

}  // namespace tritlab
