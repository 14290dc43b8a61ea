// What the crosshair reads: a line of values in the curves' colours above a chart, and a box with names beside the
// cursor. Painted by themselves: they change with every movement of the mouse, and a label would lay the whole page out
// anew each time.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <vector>

namespace tritlab {

struct ReadoutPart {
    QString name, value;
    QColor color;
};

class Readout : public QWidget {
    Q_OBJECT
public:
    explicit Readout(QWidget* parent);
    void show(const QString& head, std::vector<ReadoutPart> parts);  // names, where a part has no value
    [[nodiscard]] QString text() const;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString head_;
    std::vector<ReadoutPart> parts_;
};

class ValueBox : public QWidget {
    Q_OBJECT
public:
    explicit ValueBox(QWidget* parent);
    // Beside `x` (of the parent), inside `room`; hidden where there are no parts.
    void show(const QString& head, std::vector<ReadoutPart> parts, int x, const QRect& room);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString head_;
    std::vector<ReadoutPart> parts_;
};

}  // namespace tritlab
