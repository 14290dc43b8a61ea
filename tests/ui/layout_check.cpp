#include "layout_check.h"

#include <QAbstractScrollArea>
#include <QComboBox>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QToolButton>
#include <cmath>

namespace tritlab {

namespace {

double luminance(const QColor& color) {
    const auto linear = [](double part) {
        return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

QString nameOf(const QWidget* widget) {
    QString name = widget->metaObject()->className();
    if (!widget->objectName().isEmpty()) name += " '" + widget->objectName() + "'";
    for (const QWidget* parent = widget->parentWidget(); parent != nullptr; parent = parent->parentWidget()) {
        if (!parent->objectName().isEmpty()) return name + " in '" + parent->objectName() + "'";
    }
    return name;
}

// Inside an item view, a scroll area's contents or an edit, where being cut is what scrolling is for.
bool scrolls(const QWidget* widget) {
    for (const QWidget* parent = widget->parentWidget(); parent != nullptr && !parent->isWindow();
         parent = parent->parentWidget()) {
        if (qobject_cast<const QAbstractScrollArea*>(parent) != nullptr) return true;
    }
    return false;
}

void checkLabel(const QLabel& label, QStringList& faults) {
    if (label.text().isEmpty() || label.sizePolicy().horizontalPolicy() == QSizePolicy::Ignored) return;
    const int height = label.wordWrap() ? label.heightForWidth(label.width()) : label.sizeHint().height();
    if (label.height() < height - 1)
        faults << QString("%1: text of %2 px in %3 px of height: %4")
                      .arg(nameOf(&label))
                      .arg(height)
                      .arg(label.height())
                      .arg(label.text().left(60));
    if (!label.wordWrap() && label.width() < label.sizeHint().width() - 1)
        faults << QString("%1: text of %2 px in %3 px: %4")
                      .arg(nameOf(&label))
                      .arg(label.sizeHint().width())
                      .arg(label.width())
                      .arg(label.text().left(60));
}

void checkSize(const QWidget& widget, const QString& text, QStringList& faults) {
    if (text.isEmpty()) return;
    const QSize wanted = widget.minimumSizeHint().expandedTo(
        qobject_cast<const QComboBox*>(&widget) != nullptr ? QSize() : widget.sizeHint());
    if (widget.width() < wanted.width() - 1 || widget.height() < wanted.height() - 1)
        faults << QString("%1: needs %2×%3, has %4×%5: %6")
                      .arg(nameOf(&widget))
                      .arg(wanted.width())
                      .arg(wanted.height())
                      .arg(widget.width())
                      .arg(widget.height())
                      .arg(text);
}

void checkContrast(const QWidget& widget, QStringList& faults) {
    const QPalette::ColorGroup group = widget.isEnabled() ? QPalette::Active : QPalette::Disabled;
    const double min = widget.isEnabled() ? 4.5 : 2.0;  // what is switched off may stand back, and is still read
    const QColor text = widget.palette().color(group, widget.foregroundRole()),
                 behind = widget.palette().color(group, widget.backgroundRole());
    if (contrast(text, behind) < min)
        faults << QString("%1: contrast of %2 on %3 is %4")
                      .arg(nameOf(&widget), text.name(), behind.name())
                      .arg(contrast(text, behind), 0, 'f', 2);
}

void checkPlace(const QWidget& widget, QStringList& faults) {
    const QWidget* parent = widget.parentWidget();
    if (parent == nullptr || widget.isWindow() || scrolls(&widget)) return;
    if (!parent->rect().contains(widget.geometry()))
        faults << QString("%1: %2,%3 %4×%5 is outside its parent of %6×%7")
                      .arg(nameOf(&widget))
                      .arg(widget.x())
                      .arg(widget.y())
                      .arg(widget.width())
                      .arg(widget.height())
                      .arg(parent->width())
                      .arg(parent->height());
}

// Widgets of one layout; what floats above on purpose is in none.
void checkSiblings(const QWidget& parent, QStringList& faults) {
    const QLayout* layout = parent.layout();
    if (layout == nullptr) return;
    QList<const QWidget*> shown;
    for (const QObject* child : parent.children()) {
        const auto* widget = qobject_cast<const QWidget*>(child);
        if (widget == nullptr || widget->isWindow() || !widget->isVisible() ||
            layout->indexOf(const_cast<QWidget*>(widget)) < 0)
            continue;
        for (const QWidget* other : shown) {
            if (other->geometry().intersects(widget->geometry())) faults << nameOf(widget) + " covers " + nameOf(other);
        }
        shown << widget;
    }
}

}  // namespace

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QStringList layoutFaults(QWidget& window) {
    QStringList faults;
    QList<QWidget*> all = window.findChildren<QWidget*>();
    all.prepend(&window);
    for (QWidget* widget : all) {
        if (!widget->isVisible()) continue;
        checkPlace(*widget, faults);
        checkSiblings(*widget, faults);
        if (const auto* label = qobject_cast<QLabel*>(widget)) {
            checkLabel(*label, faults);
            if (!label->text().isEmpty()) checkContrast(*label, faults);
        } else if (const auto* button = qobject_cast<QAbstractButton*>(widget)) {
            checkSize(*button, button->text(), faults);
            if (!button->text().isEmpty()) checkContrast(*button, faults);
        } else if (const auto* box = qobject_cast<QComboBox*>(widget)) {
            checkSize(*box, box->currentText(), faults);
            const int need = box->fontMetrics().horizontalAdvance(box->currentText()) + 24;
            if (box->width() < need)
                faults << QString("%1: '%2' needs %3 px, has %4")
                              .arg(nameOf(box), box->currentText())
                              .arg(need)
                              .arg(box->width());
            checkContrast(*box, faults);
        } else if (const auto* edit = qobject_cast<QLineEdit*>(widget)) {
            checkContrast(*edit, faults);
        }
    }
    return faults;
}

}  // namespace tritlab
