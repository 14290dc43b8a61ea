// The filters of jinja2 on single values; those on sequences are in core/jinja/sequence_filters.cpp.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <map>

#include "core/jinja/filter_table.h"
#include "core/jinja/functions.h"
#include "core/jinja/lexer.h"
#include "core/jinja/unicode.h"

namespace tritlab::jinja {

namespace {

const Text& stringOf(const Value& value, const char* filter) {
    if (value.isUndefined()) fail(value.whyUndefined());
    if (!value.isString()) fail(std::string(filter) + " needs a string, not " + typeName(value));
    return value.text();
}
// What str() of a string keeps: that it is escaped.
Value made(Heap& heap, const Value& from, Text text) {
    return heap.string(std::move(text), from.isString() && from.as<StringObject>().markup);
}

Value absolute(Heap&, const Value& value, const Arguments& arguments) {
    Bound("abs", arguments, {});
    if (value.is(Kind::Float)) return Value::real(std::fabs(value.asReal()), value.data());
    if (!value.isInteger())
        fail(value.isUndefined() ? value.whyUndefined()
                                 : std::string("bad operand type for abs(): '") + typeName(value) + "'");
    return Value::integer(value.whole() < 0 ? -value.whole() : value.whole(), value.data());
}
Value attribute(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("attr", arguments, {"name"}, 1);
    const std::string& name = stringOf(*bound[0], "attr").bytes();
    bool found = false;
    Value out = attributeOf(heap, value, name, findMethod(name), found);
    if (found) return out;
    return heap.undefined(std::string("'") + typeName(value) + " object' has no attribute '" + name + "'");
}
Value capitalize(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("capitalize", arguments, {});
    return made(heap, value, capitalized(str(heap, value)));
}
Value upperCase(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("upper", arguments, {});
    return made(heap, value, upper(str(heap, value)));
}
Value lowerCase(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("lower", arguments, {});
    return made(heap, value, lower(str(heap, value)));
}
Value title(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("title", arguments, {});
    const Text text = str(heap, value);
    const auto between = [&](std::size_t at) {
        const char32_t c = charAt(text.view(), at);
        return c == '-' || c == '(' || c == '{' || c == '[' || c == '<' || isSpace(c);
    };
    Text out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && between(end) == between(at)) end += charBytes(text.view(), end);
        const std::size_t first = charBytes(text.view(), at);
        out.append(upperOf(charAt(text.view(), at)), text.markAt(at));
        out.append(lower(text.part(at + first, end - at - first)));
        at = end;
    }
    return made(heap, value, std::move(out));
}
Value center(Heap& heap, const Value& value, const Arguments& arguments) {
    Arguments width;
    width.positional.push_back(Value::integer(Bound("center", arguments, {"width"}).whole(0, 80)));
    return callMethod(heap, heap.string(str(heap, value)), findMethod("center"), width);
}
Value byDefault(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("default", arguments, {"default_value", "boolean"});
    if (!value.isUndefined() && !(bound.flag(1) && !truth(value))) return value;
    return bound[0] != nullptr ? *bound[0] : heap.string("");
}
Value escape(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("escape", arguments, {});
    if (value.isString() && value.as<StringObject>().markup) return value;
    return heap.string(escaped(str(heap, value)), true);
}
Value forceEscape(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("forceescape", arguments, {});
    return heap.string(escaped(str(heap, value)), true);
}
Value safe(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("safe", arguments, {});
    return heap.string(str(heap, value), true);
}
Value string(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("string", arguments, {});
    return value.isString() ? value : heap.string(str(heap, value));
}
Value fileSize(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("filesizeformat", arguments, {"binary"});
    double bytes = value.asReal();
    if (value.isString() ? !readReal(value.bytes(), bytes) : !value.isNumber()) fail("filesizeformat needs a number");
    const double base = bound.flag(0) ? 1024 : 1000;
    if (bytes == 1) return heap.string("1 Byte", value.mark());
    char out[64] = {};
    if (bytes < base) {
        std::snprintf(out, sizeof out, "%lld Bytes", static_cast<long long>(bytes));
        return heap.string(out, value.mark());
    }
    static constexpr const char* kUnits[] = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
    for (int i = 0; i < 8; ++i) {
        const double unit = std::pow(base, i + 2);
        if (bytes < unit || i == 7) {
            const std::string name = base == 1024 ? (i == 0 ? "Ki" : std::string(kUnits[i]) + "i") : kUnits[i];
            std::snprintf(out, sizeof out, "%.1f %sB", base * bytes / unit, name.c_str());
            break;
        }
    }
    return heap.string(out, value.mark());
}
Value toFloat(Heap&, const Value& value, const Arguments& arguments) {
    const Bound bound("float", arguments, {"default"});
    if (value.isUndefined()) fail(value.whyUndefined());
    double out = 0;
    if (value.isNumber()) return Value::real(value.asReal(), value.data());
    if (value.isString() && readReal(value.bytes(), out)) return Value::real(out, value.text().around() != 0);
    return bound[0] != nullptr ? *bound[0] : Value::real(0);
}
Value wholeOf(double value, bool data) {
    if (!(std::fabs(value) < 1.8e19)) fail("a number does not fit into 64 bits");
    return Value::integer(static_cast<Wide>(value), data);
}
Value toInt(Heap&, const Value& value, const Arguments& arguments) {
    const Bound bound("int", arguments, {"default", "base"});
    if (value.isUndefined()) fail(value.whyUndefined());
    const Value otherwise = bound[0] != nullptr ? *bound[0] : Value::integer(0);
    if (value.isInteger()) return Value::integer(value.whole(), value.data());
    if (value.is(Kind::Float)) {
        if (std::isinf(value.asReal())) fail("cannot convert float infinity to integer");
        return std::isnan(value.asReal()) ? otherwise : wholeOf(value.asReal(), value.data());
    }
    if (!value.isString()) return otherwise;
    const bool data = value.text().around() != 0;
    Wide whole = 0;
    const Wide base = bound.whole(1, 10);
    if ((base == 0 || (base >= 2 && base <= 36)) && readWhole(value.bytes(), static_cast<int>(base), whole))
        return Value::integer(whole, data);
    double real = 0;
    if (!readReal(value.bytes(), real) || !std::isfinite(real)) return otherwise;
    return wholeOf(real, data);
}
Value format(Heap& heap, const Value& value, const Arguments& arguments) {
    if (!arguments.positional.empty() && !arguments.keywords.empty())
        fail("format cannot take positional and keyword arguments at the same time");
    if (value.isString() && value.as<StringObject>().markup) fail("format of escaped text is not supported");
    if (arguments.keywords.empty())
        return heap.string(percentFormat(heap, str(heap, value), heap.tuple(arguments.positional)));
    auto named = heap.entries();
    for (const auto& [key, each] : arguments.keywords) named->set(heap.string(key), each);
    return heap.string(percentFormat(heap, str(heap, value), heap.dict(std::move(named))));
}
Value indent(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("indent", arguments, {"width", "first", "blank"});
    Text by(std::string(4, ' '));
    if (bound[0] != nullptr && bound[0]->isString()) {
        by = bound[0]->text();
    } else {
        const Wide width = std::max<Wide>(0, bound.whole(0, 4));
        heap.room(static_cast<std::size_t>(std::min<Wide>(width, Wide{1} << 50)));
        by = Text(std::string(static_cast<std::size_t>(width), ' '));
    }
    Text text = stringOf(value, "indent");
    text.append("\n", 0);
    const std::vector<Text> all = lines(text, false);
    heap.room(text.size() + all.size() * by.size());
    Text out;
    if (bound.flag(1)) out.append(by);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0) out.append("\n", 0);
        if (i > 0 && (bound.flag(2) || !all[i].empty())) out.append(by);
        out.append(all[i]);
    }
    return made(heap, value, std::move(out));
}
Value replace(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("replace", arguments, {"old", "new", "count"}, 2);
    return heap.string(
        replaced(heap, str(heap, value), str(heap, *bound[0]), str(heap, *bound[1]), bound.whole(2, -1)));
}
Value round(Heap&, const Value& value, const Arguments& arguments) {
    const Bound bound("round", arguments, {"precision", "method"});
    const Text* const given = bound.text(1);
    const std::string method = given != nullptr ? given->bytes() : "common";
    if (method != "common" && method != "ceil" && method != "floor") fail("method must be common, ceil or floor");
    if (value.isUndefined()) fail(value.whyUndefined());
    if (!value.isNumber()) fail(std::string("round needs a number, not ") + typeName(value));
    const Wide precision = bound.whole(0, 0);
    if (precision < -300 || precision > 300) fail("a precision is out of range");
    const int digits = static_cast<int>(precision);
    if (method != "common") {
        const double power = std::pow(10.0, digits);
        const double scaled = value.asReal() * power;
        if (!std::isfinite(scaled)) fail("cannot convert float infinity or NaN to integer");
        const double whole = (method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) + 0.0;  // an integer has no -0
        return Value::real(whole / power, value.data());
    }
    if (value.isInteger()) {
        if (digits >= 0) return Value::integer(value.whole(), value.data());
        if (digits < -20) return Value::integer(0, value.data());
        Wide unit = 1;
        for (int i = 0; i < -digits; ++i) unit *= 10;
        const Wide size = value.whole() < 0 ? -value.whole() : value.whole();
        Wide times = size / unit;
        const Wide rest = size % unit;
        if (rest * 2 > unit || (rest * 2 == unit && times % 2 == 1)) ++times;
        return Value::integer((value.whole() < 0 ? -times : times) * unit, value.data());
    }
    const double real = value.asReal();
    if (!std::isfinite(real)) return value;
    if (digits >= 0) {
        char out[700] = {};
        std::snprintf(out, sizeof out, "%.*f", digits, real);
        double read = 0;
        if (!readReal(out, read)) fail("a number cannot be rounded");
        return Value::real(read, value.data());
    }
    const double unit = std::pow(10.0, -digits);
    return Value::real(std::nearbyint(real / unit) * unit, value.data());
}
Value trim(Heap& heap, const Value& value, const Arguments& arguments) {
    return made(heap, value, stripped(str(heap, value), Bound("trim", arguments, {"chars"}).text(0), true, true));
}
Value truncate(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("truncate", arguments, {"length", "killwords", "end", "leeway"});
    const Text end = bound.text(2) != nullptr ? *bound.text(2) : Text("...");
    const Wide length = bound.whole(0, 255), leeway = bound.whole(3, 5),
               ends = static_cast<Wide>(charCount(end.view()));
    if (length < ends) fail("expected length >= " + wholeText(ends) + ", got " + wholeText(length));
    if (leeway < 0) fail("expected leeway >= 0, got " + wholeText(leeway));
    if (lengthOf(value) < 0) fail(std::string("truncate needs a string, not ") + typeName(value));
    if (lengthOf(value) <= length + leeway) return value;
    const Text& text = stringOf(value, "truncate");
    Text out = text.part(0, byteOfChar(text.view(), static_cast<std::size_t>(length - ends)));
    if (!bound.flag(1)) out = out.part(0, std::min(out.view().rfind(' '), out.size()));
    out.append(end);
    return made(heap, value, std::move(out));
}
Text quoted(const Text& text, bool query) {
    Text out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text.view()[at];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                           c == '.' || c == '-' || c == '~' || (c == '/' && !query);
        if (plain) {
            out.append(text, at, 1);
        } else if (c == ' ' && query) {
            out.append("+", text.markAt(at));
        } else {
            char code[8] = {};
            std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
            out.append(code, text.markAt(at));
        }
    }
    return out;
}
Value urlEncode(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("urlencode", arguments, {});
    if (value.isString() || !iterable(value)) return heap.string(quoted(str(heap, value), false));
    std::vector<Text> parts;
    const auto pair = [&](const Value& key, const Value& each) {
        Text part = quoted(str(heap, key), true);
        part.append("=", 0);
        part.append(quoted(str(heap, each), true));
        parts.push_back(std::move(part));
    };
    if (value.is(Kind::Dict)) {
        for (const auto& [key, each] : value.as<DictObject>().entries) pair(key, each);
    } else {
        for (const Value& each : listOf(heap, value)) {
            const std::vector<Value> both = listOf(heap, each);
            if (both.size() != 2) fail("urlencode needs pairs");
            pair(both[0], both[1]);
        }
    }
    return heap.string(joined(heap, Text("&"), parts));
}
Value wordCount(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("wordcount", arguments, {});
    const Text text = str(heap, value);
    Wide words = 0;
    bool within = false;
    for (std::size_t at = 0; at < text.size(); at += charBytes(text.view(), at)) {
        const char32_t c = charAt(text.view(), at);
        const bool word = c == '_' || isAlnum(c);
        words += word && !within ? 1 : 0;
        within = word;
    }
    return Value::integer(words);
}
Value toJson(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("tojson", arguments, {"ensure_ascii", "indent", "separators", "sort_keys"});
    JsonStyle style;
    style.ascii = bound.flag(0);
    style.sortKeys = bound.flag(3);
    if (const Value* const by = bound[1]; by != nullptr && !by->is(Kind::None)) {
        style.pretty = true;
        style.itemSeparator = ",";
        if (by->isString()) {
            style.indent = by->bytes();
        } else {
            const Wide width = std::max<Wide>(0, bound.whole(1, 0));
            if (width > 1000) fail("tojson: an indent of more than 1000");
            style.indent.assign(static_cast<std::size_t>(width), ' ');
        }
    }
    if (const Value* const both = bound[2]; both != nullptr && !both->is(Kind::None)) {
        const std::vector<Value> parts = listOf(heap, *both);
        if (parts.size() != 2) fail("tojson: separators are two strings");
        style.itemSeparator = stringOf(parts[0], "tojson").bytes();
        style.keySeparator = stringOf(parts[1], "tojson").bytes();
    }
    return heap.string(json(heap, value, style));
}

}  // namespace

const std::vector<FilterEntry>& valueFilters() {
    static const std::vector<FilterEntry> all = {{"abs", absolute},
                                                 {"attr", attribute},
                                                 {"capitalize", capitalize},
                                                 {"center", center},
                                                 {"d", byDefault},
                                                 {"default", byDefault},
                                                 {"e", escape},
                                                 {"escape", escape},
                                                 {"filesizeformat", fileSize},
                                                 {"float", toFloat},
                                                 {"forceescape", forceEscape},
                                                 {"format", format},
                                                 {"indent", indent},
                                                 {"int", toInt},
                                                 {"lower", lowerCase},
                                                 {"replace", replace},
                                                 {"round", round},
                                                 {"safe", safe},
                                                 {"string", string},
                                                 {"title", title},
                                                 {"tojson", toJson},
                                                 {"trim", trim},
                                                 {"truncate", truncate},
                                                 {"upper", upperCase},
                                                 {"urlencode", urlEncode},
                                                 {"wordcount", wordCount}};
    return all;
}

}  // namespace tritlab::jinja
