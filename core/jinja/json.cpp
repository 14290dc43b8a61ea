// JSON of a value as Python's json.dumps writes it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/jinja/functions.h"

namespace tritlab::jinja {

namespace {

class Writer {
public:
    Writer(Heap& heap, const JsonStyle& style) : heap_(heap), style_(style) {}

    Text run(const Value& value) {
        write(value, 0);
        return std::move(out_);
    }

private:
    void write(const Value& value, int depth) {
        heap_.work(1);
        heap_.room(out_.size());
        switch (value.kind()) {
            case Kind::None: return out_.append("null", value.mark());
            case Kind::Bool: return out_.append(value.whole() != 0 ? "true" : "false", value.mark());
            case Kind::Int: return out_.append(wholeText(value.whole()), value.mark());
            case Kind::Float: return out_.append(real(value.asReal()), value.mark());
            case Kind::String: return quoted(value.text());
            case Kind::List:
            case Kind::Tuple: {
                const Mark mark = value.mark();
                if (value.items().empty()) return out_.append("[]", mark);
                out_.append("[", mark);
                for (std::size_t i = 0; i < value.items().size(); ++i) {
                    if (i > 0) out_.append(style_.itemSeparator, mark);
                    newline(depth + 1, mark);
                    write(value.items()[i], depth + 1);
                }
                newline(depth, mark);
                return out_.append("]", mark);
            }
            case Kind::Dict: return dict(value, depth);
            default: fail(std::string("Object of type ") + typeName(value) + " is not JSON serializable");
        }
    }

    static std::string real(double value) {
        if (std::isnan(value)) return "NaN";
        if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
        return realText(value);
    }

    void newline(int depth, Mark mark) {
        if (!style_.pretty) return;
        out_.append("\n", mark);
        heap_.room(out_.size() + style_.indent.size() * static_cast<std::size_t>(depth));
        for (int i = 0; i < depth; ++i) out_.append(style_.indent, mark);
    }

    void dict(const Value& value, int depth) {
        const Mark mark = value.mark();
        const auto& entries = value.as<DictObject>().entries;
        if (entries.empty()) return out_.append("{}", mark);
        std::vector<const std::pair<Value, Value>*> order;
        for (const auto& entry : entries) order.push_back(&entry);
        if (style_.sortKeys) {
            std::stable_sort(order.begin(), order.end(),
                             [&](const auto* a, const auto* b) { return less(heap_, a->first, b->first); });
        }
        out_.append("{", mark);
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i > 0) out_.append(style_.itemSeparator, mark);
            newline(depth + 1, mark);
            key(order[i]->first);
            out_.append(style_.keySeparator, mark);
            write(order[i]->second, depth + 1);
        }
        newline(depth, mark);
        out_.append("}", mark);
    }

    void key(const Value& value) {
        switch (value.kind()) {
            case Kind::String: return quoted(value.text());
            case Kind::None: return quoted(Text("null", value.mark()));
            case Kind::Bool: return quoted(Text(value.whole() != 0 ? "true" : "false", value.mark()));
            case Kind::Int: return quoted(Text(wholeText(value.whole()), value.mark()));
            case Kind::Float: return quoted(Text(real(value.asReal()), value.mark()));
            default: fail(std::string("keys must be str, int, float, bool or None, not ") + typeName(value));
        }
    }

    void quoted(const Text& text) {
        const std::string_view bytes = text.view();
        out_.append("\"", text.around());
        std::size_t plain = 0;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t length = charBytes(bytes, at);
            const std::string escape = escapeOf(charAt(bytes, at));
            if (!escape.empty()) {
                out_.append(text, plain, at - plain);
                out_.append(escape, text.markAt(at));
                plain = at + length;
            }
            at += length;
        }
        out_.append(text, plain, bytes.size() - plain);
        out_.append("\"", text.around());
    }

    [[nodiscard]] std::string escapeOf(char32_t c) const {
        switch (c) {
            case '"': return "\\\"";
            case '\\': return "\\\\";
            case '\n': return "\\n";
            case '\r': return "\\r";
            case '\t': return "\\t";
            case '\b': return "\\b";
            case '\f': return "\\f";
            default: break;
        }
        if (c >= 0x20 && (c < 0x7F || !style_.ascii)) return {};
        std::array<char, 16> out{};
        if (c < 0x10000) {
            std::snprintf(out.data(), out.size(), "\\u%04x", static_cast<unsigned>(c));
        } else {
            const auto rest = static_cast<unsigned>(c) - 0x10000;
            std::snprintf(out.data(), out.size(), "\\u%04x\\u%04x", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
        }
        return out.data();
    }

    Heap& heap_;
    const JsonStyle& style_;
    Text out_;
};

}  // namespace

Text json(Heap& heap, const Value& value, const JsonStyle& style) { return Writer(heap, style).run(value); }

}  // namespace tritlab::jinja
