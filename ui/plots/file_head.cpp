#include "ui/plots/file_head.h"

#include <algorithm>
#include <utility>

#include "ui/plots/qcp.h"

namespace tritlab {

namespace {

class FileHead : public QCPLayoutElement {
public:
    FileHead(QCustomPlot* plot, QString title, std::vector<NamedColor> names, const QColor& text)
        : QCPLayoutElement(plot), title_(std::move(title)), names_(std::move(names)), text_(text), font_(plot->font()) {
        bold_ = font_;
        bold_.setWeight(QFont::DemiBold);
        setMargins({8, 4, 8, 0});
    }
    QSize minimumOuterSizeHint() const override { return {50, QFontMetrics(font_).height() + 8}; }
    QSize maximumOuterSizeHint() const override { return {QWIDGETSIZE_MAX, QFontMetrics(font_).height() + 8}; }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    void draw(QCPPainter* painter) override {
        const QRect place = rect();
        const double base = place.bottom() - QFontMetrics(font_).descent();
        painter->setFont(bold_);
        painter->setPen(text_);
        painter->drawText(QPointF(place.left(), base), title_);
        double x = place.left() + QFontMetrics(bold_).horizontalAdvance(title_) + 16;
        painter->setFont(font_);
        for (const auto& [name, color] : names_) {
            const double width = QFontMetrics(font_).horizontalAdvance(name);
            if (x + width > place.right()) return;
            painter->setPen(color);
            painter->drawText(QPointF(x, base), name);
            x += width + 12;
        }
    }

private:
    QString title_;
    std::vector<NamedColor> names_;
    QColor text_;
    QFont font_, bold_;
};

}  // namespace

void withFileHead(QCustomPlot* plot, const QString& title, std::vector<NamedColor> names, const QColor& text,
                  const std::function<void()>& save) {
    plot->plotLayout()->insertRow(0);
    auto* head = new FileHead(plot, title, std::move(names), text);  // the layout's
    plot->plotLayout()->addElement(0, 0, head);
    save();
    plot->plotLayout()->remove(head);
    plot->plotLayout()->simplify();
}

QColor printColor(const QColor& color) {
    return QColor::fromHslF(std::max(0.0f, color.hslHueF()), color.hslSaturationF(),
                            std::min(0.45f, color.lightnessF()), color.alphaF());
}

}  // namespace tritlab
