#include "ui/theme/theme.h"

#include <QApplication>
#include <QStyle>
#include <QStyleFactory>
#include <QToolTip>
#include <algorithm>
#include <array>

namespace tritlab {

namespace {

struct SystemLook {
    QString style;
    QPalette palette;
};

// What the platform gave at start, to go back to.
const SystemLook& systemLook() {
    static const SystemLook look{QApplication::style()->objectName(), QApplication::palette()};
    return look;
}

QColor mix(const QColor& a, const QColor& b, double share) {
    const auto part = [share](int x, int y) { return static_cast<int>(x + (y - x) * share); };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

QPalette makePalette(bool dark) {
    const QColor window = dark ? QColor(0x2b, 0x2d, 0x32) : QColor(0xf4, 0xf5, 0xf7);
    const QColor base = dark ? QColor(0x1a, 0x1b, 0x1e) : QColor(0xff, 0xff, 0xff);
    const QColor text = dark ? QColor(0xe3, 0xe5, 0xe8) : QColor(0x1f, 0x23, 0x28);
    const QColor button = dark ? QColor(0x3a, 0x3d, 0x44) : QColor(0xeb, 0xed, 0xf0);
    const QColor highlight = dark ? QColor(0x2f, 0x5f, 0xa8) : QColor(0x2f, 0x6f, 0xd0);
    QPalette palette(button, window);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, mix(base, window, 0.6));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, button);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, dark ? QColor(0x33, 0x36, 0x3c) : QColor(0xff, 0xff, 0xf2));
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, dark ? QColor(0x7f, 0xb0, 0xff) : QColor(0x1b, 0x5f, 0xc4));
    palette.setColor(QPalette::PlaceholderText, mix(text, base, 0.33));  // units and help stand in it too, and are read
    palette.setColor(QPalette::Mid, mix(window, text, 0.25));
    palette.setColor(QPalette::Dark, dark ? QColor(0x12, 0x13, 0x15) : mix(window, text, 0.35));
    palette.setColor(QPalette::Midlight, mix(window, text, 0.1));
    palette.setColor(QPalette::Light, dark ? QColor(0x4a, 0x4d, 0x54) : QColor(0xff, 0xff, 0xff));
    const QColor faint = mix(text, window, 0.55);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, mix(window, text, 0.2));
    return palette;
}

}  // namespace

QString themeKey(ThemeChoice choice) {
    return choice == ThemeChoice::Light ? "light" : choice == ThemeChoice::Dark ? "dark" : "system";
}

ThemeChoice themeFromKey(const QString& key) {
    return key == "light" ? ThemeChoice::Light : key == "dark" ? ThemeChoice::Dark : ThemeChoice::System;
}

void applyTheme(ThemeChoice choice) {
    const SystemLook& system = systemLook();
    if (choice == ThemeChoice::System) {
        QApplication::setStyle(QStyleFactory::create(system.style));
        QApplication::setPalette(system.palette);
    } else {
        QApplication::setStyle(QStyleFactory::create("Fusion"));
        QApplication::setPalette(makePalette(choice == ThemeChoice::Dark));
    }
    QToolTip::setPalette(QApplication::palette());
}

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

PlotColors plotColors(const QPalette& palette) {
    const QColor base = palette.color(QPalette::Base), text = palette.color(QPalette::Text);
    return {base,
            mix(base, text, 0.35),
            mix(base, text, 0.1),
            mix(base, text, 0.85),
            mix(base, text, 0.6),
            mix(base, text, 0.5),
            palette.color(QPalette::Highlight)};
}

PlotColors printColors() {
    return {Qt::white,
            QColor(0x60, 0x60, 0x60),
            QColor(0xe4, 0xe4, 0xe4),
            QColor(0x20, 0x20, 0x20),
            QColor(0x60, 0x60, 0x60),
            QColor(0x80, 0x80, 0x80),
            QColor(0x2f, 0x6f, 0xd0)};
}

QColor runColor(int index, bool dark) {
    static const std::array<QRgb, 10> light = {0x1f6fc4, 0xd9730d, 0x2a9153, 0xc23b4b, 0x7d56c2,
                                               0x8a6a4f, 0xc2559d, 0x5f6b78, 0x9a9a1a, 0x128f9e};
    static const std::array<QRgb, 10> darker = {0x62a8f5, 0xf29a4a, 0x5fc487, 0xf0707e, 0xb094ef,
                                                0xc29c7d, 0xea8fcb, 0xa3afbc, 0xcfcf4e, 0x4fc8d6};
    const auto& colors = dark ? darker : light;
    return QColor::fromRgb(colors[static_cast<std::size_t>(index < 0 ? 0 : index) % colors.size()]);
}

QColor scaleColor(double goodness, bool dark) {
    static const std::array<QColor, 3> light = {QColor(0xd0, 0x77, 0x1b), QColor(0x9c, 0x3f, 0x77),
                                                QColor(0x12, 0x1f, 0x6b)};
    static const std::array<QColor, 3> darker = {QColor(0x8f, 0x6f, 0xe0), QColor(0xee, 0x80, 0x88),
                                                 QColor(0xfb, 0xe6, 0x6a)};
    const auto& stops = dark ? darker : light;
    const double at = std::clamp(goodness, 0.0, 1.0);
    return at < 0.5 ? mix(stops[0], stops[1], at * 2) : mix(stops[1], stops[2], at * 2 - 1);
}

QColor goodColor(bool dark) { return dark ? QColor(0x5f, 0xc4, 0x87) : QColor(0x23, 0x84, 0x4b); }
QColor badColor(bool dark) { return dark ? QColor(0xff, 0x80, 0x80) : QColor(0xc2, 0x2f, 0x3b); }

QColor stateColor(RunState state, bool dark) {
    switch (state) {
        case RunState::Running: return goodColor(dark);
        case RunState::Preparing: return dark ? QColor(0xf2, 0xc1, 0x4a) : QColor(0xb8, 0x86, 0x0b);
        case RunState::Queued: return dark ? QColor(0xa3, 0xaf, 0xbc) : QColor(0x6b, 0x77, 0x85);
        case RunState::Finished: return dark ? QColor(0x62, 0xa8, 0xf5) : QColor(0x1f, 0x6f, 0xc4);
        case RunState::Stopped: return dark ? QColor(0xa3, 0xaf, 0xbc) : QColor(0x6b, 0x77, 0x85);
        case RunState::Interrupted: return dark ? QColor(0xf2, 0x9a, 0x4a) : QColor(0xc4, 0x62, 0x0a);
        case RunState::Failed:
        case RunState::Diverged: return badColor(dark);
    }
    return Qt::gray;
}

QColor ternaryColor(int code, bool dark) {
    if (code < 0) return dark ? QColor(0x62, 0xa8, 0xf5) : QColor(0x2f, 0x7b, 0xd0);
    if (code > 0) return dark ? QColor(0xf2, 0x9a, 0x4a) : QColor(0xdc, 0x7a, 0x1e);
    return dark ? QColor(0x70, 0x76, 0x7e) : QColor(0xb4, 0xba, 0xc2);
}

}  // namespace tritlab
