// Answers of models that think before they speak: what stands between <think> and </think> is not what they say.
#pragma once

#include <QString>

namespace tritlab {

struct ThinkingParts {
    QString thought;  // empty: there is none
    QString said;
};
// Where a template has opened the block already, the answer begins within it and only closes it.
ThinkingParts thinkingParts(const QString& text);

}  // namespace tritlab
