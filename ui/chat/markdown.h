// Markdown as the transcript shows it: an answer cut into prose and code blocks.
#pragma once

#include <QString>
#include <vector>

namespace tritlab {

struct MarkdownPart {
    bool code = false;
    QString language;  // of code, as it was written
    QString text;      // prose: Markdown; code: as it is, without the fence
    bool operator==(const MarkdownPart&) const = default;
};

// A fence of three or more ` or ~ opens a code block, one of the same sign and at least that length closes it; one that
// is not closed (an answer that still streams) goes to the end.
std::vector<MarkdownPart> markdownParts(const QString& text);

// Prose for Qt's Markdown reader: a line break in an answer stays one.
QString withHardBreaks(const QString& prose);

}  // namespace tritlab
