#include "ui/chat/thinking.h"

namespace tritlab {

ThinkingParts thinkingParts(const QString& text) {
    const QString open = "<think>", close = "</think>";
    const QString begun = text.trimmed();
    const qsizetype end = begun.indexOf(close);
    if (!begun.startsWith(open) && end < 0) return {{}, text};
    if (!begun.startsWith(open) && begun.indexOf(open) >= 0) return {{}, text};  // it speaks of the marks
    const qsizetype from = begun.startsWith(open) ? open.size() : 0;
    if (end < 0) return {begun.mid(from).trimmed(), {}};
    return {begun.mid(from, end - from).trimmed(), begun.mid(end + close.size()).trimmed()};
}

}  // namespace tritlab
