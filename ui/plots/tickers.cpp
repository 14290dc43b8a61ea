#include "ui/plots/tickers.h"

#include <cmath>

namespace tritlab {

QVector<double> LogTicker::createTickVector(double tickStep, const QCPRange& range) {
    if (range.lower <= 0 || range.upper / range.lower < 4) return QCPAxisTicker::createTickVector(tickStep, range);
    const int first = static_cast<int>(std::floor(std::log10(range.lower)));
    const int last = static_cast<int>(std::ceil(std::log10(range.upper)));
    const bool fine = last - first <= 3;
    const int stride = std::max(1, (last - first) / 8);
    QVector<double> ticks;
    for (int decade = first; decade <= last; decade += fine ? 1 : stride) {
        for (const double unit : {1.0, 2.0, 5.0}) {
            if (fine || unit == 1.0) ticks << unit * std::pow(10.0, decade);
        }
    }
    return ticks;
}

}  // namespace tritlab
