#include "ui/theme/icons.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>

namespace tritlab {

namespace {

// Paths live on a 24 x 24 grid.
QPainterPath strokes(IconShape shape) {
    QPainterPath path;
    const auto line = [&path](qreal x1, qreal y1, qreal x2, qreal y2) {
        path.moveTo(x1, y1);
        path.lineTo(x2, y2);
    };
    switch (shape) {
        case IconShape::Add:
            line(12, 5, 12, 19);
            line(5, 12, 19, 12);
            break;
        case IconShape::Stop: path.addRoundedRect(6, 6, 12, 12, 1.5, 1.5); break;
        case IconShape::Resume: path.addPolygon(QPolygonF({{8, 5}, {19, 12}, {8, 19}, {8, 5}})); break;
        case IconShape::Charts:
            line(4, 4, 4, 20);
            line(4, 20, 20, 20);
            path.moveTo(7, 8);
            path.cubicTo(9, 17, 13, 16, 20, 16.5);
            break;
        case IconShape::Chat:
            path.addRoundedRect(4, 5, 16, 11, 2.5, 2.5);
            path.moveTo(8, 16);
            path.lineTo(8, 20);
            path.lineTo(12, 16);
            break;
        case IconShape::Theme:
            path.addEllipse(QPointF(12, 12), 7.5, 7.5);
            line(12, 4.5, 12, 19.5);
            break;
        case IconShape::Trash:
            line(5, 7, 19, 7);
            line(10, 4, 14, 4);
            path.addPolygon(QPolygonF({{7, 7}, {8, 20}, {16, 20}, {17, 7}}));
            break;
        case IconShape::Copy:
            path.addRoundedRect(4, 8, 11, 12, 1.5, 1.5);
            path.addPolygon(QPolygonF({{8.5, 5}, {8.5, 4}, {20, 4}, {20, 16}, {18, 16}}));
            break;
        case IconShape::Open:
        case IconShape::Folder:
            path.addPolygon(QPolygonF({{4, 19}, {4, 6}, {10, 6}, {12, 8}, {20, 8}, {20, 19}, {4, 19}}));
            break;
        case IconShape::Save:
        case IconShape::Export:
            line(12, 4, 12, 15);
            path.addPolygon(QPolygonF({{7.5, 10.5}, {12, 15}, {16.5, 10.5}}));
            path.addPolygon(QPolygonF({{5, 16}, {5, 20}, {19, 20}, {19, 16}}));
            break;
        case IconShape::Reset:
            path.arcMoveTo(5, 5, 14, 14, 120);
            path.arcTo(5, 5, 14, 14, 120, 300);
            path.addPolygon(QPolygonF({{4.5, 3.5}, {8.6, 5.9}, {6.2, 9.8}}));
            break;
        case IconShape::Send:
            path.addPolygon(QPolygonF({{4, 5}, {20, 12}, {4, 19}, {7, 12}, {4, 5}}));
            line(7, 12, 13, 12);
            break;
        case IconShape::Follow:
            line(4, 12, 17, 12);
            path.addPolygon(QPolygonF({{12, 7}, {17, 12}, {12, 17}}));
            line(20, 5, 20, 19);
            break;
    }
    return path;
}

class LineIconEngine : public QIconEngine {
public:
    explicit LineIconEngine(IconShape shape) : shape_(shape) {}
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const QColor color = QApplication::palette().color(group, QPalette::ButtonText);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.topLeft());
        painter->scale(rect.width() / 24.0, rect.height() / 24.0);
        painter->setPen(QPen(color, 1.9, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        const bool filled = shape_ == IconShape::Stop || shape_ == IconShape::Resume;
        painter->setBrush(filled ? QBrush(color) : QBrush(Qt::NoBrush));
        painter->drawPath(strokes(shape_));
        painter->restore();
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }
    [[nodiscard]] QIconEngine* clone() const override { return new LineIconEngine(shape_); }

private:
    IconShape shape_;
};

}  // namespace

QIcon lineIcon(IconShape shape) { return QIcon(new LineIconEngine(shape)); }

QIcon applicationIcon() {
    QIcon icon;
    for (const int size : {16, 32, 48, 64, 128, 256}) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(size / 256.0, size / 256.0);
        painter.setPen(Qt::NoPen);
        const auto block = [&painter](const QRectF& rect, qreal radius, QRgb color) {
            painter.setBrush(QColor::fromRgb(color));
            painter.drawRoundedRect(rect, radius, radius);
        };
        // resources/icons/tritlab.svg: the three values of a ternary weight about the zero line.
        block({12, 12, 232, 232}, 44, 0x1d2733);
        block({44, 125, 168, 6}, 3, 0x5a6878);
        block({48, 136, 44, 72}, 8, 0x62a8f5);
        block({106, 118, 44, 20}, 8, 0xa3afbc);
        block({164, 52, 44, 72}, 8, 0xf29a4a);
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}

}  // namespace tritlab
