// Histograms of one layer's weights over their mean size, one ridge a snapshot, the earliest at the top: how the
// weights move to and fro across the ±0.5 boundaries. Also the ternary codes of a weight as an image.
#pragma once

#include <QImage>
#include <QWidget>
#include <array>
#include <vector>

#include "core/run/events.h"

namespace tritlab {

struct Ridge {
    StepIndex step = 0;
    std::array<std::uint32_t, LayerHealth::histogramBins> histogram{};
};

class RidgeChart : public QWidget {
    Q_OBJECT
public:
    explicit RidgeChart(QWidget* parent = nullptr);
    void setRidges(std::vector<Ridge> ridges);
    void setMarked(StepIndex step);  // the snapshot that the slider shows is drawn stronger
    [[nodiscard]] const std::vector<Ridge>& ridges() const { return ridges_; }
    QSize sizeHint() const override { return {320, 260}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Ridge> ridges_;
    StepIndex marked_ = -1;
};

// Codes of a weight [rows, columns], a pixel each, in the colours of -1, 0 and +1.
struct TernaryPattern {
    std::int64_t rows = 0, columns = 0;            // of the whole weight
    std::int64_t shownRows = 0, shownColumns = 0;  // its upper left part, where it is larger than a picture should be
    std::vector<std::int8_t> codes;                // of what is shown, row by row
    double negative = 0, zero = 0, positive = 0;   // shares over the whole weight
};

class PatternImage : public QWidget {
    Q_OBJECT
public:
    explicit PatternImage(QWidget* parent = nullptr);
    void setPattern(TernaryPattern pattern);
    void clear(const QString& why);
    [[nodiscard]] const TernaryPattern& pattern() const { return pattern_; }
    [[nodiscard]] const QImage& image() const { return image_; }
    QSize sizeHint() const override { return {320, 260}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void draw();
    TernaryPattern pattern_;
    QImage image_;
    QString text_;
};

}  // namespace tritlab
