#include "ui/chat/markdown.h"

#include <QStringList>

namespace tritlab {

namespace {

struct Fence {
    QChar sign;
    qsizetype length = 0, indent = 0;
    QString rest;
};

// length 0: the line is no fence.
Fence fenceOf(const QString& line) {
    Fence fence;
    while (fence.indent < line.size() && line[fence.indent] == ' ') ++fence.indent;
    if (fence.indent > 3 || fence.indent == line.size()) return {};
    fence.sign = line[fence.indent];
    if (fence.sign != '`' && fence.sign != '~') return {};
    qsizetype end = fence.indent;
    while (end < line.size() && line[end] == fence.sign) ++end;
    fence.length = end - fence.indent;
    fence.rest = line.mid(end).trimmed();
    if (fence.length < 3 || (fence.sign == '`' && fence.rest.contains('`'))) return {};
    return fence;
}

}  // namespace

std::vector<MarkdownPart> markdownParts(const QString& text) {
    std::vector<MarkdownPart> parts;
    QStringList lines;
    Fence open;
    const auto finish = [&](bool code) {
        const QString body = lines.join('\n');
        lines.clear();
        if (code) parts.push_back({true, open.rest.section(' ', 0, 0), body});
        else if (!body.trimmed().isEmpty()) parts.push_back({false, {}, body});
    };
    for (const QString& line : text.split('\n')) {
        const Fence fence = fenceOf(line);
        if (open.length == 0 && fence.length > 0) {
            finish(false);
            open = fence;
        } else if (open.length > 0 && fence.length >= open.length && fence.sign == open.sign && fence.rest.isEmpty()) {
            finish(true);
            open = {};
        } else if (open.length > 0) {
            qsizetype blanks = 0;  // what indents the fence is none of the code's
            while (blanks < open.indent && blanks < line.size() && line[blanks] == ' ') ++blanks;
            lines << line.mid(blanks);
        } else {
            lines << line;
        }
    }
    finish(open.length > 0);
    return parts;
}

QString withHardBreaks(const QString& prose) {
    QString text;
    for (const QString& line : prose.split('\n')) text += line.trimmed().isEmpty() ? "\n" : line + "  \n";
    return text;
}

}  // namespace tritlab
