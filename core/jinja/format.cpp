// Python's three ways to format: "…%s…" % values, "…{}…".format(…), and the format specification that both end at.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/jinja/functions.h"

namespace tritlab::jinja {

namespace {

constexpr std::size_t kMostDigits = 500;  // of a precision

struct Spec {
    std::string fill = " ";
    char align = '\0', sign = '\0', type = '\0', group = '\0';
    bool alternative = false;
    std::size_t width = 0;
    int precision = -1;
};

std::size_t number(std::string_view text, std::size_t& at) {
    std::size_t value = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        value = value * 10 + static_cast<std::size_t>(text[at++] - '0');
        if (value > 1'000'000'000) fail("a width or precision is too large");
    }
    return value;
}

std::string withGroups(const std::string& digits, char group, std::size_t each) {
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % each == 0) out += group;
        out += digits[i];
    }
    return out;
}

// Sign and body: the fill of '=' goes between them.
Text padded(Heap& heap, const std::string& sign, const Text& body, const Spec& spec, char otherwise) {
    const std::size_t length = charCount(sign) + charCount(body.view());
    Text out;
    const Mark mark = body.around();
    if (spec.width <= length) {
        out.append(sign, mark);
        out.append(body);
        return out;
    }
    const std::size_t missing = spec.width - length;
    heap.room(missing * spec.fill.size());
    const auto fill = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) out.append(spec.fill, 0);
    };
    const char align = spec.align == '\0' ? otherwise : spec.align;
    if (align == '>') fill(missing);
    if (align == '^') fill(missing / 2);
    out.append(sign, mark);
    if (align == '=') fill(missing);
    out.append(body);
    if (align == '<') fill(missing);
    if (align == '^') fill(missing - missing / 2);
    return out;
}

std::string signOf(bool negative, char wanted) {
    if (negative) return "-";
    return wanted == '+' || wanted == ' ' ? std::string(1, wanted) : std::string();
}

std::string inBase(Wide value, unsigned base) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    do {
        out.insert(out.begin(), kDigits[static_cast<std::size_t>(value % base)]);
        value /= base;
    } while (value > 0);
    return out;
}

Text ofInteger(Heap& heap, Wide value, const Spec& spec, Mark mark) {
    if (spec.precision >= 0) fail("precision is not allowed for an integer");
    const bool negative = value < 0;
    const Wide size = negative ? -value : value;
    std::string digits, prefix;
    switch (spec.type) {
        case '\0':
        case 'd':
        case 'n': digits = inBase(size, 10); break;
        case 'b':
            digits = inBase(size, 2);
            prefix = "0b";
            break;
        case 'o':
            digits = inBase(size, 8);
            prefix = "0o";
            break;
        case 'x':
            digits = inBase(size, 16);
            prefix = "0x";
            break;
        case 'X': {
            digits = inBase(size, 16);
            for (char& c : digits) {
                if (c >= 'a') c = static_cast<char>(c - 32);
            }
            prefix = "0X";
            break;
        }
        case 'c':
            if (negative || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
                fail("%c needs the code of a character");
            return padded(heap, "", Text(utf8(static_cast<char32_t>(value)), mark), spec, '<');
        default: fail(std::string("unknown format code '") + spec.type + "' for an integer");
    }
    if (spec.group != '\0') digits = withGroups(digits, spec.group, spec.type == '\0' || spec.type == 'd' ? 3 : 4);
    return padded(heap, signOf(negative, spec.sign) + (spec.alternative ? prefix : ""), Text(digits, mark), spec, '>');
}

std::string printed(const char* how, int precision, double value) {
    std::string out(64, '\0');
    for (;;) {
        const int length = std::snprintf(out.data(), out.size(), how, precision, value);
        if (static_cast<std::size_t>(length) < out.size()) {
            out.resize(static_cast<std::size_t>(length));
            return out;
        }
        out.resize(static_cast<std::size_t>(length) + 1);
    }
}

Text ofReal(Heap& heap, double value, const Spec& spec, Mark mark) {
    const bool negative = std::signbit(value) && !std::isnan(value);
    const double size = std::fabs(value);
    if (spec.precision > static_cast<int>(kMostDigits)) fail("a precision is too large");
    const int precision = spec.precision < 0 ? 6 : spec.precision;
    std::string digits;
    if (std::isnan(value) || std::isinf(value)) {
        digits = std::isnan(value) ? "nan" : "inf";
        if (spec.type == 'F' || spec.type == 'E' || spec.type == 'G') digits = std::isnan(value) ? "NAN" : "INF";
        if (spec.type == '%') digits += "%";
    } else {
        switch (spec.type) {
            case '\0':
                if (spec.precision < 0) {
                    digits = realText(size);
                } else {
                    digits = printed("%.*g", std::max(1, precision), size);
                    if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
                }
                break;
            case 'f':
            case 'F': digits = printed(spec.alternative ? "%#.*f" : "%.*f", precision, size); break;
            case 'e': digits = printed("%.*e", precision, size); break;
            case 'E': digits = printed("%.*E", precision, size); break;
            case 'g':
            case 'n': digits = printed(spec.alternative ? "%#.*g" : "%.*g", precision, size); break;
            case 'G': digits = printed("%.*G", precision, size); break;
            case '%': digits = printed("%.*f", precision, size * 100) + "%"; break;
            default: fail(std::string("unknown format code '") + spec.type + "' for a float");
        }
    }
    if (spec.group != '\0') {
        const std::size_t end = std::min(digits.find_first_not_of("0123456789"), digits.size());
        digits = withGroups(digits.substr(0, end), spec.group, 3) + digits.substr(end);
    }
    return padded(heap, signOf(negative, spec.sign), Text(digits, mark), spec, '>');
}

Text ofString(Heap& heap, const Text& text, const Spec& spec) {
    if (spec.type != '\0' && spec.type != 's')
        fail(std::string("unknown format code '") + spec.type + "' for a string");
    if (spec.sign != '\0' || spec.align == '=' || spec.group != '\0')
        fail("a sign or a group is not allowed for a string");
    if (spec.precision < 0) return padded(heap, "", text, spec, '<');
    return padded(heap, "", text.part(0, byteOfChar(text.view(), static_cast<std::size_t>(spec.precision))), spec, '<');
}

Spec readSpec(std::string_view text, bool isNumber) {
    Spec spec;
    std::size_t at = 0;
    const auto aligns = [](char c) { return c == '<' || c == '>' || c == '=' || c == '^'; };
    if (!text.empty()) {
        const std::size_t first = charBytes(text, 0);
        if (first < text.size() && aligns(text[first])) {
            spec.fill = text.substr(0, first);
            spec.align = text[first];
            at = first + 1;
        } else if (aligns(text[0])) {
            spec.align = text[at++];
        }
    }
    const auto sees = [&](char c) { return at < text.size() && text[at] == c; };
    if (sees('+') || sees('-') || sees(' ')) spec.sign = text[at++];
    if (sees('#')) {
        spec.alternative = true;
        ++at;
    }
    if (sees('0')) {
        if (spec.align == '\0') {
            spec.fill = "0";
            spec.align = isNumber ? '=' : '<';
        }
        ++at;
    }
    spec.width = number(text, at);
    if (sees(',') || sees('_')) spec.group = text[at++];
    if (sees('.')) {
        ++at;
        if (at >= text.size() || text[at] < '0' || text[at] > '9') fail("a format specification lacks its precision");
        spec.precision = static_cast<int>(number(text, at));
    }
    if (at < text.size()) spec.type = text[at++];
    if (at < text.size()) fail("invalid format specification '" + std::string(text) + "'");
    return spec;
}

}  // namespace

Text formatted(Heap& heap, const Value& value, const Text& spec) {
    if (spec.empty()) return str(heap, value);
    if (value.isString()) return ofString(heap, value.text(), readSpec(spec.view(), false));
    if (value.isNumber()) {
        const Spec read = readSpec(spec.view(), true);
        static constexpr std::string_view kReal = "eEfFgG%";
        if (value.is(Kind::Float) || kReal.find(read.type) != std::string_view::npos) {
            return ofReal(heap, value.asReal(), read, value.mark());
        }
        return ofInteger(heap, value.whole(), read, value.mark());
    }
    fail(std::string("unsupported format string passed to ") + typeName(value) + ".__format__");
}

Text percentFormat(Heap& heap, const Text& format, const Value& values) {
    const std::string_view text = format.view();
    const bool isTuple = values.is(Kind::Tuple);
    std::size_t used = 0;
    bool named = false;
    const auto next = [&]() -> const Value& {
        if (!isTuple) {
            if (used++ > 0) fail("not enough arguments for format string");
            return values;
        }
        if (used >= values.items().size()) fail("not enough arguments for format string");
        return values.items()[used++];
    };
    Text out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t percent = std::min(text.find('%', at), text.size());
        out.append(format, at, percent - at);
        if (percent == text.size()) break;
        at = percent + 1;
        const Value* value = nullptr;
        if (at < text.size() && text[at] == '(') {
            const std::size_t close = text.find(')', at);
            if (close == std::string_view::npos) fail("incomplete format key");
            if (!values.is(Kind::Dict)) fail("format requires a mapping");
            value = values.as<DictObject>().find(text.substr(at + 1, close - at - 1));
            if (value == nullptr)
                fail("the format's key '" + std::string(text.substr(at + 1, close - at - 1)) + "' is not there");
            named = true;
            at = close + 1;
        }
        Spec spec;
        bool left = false, zero = false;
        for (; at < text.size(); ++at) {
            if (text[at] == '-') left = true;
            else if (text[at] == '0') zero = true;
            else if (text[at] == '+') spec.sign = '+';
            else if (text[at] == ' ') spec.sign = spec.sign == '+' ? '+' : ' ';
            else if (text[at] == '#') spec.alternative = true;
            else break;
        }
        const auto size = [&]() -> std::size_t {
            if (at >= text.size() || text[at] != '*') return number(text, at);
            ++at;
            const Value& given = next();
            if (!given.isInteger()) fail("* wants int");
            if (given.whole() < 0 || given.whole() > 1'000'000'000) fail("a width or precision is out of range");
            return static_cast<std::size_t>(given.whole());
        };
        spec.width = size();
        if (at < text.size() && text[at] == '.') {
            ++at;
            spec.precision = static_cast<int>(size());
        }
        while (at < text.size() && (text[at] == 'l' || text[at] == 'h' || text[at] == 'L')) ++at;
        if (at >= text.size()) fail("incomplete format");
        const char type = text[at++];
        if (type == '%') {
            out.append("%", format.markAt(percent));
            continue;
        }
        if (value == nullptr) value = &next();
        spec.align = left ? '<' : '>';
        if (zero && !left) {
            spec.fill = "0";
            spec.align = '=';
        }
        switch (type) {
            case 's':
            case 'r':
            case 'a':
                spec.sign = '\0';
                if (spec.align == '=') {
                    spec.align = '>';
                    spec.fill = " ";
                }
                out.append(ofString(heap, type == 's' ? str(heap, *value) : repr(heap, *value), spec));
                break;
            case 'd':
            case 'i':
            case 'u':
            case 'x':
            case 'X':
            case 'o': {
                if (value->isUndefined()) fail(value->whyUndefined());
                const bool decimal = type == 'd' || type == 'i' || type == 'u';
                if (!value->isInteger() && !(decimal && value->is(Kind::Float)))
                    fail(std::string("%") + type + " needs a number, not " + typeName(*value));
                if (value->is(Kind::Float) && !(std::fabs(value->asReal()) < 9e18))
                    fail("a number does not fit into 64 bits");
                spec.type = decimal ? 'd' : type;
                Wide whole = value->is(Kind::Float) ? static_cast<Wide>(value->asReal()) : value->whole();
                const int digits = std::exchange(spec.precision, -1);
                if (digits > static_cast<int>(kMostDigits)) fail("a precision is too large");
                Text made =
                    ofInteger(heap, whole, Spec{.sign = spec.sign, .type = spec.type, .alternative = spec.alternative},
                              value->mark());
                if (digits >= 0) {
                    made = ofInteger(heap, whole < 0 ? -whole : whole, Spec{.type = spec.type}, value->mark());
                    if (made.size() < static_cast<std::size_t>(digits)) {
                        Text longer(std::string(static_cast<std::size_t>(digits) - made.size(), '0'), value->mark());
                        longer.append(made);
                        made = std::move(longer);
                    }
                    out.append(padded(heap, signOf(whole < 0, spec.sign), made, spec, '>'));
                } else {
                    out.append(ofInteger(heap, whole, spec, value->mark()));
                }
                break;
            }
            case 'e':
            case 'E':
            case 'f':
            case 'F':
            case 'g':
            case 'G':
                if (value->isUndefined()) fail(value->whyUndefined());
                if (!value->isNumber()) fail(std::string("must be real number, not ") + typeName(*value));
                spec.type = type;
                out.append(ofReal(heap, value->asReal(), spec, value->mark()));
                break;
            case 'c':
                if (value->isString() && charCount(value->text().view()) == 1) {
                    out.append(ofString(heap, value->text(), spec));
                } else if (value->isInteger()) {
                    spec.type = 'c';
                    out.append(ofInteger(heap, value->whole(), spec, value->mark()));
                } else {
                    fail("%c requires int or char");
                }
                break;
            default: fail(std::string("unsupported format character '") + type + "'");
        }
        heap.room(out.size());
    }
    // What can be asked for an item counts as a mapping, of which nothing has to be used.
    const bool mapping =
        values.is(Kind::Dict) || values.is(Kind::List) || values.is(Kind::Range) || values.isUndefined();
    const bool all = isTuple ? used == values.items().size() : used > 0 || mapping;
    if (!named && !all) fail("not all arguments converted during string formatting");
    return out;
}

namespace {

class BraceFormatter {
public:
    BraceFormatter(Heap& heap, const Arguments& arguments) : heap_(heap), arguments_(arguments) {}

    Text run(const Text& format, int depth) {
        if (depth > 2) fail("Max string recursion exceeded");
        const std::string_view text = format.view();
        Text out;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t brace = std::min(text.find_first_of("{}", at), text.size());
            out.append(format, at, brace - at);
            if (brace == text.size()) break;
            if (brace + 1 < text.size() && text[brace + 1] == text[brace]) {
                out.append(format, brace, 1);
                at = brace + 2;
                continue;
            }
            if (text[brace] == '}') fail("Single '}' encountered in format string");
            at = field(format, brace + 1, out, depth);
            heap_.room(out.size());
        }
        return out;
    }

private:
    // The field behind a '{' at `from`; gives where the text goes on.
    std::size_t field(const Text& format, std::size_t from, Text& out, int depth) {
        const std::string_view text = format.view();
        std::size_t end = from;
        for (int open = 1; end < text.size(); ++end) {
            if (text[end] == '{') ++open;
            if (text[end] == '}' && --open == 0) break;
        }
        if (end >= text.size()) fail("expected '}' before end of string");
        const std::string_view whole = text.substr(from, end - from);
        // The first '!' or ':' that is in no bracket ends the name.
        std::size_t stop = 0;
        for (bool inside = false; stop < whole.size(); ++stop) {
            if (whole[stop] == '[') inside = true;
            if (whole[stop] == ']') inside = false;
            if (!inside && (whole[stop] == '!' || whole[stop] == ':')) break;
            if (whole[stop] == '{') fail("unexpected '{' in field name");
        }
        const std::string_view name = whole.substr(0, stop);
        char conversion = '\0';
        if (stop < whole.size() && whole[stop] == '!') {
            if (stop + 1 >= whole.size()) fail("end of string while looking for conversion specifier");
            conversion = whole[stop + 1];
            stop += 2;
            if (stop < whole.size() && whole[stop] != ':') fail("expected ':' after conversion specifier");
        }
        Text spec;
        if (stop < whole.size()) spec = format.part(from + stop + 1, whole.size() - stop - 1);
        Value value = valueOf(name);
        if (conversion == 's') value = heap_.string(str(heap_, value));
        else if (conversion == 'r' || conversion == 'a') value = heap_.string(repr(heap_, value));
        else if (conversion != '\0') fail(std::string("Unknown conversion specifier '") + conversion + "'");
        if (!spec.empty()) spec = run(spec, depth + 1);
        out.append(formatted(heap_, value, spec));
        return end + 1;
    }

    Value valueOf(std::string_view name) {
        std::size_t stop = std::min(name.find_first_of(".["), name.size());
        Value value = first(name.substr(0, stop));
        while (stop < name.size()) {
            if (name[stop] == '.') {
                const std::size_t end = std::min(name.find_first_of(".[", stop + 1), name.size());
                const std::string part(name.substr(stop + 1, end - stop - 1));
                if (part.empty()) fail("Empty attribute in format string");
                bool found = false;
                Value inner = attributeOf(heap_, value, part, findMethod(part), found);
                if (!found) inner = lookUp(heap_, value, heap_.string(part));
                value = std::move(inner);
                stop = end;
            } else {
                const std::size_t end = name.find(']', stop);
                if (end == std::string_view::npos) fail("Missing ']' in format string");
                const std::string_view part = name.substr(stop + 1, end - stop - 1);
                if (part.empty()) fail("Empty attribute in format string");
                value = lookUp(heap_, value, isIndex(part) ? index(part) : heap_.string(std::string(part)));
                stop = end + 1;
                if (stop < name.size() && name[stop] != '.' && name[stop] != '[')
                    fail("Only '.' or '[' may follow ']' in format field specifier");
            }
        }
        return value;
    }
    static bool isIndex(std::string_view text) {
        return !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string_view::npos;
    }
    static Value index(std::string_view text) {
        std::size_t at = 0;
        return Value::integer(static_cast<Wide>(number(text, at)));
    }
    Value first(std::string_view name) {
        std::size_t at = 0;
        if (name.empty()) {
            if (numbered_ == 2) fail("cannot switch from manual field specification to automatic field numbering");
            numbered_ = 1;
            at = next_++;
        } else if (isIndex(name)) {
            if (numbered_ == 1) fail("cannot switch from automatic field numbering to manual field specification");
            numbered_ = 2;
            std::size_t from = 0;
            at = number(name, from);
        } else {
            for (const auto& [key, value] : arguments_.keywords) {
                if (key == name) return value;
            }
            fail("format() lacks the argument '" + std::string(name) + "'");
        }
        if (at >= arguments_.positional.size())
            fail("Replacement index " + std::to_string(at) + " out of range for positional args tuple");
        return arguments_.positional[at];
    }

    Heap& heap_;
    const Arguments& arguments_;
    std::size_t next_ = 0;
    int numbered_ = 0;  // 1: by order, 2: by number
};

}  // namespace

Text braceFormat(Heap& heap, const Text& format, const Arguments& arguments) {
    return BraceFormatter(heap, arguments).run(format, 1);
}

}  // namespace tritlab::jinja
