// The pieces of Python's str that filters and methods share.
#include <algorithm>
#include <unordered_set>

#include "core/jinja/functions.h"
#include "core/jinja/unicode.h"

namespace tritlab::jinja {

namespace {

template <typename Change>
Text changedChars(const Text& text, const Change& change) {
    Text out;
    out.reserve(text.size());
    const std::string_view bytes = text.view();
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = charBytes(bytes, at);
        out.append(change(charAt(bytes, at), at), text.markAt(at));
        at += length;
    }
    return out;
}

bool cased(char32_t c) { return isUpper(c) || isLower(c) || isTitle(c); }

// A capital sigma at the end of a word has a small letter of its own.
bool finalSigma(std::string_view text, std::size_t at) {
    std::size_t from = at;
    bool follows = false;
    while (from > 0 && !follows) {
        from = charBefore(text, from);
        if (isCaseIgnorable(charAt(text, from))) continue;
        if (!cased(charAt(text, from))) return false;
        follows = true;
    }
    std::size_t after = at + charBytes(text, at);
    while (after < text.size() && isCaseIgnorable(charAt(text, after))) after += charBytes(text, after);
    return follows && (after >= text.size() || !cased(charAt(text, after)));
}

}  // namespace

Text upper(const Text& text) {
    return changedChars(text, [](char32_t c, std::size_t) { return upperOf(c); });
}

std::string lowerAt(std::string_view text, std::size_t at) {
    const char32_t c = charAt(text, at);
    constexpr char32_t kSigma = 0x3A3, kFinalSigma = 0x3C2;
    return c == kSigma && finalSigma(text, at) ? utf8(kFinalSigma) : lowerOf(c);
}

Text lower(const Text& text) {
    return changedChars(text, [&](char32_t, std::size_t at) { return lowerAt(text.view(), at); });
}

Text capitalized(const Text& text) {
    return changedChars(text,
                        [&](char32_t c, std::size_t at) { return at == 0 ? titleOf(c) : lowerAt(text.view(), at); });
}

Text stripped(const Text& text, const Text* characters, bool left, bool right) {
    const std::string_view bytes = text.view();
    std::unordered_set<char32_t> wanted;
    for (std::size_t at = 0; characters != nullptr && at < characters->size();
         at += charBytes(characters->view(), at)) {
        wanted.insert(charAt(characters->view(), at));
    }
    const auto goes = [&](std::size_t at) {
        const char32_t c = charAt(bytes, at);
        return characters == nullptr ? isSpace(c) : wanted.contains(c);
    };
    std::size_t from = 0, to = bytes.size();
    while (left && from < to && goes(from)) from += charBytes(bytes, from);
    while (right && to > from) {
        const std::size_t last = charBefore(bytes, to);
        if (!goes(last)) break;
        to = last;
    }
    return text.part(from, to - from);
}

Text replaced(Heap& heap, const Text& text, const Text& old, const Text& with, Wide most) {
    std::vector<std::size_t> places;
    const std::string_view bytes = text.view();
    const auto more = [&] { return most < 0 || static_cast<Wide>(places.size()) < most; };
    if (old.empty()) {
        for (std::size_t at = 0; more(); at += charBytes(bytes, at)) {
            places.push_back(at);
            if (at >= bytes.size()) break;
        }
    } else {
        for (std::size_t at = findText(bytes, old.view(), 0); at != std::string_view::npos && more();
             at = findText(bytes, old.view(), at + old.size())) {
            places.push_back(at);
        }
    }
    heap.work(bytes.size() / 64 + places.size());
    if (places.empty()) return text;
    heap.room(text.size() + places.size() * with.size());
    Text out;
    out.reserve(text.size() + places.size() * with.size());
    std::size_t done = 0;
    for (const std::size_t at : places) {
        out.append(text, done, at - done);
        out.append(with);
        done = at + old.size();
    }
    out.append(text, done, text.size() - done);
    return out;
}

std::vector<Text> lines(const Text& text, bool keepEnds) {
    std::vector<Text> out;
    const std::string_view bytes = text.view();
    std::size_t start = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        const char32_t c = charAt(bytes, at);
        std::size_t length = charBytes(bytes, at);
        const bool ends = (c >= 10 && c <= 13) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
        if (!ends) {
            at += length;
            continue;
        }
        if (c == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n') length = 2;
        out.push_back(text.part(start, at - start + (keepEnds ? length : 0)));
        at += length;
        start = at;
    }
    if (start < bytes.size()) out.push_back(text.part(start, bytes.size() - start));
    return out;
}

Text joined(Heap& heap, const Text& separator, const std::vector<Text>& parts) {
    std::size_t all = 0;
    for (const Text& part : parts) all += part.size() + separator.size();
    heap.room(all);
    Text out;
    out.reserve(all);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out.append(separator);
        out.append(parts[i]);
    }
    return out;
}

Text escaped(const Text& text) {
    Text out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const Mark mark = text.markAt(at);
        switch (text.view()[at]) {
            case '&': out.append("&amp;", mark); break;
            case '<': out.append("&lt;", mark); break;
            case '>': out.append("&gt;", mark); break;
            case '\'': out.append("&#39;", mark); break;
            case '"': out.append("&#34;", mark); break;
            default: out.append(text.view().substr(at, 1), mark);
        }
    }
    return out;
}

}  // namespace tritlab::jinja
