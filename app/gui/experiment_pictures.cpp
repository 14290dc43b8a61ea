#include "app/gui/experiment_pictures.h"

#include <QCoreApplication>
#include <QDir>
#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/experiment/report.h"
#include "ui/pages/chart_metrics.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/file_head.h"
#include "ui/theme/theme.h"

namespace tritlab {
namespace {

ChartSpec specOf(const QString& id, const std::string& series) {
    const ChartSpec known = chartMetric(series).spec;
    ChartSpec spec;
    spec.id = id;
    spec.title = known.title;
    spec.unit = known.unit;
    spec.fromZero = known.fromZero;
    spec.legend = true;
    return spec;
}

// Minimum and maximum over the seeds, behind the lines.
void addBand(QCustomPlot& plot, const std::vector<CurvePoint>& points, const QColor& color) {
    auto* upper = plot.addGraph();
    auto* lower = plot.addGraph();
    for (const CurvePoint& point : points) {
        upper->addData(static_cast<double>(point.step), point.value.max);
        lower->addData(static_cast<double>(point.step), point.value.min);
    }
    QColor fill = color;
    fill.setAlpha(45);
    for (QCPGraph* edge : {upper, lower}) {
        edge->setPen(Qt::NoPen);
        edge->setLayer("grid");
    }
    upper->setBrush(fill);
    upper->setChannelFillGraph(lower);
}

// False: the curve has no values at all.
bool drawCurve(ChartWidget& chart, const ExperimentCurve& curve, const std::vector<std::string>& names) {
    double min = 0, max = 0;
    bool any = false;
    for (std::size_t v = 0; v < curve.variants.size(); ++v) {
        const std::vector<CurvePoint>& points = curve.variants[v];
        if (points.empty()) continue;
        const QColor color = runColor(static_cast<int>(v), false);
        auto mean = std::make_shared<Series>();
        for (const CurvePoint& point : points) {
            mean->append(static_cast<double>(point.step), point.value.mean);
            min = any ? std::min(min, point.value.min) : point.value.min;
            max = any ? std::max(max, point.value.max) : point.value.max;
            any = true;
        }
        addBand(*chart.plot(), points, color);
        chart.setCurve(QString("%1").arg(v, 4, 10, QChar('0')),
                       {QString::fromStdString(names[v]), color, Qt::SolidLine}, std::move(mean));
    }
    if (!any) return false;
    chart.setXRange(*chart.dataRange());
    // The chart itself scales by its lines; a band may reach further.
    QCPRange range = chart.plot()->yAxis->range();
    const double pad = (max - min) * 0.04;
    range.expand(QCPRange(min - pad, max + pad));
    chart.plot()->yAxis->setRange(range);
    return true;
}

}  // namespace

QStringList plotExperiment(const Workspace& workspace, const QString& experimentFolder, const QString& folder) {
    if (!QDir().mkpath(folder))
        throw Error("cannot make the folder", folder.toStdString(), "Choose one that can be written to");
    const Experiment experiment = readExperiment(experimentFolder.toStdString());
    RunStore store(workspace);
    const ExperimentReport report = reportExperiment(experiment, store);
    QStringList files;
    for (const ExperimentCurve& curve : report.curves) {
        QString id = QString::fromStdString(curve.key).replace('/', '-').replace('_', '-');
        ChartWidget chart(specOf(id, curve.key));
        chart.resize(chartPicture);
        chart.setXLabel(QCoreApplication::translate("tritlab::ExperimentPictures", "step"));
        if (!drawCurve(chart, curve, experiment.variants)) continue;
        const QString path = folder + "/" + id + ".png";
        writePlot(chart, path, "png", chartPicture, chartPage);
        files << path;
    }
    return files;
}

}  // namespace tritlab
