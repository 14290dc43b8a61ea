// Axis ticks whose labels stay short: "20k", "1.5M", "3e-04", and 1-2-5 ticks on logarithmic axes of a few decades.
#pragma once

#include "ui/models/number_text.h"
#include "ui/plots/qcp.h"

namespace tritlab {

class NumberTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return tickText(tick); }
};

class LogTicker : public NumberTicker {
protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    int getSubTickCount(double) override { return 0; }
};

}  // namespace tritlab
