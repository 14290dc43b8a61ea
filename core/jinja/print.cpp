// How Python prints values: str() and repr(), with the quotes, escapes and digits that it chooses.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/jinja/unicode.h"
#include "core/jinja/value.h"

namespace tritlab::jinja {

std::string wholeText(Wide value) {
    return value < 0 ? std::to_string(static_cast<std::int64_t>(value))
                     : std::to_string(static_cast<std::uint64_t>(value));
}

std::string realText(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    std::array<char, 40> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
    const std::string shortest(buffer.data(), end);
    const std::size_t e = shortest.find('e');
    const int exponent = std::stoi(shortest.substr(e + 1));
    std::string digits, sign;
    for (const char c : shortest.substr(0, e)) {
        if (c == '-') sign = "-";
        if (c >= '0' && c <= '9') digits += c;
    }
    if (exponent < -4 || exponent >= 16) {
        const std::string power = std::to_string(std::abs(exponent));
        return sign + digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") +
               (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
    }
    if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto before = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < before) digits.append(before - digits.size(), '0');
    const std::string after = digits.substr(before);
    return sign + digits.substr(0, before) + "." + (after.empty() ? "0" : after);
}

namespace {

void quote(const Text& text, Text& out) {
    const std::string_view bytes = text.view();
    const bool doubled = bytes.find('\'') != std::string_view::npos && bytes.find('"') == std::string_view::npos;
    const char mark = doubled ? '"' : '\'';
    out.append(std::string_view(&mark, 1), text.around());
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = charBytes(bytes, at);
        const char32_t c = charAt(bytes, at);
        std::array<char, 16> escaped{};
        if (c == static_cast<unsigned char>(mark) || c == '\\') {
            escaped = {'\\', static_cast<char>(c)};
        } else if (c == '\n') {
            escaped = {'\\', 'n'};
        } else if (c == '\r') {
            escaped = {'\\', 'r'};
        } else if (c == '\t') {
            escaped = {'\\', 't'};
        } else if (!isPrintable(c)) {
            const char* const how = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
            std::snprintf(escaped.data(), escaped.size(), how, static_cast<unsigned>(c));
        }
        if (escaped[0] != '\0') {
            out.append(escaped.data(), text.markAt(at));
        } else {
            out.append(text, at, length);
        }
        at += length;
    }
    out.append(std::string_view(&mark, 1), text.around());
}

class Printer {
public:
    Printer(Heap& heap, Text& out) : heap_(heap), out_(out) {}

    void print(const Value& value) {
        heap_.work(1);
        switch (value.kind()) {
            case Kind::Undefined: return add("Undefined", value);
            case Kind::None: return add("None", value);
            case Kind::Bool: return add(value.whole() != 0 ? "True" : "False", value);
            case Kind::Int: return add(wholeText(value.whole()), value);
            case Kind::Float: return add(realText(value.asReal()), value);
            case Kind::String:
                if (value.as<StringObject>().markup) add("Markup(", value);
                quote(value.text(), out_);
                if (value.as<StringObject>().markup) add(")", value);
                heap_.room(out_.size());
                return;
            case Kind::List: return list(value, value.items(), "[", "]");
            case Kind::Tuple: return list(value, value.items(), "(", value.items().size() == 1 ? ",)" : ")");
            case Kind::Dict: return dict(value, value.as<DictObject>());
            case Kind::DictView: return view(value);
            case Kind::Range: {
                const auto& range = value.as<RangeObject>();
                return add("range(" + wholeText(range.start) + ", " + wholeText(range.stop) +
                               (range.step == 1 ? "" : ", " + wholeText(range.step)) + ")",
                           value);
            }
            case Kind::Namespace:
                if (++spaces_ > 20) fail("a namespace that holds itself cannot be printed");
                add("<Namespace ", value);
                dict(value, *value.as<NamespaceObject>().attributes);
                add(">", value);
                --spaces_;
                return;
            // Python prints where it lies in memory.
            default: fail(std::string("a ") + typeName(value) + " cannot be printed");
        }
    }

private:
    void add(std::string_view text, const Value& of) {
        out_.append(text, of.mark());
        if ((++added_ & 1023u) == 0) heap_.room(out_.size());
    }
    void list(const Value& value, const std::vector<Value>& items, std::string_view open, std::string_view close) {
        add(open, value);
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0) add(", ", value);
            print(items[i]);
        }
        add(close, value);
    }
    void dict(const Value& value, const DictObject& dict) {
        add("{", value);
        bool first = true;
        for (const auto& [key, each] : dict.entries) {
            if (!first) add(", ", value);
            first = false;
            print(key);
            add(": ", value);
            print(each);
        }
        add("}", value);
    }
    void view(const Value& value) {
        const auto& view = value.as<DictViewObject>();
        add(view.view == View::Keys ? "dict_keys(" : view.view == View::Values ? "dict_values(" : "dict_items(", value);
        list(value, listOf(heap_, value), "[", "]");
        add(")", value);
    }

    Heap& heap_;
    Text& out_;
    int spaces_ = 0;
    std::size_t added_ = 0;
};

}  // namespace

Text repr(Heap& heap, const Value& value) {
    Text out;
    Printer(heap, out).print(value);
    return out;
}

Text str(Heap& heap, const Value& value) {
    if (value.isString()) return value.text();
    if (value.isUndefined()) return {};
    return repr(heap, value);
}

}  // namespace tritlab::jinja
