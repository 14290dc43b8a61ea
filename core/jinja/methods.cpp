// Methods and attributes of Python's types. What would change a value is refused, as by the immutable sandbox.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_map>

#include "core/jinja/evaluator.h"
#include "core/jinja/functions.h"
#include "core/jinja/unicode.h"

namespace tritlab::jinja {

namespace {

using Method = Value (*)(Heap& heap, const Value& self, const Arguments& arguments);

const Text& textOf(const Value& value, const char* method) {
    if (value.isUndefined()) fail(value.whyUndefined());
    if (!value.isString()) fail(std::string(method) + "() needs a string, not " + typeName(value));
    return value.text();
}
// A string of the same sort as `like`.
Value same(Heap& heap, const Value& like, Text text) {
    return heap.string(std::move(text), like.as<StringObject>().markup);
}
void none(const char* name, const Arguments& arguments) { Bound(name, arguments, {}); }

// --- cutting

// The text between start and stop, in characters as Python counts them, and where it begins.
struct Window {
    std::string_view text;
    std::size_t from = 0;
    bool valid = true;  // false where start is behind the end
};
Window window(const Value& self, const Value* start, const Value* stop) {
    const auto& string = self.as<StringObject>();
    const std::string_view all = string.text.view();
    if ((start == nullptr || start->is(Kind::None)) && (stop == nullptr || stop->is(Kind::None))) return {all};
    const Wide size = lengthOf(self);
    const auto place = [&](const Value* at, Wide otherwise) {
        if (at == nullptr || at->is(Kind::None)) return otherwise;
        if (!at->isInteger()) fail("slice indices must be integers or None");
        return std::max<Wide>(0, at->whole() < 0 ? at->whole() + size : at->whole());
    };
    const Wide from = place(start, 0), to = std::min(size, place(stop, size));
    if (from > size || from > to) return {{}, 0, false};
    const auto byte = [&](Wide at) {
        return string.ascii ? static_cast<std::size_t>(at) : byteOfChar(all, static_cast<std::size_t>(at));
    };
    return {all.substr(byte(from), byte(to) - byte(from)), byte(from)};
}

std::size_t rfindText(Heap& heap, std::string_view text, std::string_view what) {
    heap.work(text.size() / 16 + (what.size() > 64 ? text.size() / 16 * what.size() : 0));
    return text.rfind(what);
}

// The number of the character, or -1.
Wide findIn(Heap& heap, const Value& self, const Bound& bound, const char* name, bool last) {
    const Text& what = textOf(*bound[0], name);
    const Window in = window(self, bound[1], bound[2]);
    if (!in.valid) return -1;
    heap.work(in.text.size() / 16);
    const std::size_t at = last ? rfindText(heap, in.text, what.view()) : findText(in.text, what.view(), 0);
    if (at == std::string_view::npos) return -1;
    const std::size_t byte = in.from + at;
    return static_cast<Wide>(self.as<StringObject>().ascii ? byte : charCount(self.text().view().substr(0, byte)));
}
template <bool kLast, bool kMust>
Value find(Heap& heap, const Value& self, const Arguments& arguments) {
    const char* const name = kLast ? "rfind" : "find";
    const Wide at = findIn(heap, self, Bound(name, arguments, {"sub", "start", "end"}, 1), name, kLast);
    if (kMust && at < 0) fail("substring not found");
    return Value::integer(at);
}
Value count(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("count", arguments, {"sub", "start", "end"}, 1);
    const std::string_view what = textOf(*bound[0], "count").view();
    const Window in = window(self, bound[1], bound[2]);
    if (!in.valid) return Value::integer(0);
    heap.work(in.text.size() / 16 + 1);
    if (what.empty()) return Value::integer(static_cast<Wide>(charCount(in.text)) + 1);
    Wide times = 0;
    for (std::size_t at = 0; (at = findText(in.text, what, at)) != std::string_view::npos; at += what.size()) ++times;
    return Value::integer(times);
}
template <bool kEnd>
Value startsOrEnds(Heap& heap, const Value& self, const Arguments& arguments) {
    const char* const name = kEnd ? "endswith" : "startswith";
    const Bound bound(name, arguments, {"prefix", "start", "end"}, 1);
    const Window in = window(self, bound[1], bound[2]);
    const auto is = [&](const Value& what) {
        const std::string_view text = textOf(what, name).view();
        return in.valid && (kEnd ? in.text.ends_with(text) : in.text.starts_with(text));
    };
    if (!bound[0]->is(Kind::Tuple)) return Value::boolean(is(*bound[0]));
    heap.work(bound[0]->items().size());
    for (const Value& each : bound[0]->items()) {
        if (is(each)) return Value::boolean(true);
    }
    return Value::boolean(false);
}

template <bool kRight>
Value split(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound(kRight ? "rsplit" : "split", arguments, {"sep", "maxsplit"});
    const Text* const separator = bound.text(0);
    Wide most = bound.whole(1, -1);
    const Text& text = self.text();
    const std::string_view bytes = text.view();
    if (separator != nullptr && separator->empty()) fail("empty separator");
    heap.work(bytes.size() / 16 + 1);
    std::vector<std::pair<std::size_t, std::size_t>> parts;  // from, to
    const auto more = [&] { return most < 0 || static_cast<Wide>(parts.size()) < most; };
    if (separator != nullptr && !kRight) {
        std::size_t from = 0;
        for (std::size_t at = findText(bytes, separator->view(), 0); at != std::string_view::npos && more();
             at = findText(bytes, separator->view(), from)) {
            parts.emplace_back(from, at);
            from = at + separator->size();
        }
        parts.emplace_back(from, bytes.size());
    } else if (separator != nullptr) {
        std::size_t to = bytes.size();
        for (std::size_t at = rfindText(heap, bytes, separator->view()); at != std::string_view::npos && more();
             at = rfindText(heap, bytes.substr(0, to), separator->view())) {
            parts.emplace_back(at + separator->size(), to);
            to = at;
        }
        parts.emplace_back(0, to);
    } else if (!kRight) {
        const auto blanks = [&](std::size_t at) {
            while (at < bytes.size() && isSpace(charAt(bytes, at))) at += charBytes(bytes, at);
            return at;
        };
        for (std::size_t at = blanks(0); at < bytes.size(); at = blanks(at)) {
            const std::size_t from = at;
            if (!more()) {
                parts.emplace_back(from,
                                   from + stripped(text.part(from, bytes.size() - from), nullptr, false, true).size());
                break;
            }
            while (at < bytes.size() && !isSpace(charAt(bytes, at))) at += charBytes(bytes, at);
            parts.emplace_back(from, at);
        }
    } else {
        const auto blanks = [&](std::size_t to) {
            while (to > 0 && isSpace(charAt(bytes, charBefore(bytes, to)))) to = charBefore(bytes, to);
            return to;
        };
        for (std::size_t to = blanks(bytes.size()); to > 0; to = blanks(to)) {
            if (!more()) {
                const std::size_t from = to - stripped(text.part(0, to), nullptr, true, false).size();
                parts.emplace_back(from, to);
                break;
            }
            std::size_t from = to;
            while (from > 0 && !isSpace(charAt(bytes, charBefore(bytes, from)))) from = charBefore(bytes, from);
            parts.emplace_back(from, to);
            to = from;
        }
    }
    if (kRight) std::reverse(parts.begin(), parts.end());
    std::vector<Value> out;
    for (const auto& [from, to] : parts) out.push_back(same(heap, self, text.part(from, to - from)));
    return heap.list(std::move(out));
}

template <bool kRight>
Value partition(Heap& heap, const Value& self, const Arguments& arguments) {
    const Text& separator = *Bound("partition", arguments, {"sep"}, 1).text(0);
    if (separator.empty()) fail("empty separator");
    const Text& text = self.text();
    const std::size_t at =
        kRight ? rfindText(heap, text.view(), separator.view()) : findText(text.view(), separator.view(), 0);
    if (at == std::string_view::npos) {
        if (kRight) return heap.tuple({heap.string(""), heap.string(""), self});
        return heap.tuple({self, heap.string(""), heap.string("")});
    }
    const std::size_t after = at + separator.size();
    return heap.tuple({same(heap, self, text.part(0, at)), same(heap, self, text.part(at, separator.size())),
                       same(heap, self, text.part(after, text.size() - after))});
}

template <bool kLeft, bool kRight>
Value strip(Heap& heap, const Value& self, const Arguments& arguments) {
    heap.work(self.text().size() / 16);
    return same(heap, self, stripped(self.text(), Bound("strip", arguments, {"chars"}).text(0), kLeft, kRight));
}
template <bool kSuffix>
Value without(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("removeprefix", arguments, {"prefix"}, 1);
    const std::string_view what = textOf(*bound[0], "removeprefix").view();
    const Text& text = self.text();
    if (kSuffix ? !text.view().ends_with(what) : !text.view().starts_with(what)) return self;
    return same(heap, self, text.part(kSuffix ? 0 : what.size(), text.size() - what.size()));
}

// --- changing

Value upperCase(Heap& heap, const Value& self, const Arguments& arguments) {
    none("upper", arguments);
    return same(heap, self, upper(self.text()));
}
Value lowerCase(Heap& heap, const Value& self, const Arguments& arguments) {
    none("lower", arguments);
    return same(heap, self, lower(self.text()));
}
Value capitalize(Heap& heap, const Value& self, const Arguments& arguments) {
    none("capitalize", arguments);
    return same(heap, self, capitalized(self.text()));
}
Value titleCase(Heap& heap, const Value& self, const Arguments& arguments) {
    none("title", arguments);
    const Text& text = self.text();
    Text out;
    bool within = false;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = charAt(text.view(), at);
        out.append(within ? lowerAt(text.view(), at) : titleOf(c), text.markAt(at));
        within = isUpper(c) || isLower(c) || isTitle(c);
        at += charBytes(text.view(), at);
    }
    return same(heap, self, std::move(out));
}
Value swapCase(Heap& heap, const Value& self, const Arguments& arguments) {
    none("swapcase", arguments);
    const Text& text = self.text();
    Text out;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = charAt(text.view(), at);
        out.append(isUpper(c) ? lowerAt(text.view(), at) : isLower(c) ? upperOf(c) : utf8(c), text.markAt(at));
        at += charBytes(text.view(), at);
    }
    return same(heap, self, std::move(out));
}
Value replace(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("replace", arguments, {"old", "new", "count"}, 2);
    Text old = textOf(*bound[0], "replace"), with = textOf(*bound[1], "replace");
    if (self.as<StringObject>().markup) {
        old = escaped(old);
        with = escaped(with);
    }
    return same(heap, self, replaced(heap, self.text(), old, with, bound.whole(2, -1)));
}
Value join(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("join", arguments, {"iterable"}, 1);
    const bool markup = self.as<StringObject>().markup;
    std::vector<Text> parts;
    for (const Value& each : listOf(heap, *bound[0])) {
        const Text& text = textOf(each, "join");
        parts.push_back(markup && !each.as<StringObject>().markup ? escaped(text) : text);
    }
    return same(heap, self, joined(heap, self.text(), parts));
}
Value format(Heap& heap, const Value& self, const Arguments& arguments) {
    if (self.as<StringObject>().markup) fail("format() of escaped text is not supported");
    return heap.string(braceFormat(heap, self.text(), arguments));
}
Value formatMap(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("format_map", arguments, {"mapping"}, 1);
    if (!bound[0]->is(Kind::Dict)) fail("format_map() needs a dict");
    Arguments named;
    for (const auto& [key, value] : bound[0]->as<DictObject>().entries) {
        if (key.isString()) named.keywords.emplace_back(key.bytes(), value);
    }
    return heap.string(braceFormat(heap, self.text(), named));
}
Value splitLines(Heap& heap, const Value& self, const Arguments& arguments) {
    std::vector<Value> out;
    for (Text& line : lines(self.text(), Bound("splitlines", arguments, {"keepends"}).flag(0))) {
        out.push_back(same(heap, self, std::move(line)));
    }
    return heap.list(std::move(out));
}
// kWhere: '<' the text is at the left, '>' at the right, '^' in the middle, '0' behind zeros.
template <char kWhere>
Value pad(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("ljust", arguments, {"width", "fillchar"}, 1);
    const Text& text = self.text();
    const Wide length = lengthOf(self), width = bound.whole(0, 0);
    Text fill = kWhere == '0' ? Text("0") : Text(" ");
    if (kWhere == '0' && bound[1] != nullptr) fail("zfill() takes one argument");
    if (const Text* const given = bound.text(1)) fill = *given;
    if (charCount(fill.view()) != 1) fail("The fill character must be exactly one character long");
    if (width <= length) return self;
    if (width > 1'000'000'000) fail("a width is too large");
    const auto missing = static_cast<std::size_t>(width - length);
    heap.room(missing * fill.size() + text.size());
    const std::size_t odd = missing & static_cast<std::size_t>(width) & 1u;
    const std::size_t before = kWhere == '<' ? 0 : kWhere == '^' ? missing / 2 + odd : missing;
    Text out;
    std::size_t done = 0;
    if (kWhere == '0' && !text.empty() && (text.view()[0] == '-' || text.view()[0] == '+')) {
        out.append(text, 0, 1);
        done = 1;
    }
    for (std::size_t i = 0; i < before; ++i) out.append(fill);
    out.append(text, done, text.size() - done);
    for (std::size_t i = before; i < missing; ++i) out.append(fill);
    return same(heap, self, std::move(out));
}

// --- asking

template <bool (*kIs)(char32_t), bool kEmpty = false>
Value all(Heap& heap, const Value& self, const Arguments& arguments) {
    none("isalpha", arguments);
    const std::string_view text = self.text().view();
    heap.work(text.size() / 16);
    if (text.empty()) return Value::boolean(kEmpty);
    for (std::size_t at = 0; at < text.size(); at += charBytes(text, at)) {
        if (!kIs(charAt(text, at))) return Value::boolean(false);
    }
    return Value::boolean(true);
}
bool asciiChar(char32_t c) { return c < 0x80; }
template <bool kUpper>
Value oneCase(Heap&, const Value& self, const Arguments& arguments) {
    none("islower", arguments);
    return Value::boolean(kUpper ? allUpper(self.text().view()) : allLower(self.text().view()));
}
Value isTitleCase(Heap&, const Value& self, const Arguments& arguments) {
    none("istitle", arguments);
    const std::string_view text = self.text().view();
    bool any = false, within = false;
    for (std::size_t at = 0; at < text.size(); at += charBytes(text, at)) {
        const char32_t c = charAt(text, at);
        if (isUpper(c) || isTitle(c)) {
            if (within) return Value::boolean(false);
            within = any = true;
        } else if (isLower(c)) {
            if (!within) return Value::boolean(false);
        } else {
            within = false;
        }
    }
    return Value::boolean(any);
}

// --- dicts, lists, floats

Value get(Heap&, const Value& self, const Arguments& arguments) {
    const Bound bound("get", arguments, {"key", "default"}, 1);
    const Value* const found = self.as<DictObject>().find(*bound[0]);
    if (found != nullptr) return *found;
    return bound[1] != nullptr ? *bound[1] : Value::none();
}
template <View kView>
Value view(Heap& heap, const Value& self, const Arguments& arguments) {
    none("items", arguments);
    auto made = heap.make<DictViewObject>(0, self.depth());
    made->dict = self;
    made->view = kView;
    return Value(Kind::DictView, std::move(made), self.data());
}
Value copy(Heap&, const Value& self, const Arguments& arguments) {
    none("copy", arguments);
    return self;  // neither it nor the copy can change
}
Value countItem(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("count", arguments, {"value"}, 1);
    Wide times = 0;
    for (const Value& each : listOf(heap, self)) times += equal(heap, each, *bound[0]) ? 1 : 0;
    return Value::integer(times);
}
Value indexOf(Heap& heap, const Value& self, const Arguments& arguments) {
    const Bound bound("index", arguments, {"value", "start", "stop"}, 1);
    const std::vector<Value> items = listOf(heap, self);
    const auto size = static_cast<Wide>(items.size());
    const auto place = [&](Wide at) { return std::clamp<Wide>(at < 0 ? at + size : at, 0, size); };
    for (Wide i = place(bound.whole(1, 0)); i < place(bound.whole(2, size)); ++i) {
        if (equal(heap, items[static_cast<std::size_t>(i)], *bound[0])) return Value::integer(i);
    }
    fail("the value is not in the list");
}
Value isWhole(Heap&, const Value& self, const Arguments& arguments) {
    none("is_integer", arguments);
    return Value::boolean(std::isfinite(self.asReal()) && self.asReal() == std::floor(self.asReal()));
}
Value cyclerNext(Heap&, const Value& self, const Arguments& arguments) {
    none("next", arguments);
    auto& cycler = self.as<CyclerObject>();
    Value now = cycler.items[cycler.at];
    cycler.at = (cycler.at + 1) % cycler.items.size();
    return now;
}
Value cyclerReset(Heap&, const Value& self, const Arguments& arguments) {
    none("reset", arguments);
    self.as<CyclerObject>().at = 0;
    return Value::none();
}
Value loopCycle(Heap&, const Value& self, const Arguments& arguments) {
    if (arguments.positional.empty()) fail("no items for cycling given");
    return arguments.positional[self.as<LoopObject>().index % arguments.positional.size()];
}
Value loopChanged(Heap& heap, const Value& self, const Arguments& arguments) {
    auto& loop = self.as<LoopObject>();
    if (!loop.asked || loop.last.size() != arguments.positional.size() ||
        !std::equal(loop.last.begin(), loop.last.end(), arguments.positional.begin(),
                    [&](const Value& a, const Value& b) { return equal(heap, a, b); })) {
        loop.asked = true;
        loop.last = arguments.positional;
        return Value::boolean(true);
    }
    return Value::boolean(false);
}

struct Entry {
    const char* name;
    Kind kind;  // List: of tuples and ranges too
    Method method;
    bool keywords = false;  // takes arguments by name
};
constexpr Entry kMethods[] = {
    {"capitalize", Kind::String, capitalize},
    {"center", Kind::String, pad<'^'>},
    {"count", Kind::String, count},
    {"endswith", Kind::String, startsOrEnds<true>},
    {"find", Kind::String, find<false, false>},
    {"format", Kind::String, format, true},
    {"format_map", Kind::String, formatMap},
    {"index", Kind::String, find<false, true>},
    {"isalnum", Kind::String, all<isAlnum>},
    {"isalpha", Kind::String, all<isAlpha>},
    {"isascii", Kind::String, all<asciiChar, true>},
    {"isdecimal", Kind::String, all<isDecimal>},
    {"isdigit", Kind::String, all<isDigit>},
    {"islower", Kind::String, oneCase<false>},
    {"isnumeric", Kind::String, all<isNumeric>},
    {"isprintable", Kind::String, all<isPrintable, true>},
    {"isspace", Kind::String, all<isSpace>},
    {"istitle", Kind::String, isTitleCase},
    {"isupper", Kind::String, oneCase<true>},
    {"join", Kind::String, join},
    {"ljust", Kind::String, pad<'<'>},
    {"lower", Kind::String, lowerCase},
    {"lstrip", Kind::String, strip<true, false>},
    {"partition", Kind::String, partition<false>},
    {"removeprefix", Kind::String, without<false>},
    {"removesuffix", Kind::String, without<true>},
    {"replace", Kind::String, replace},
    {"rfind", Kind::String, find<true, false>},
    {"rindex", Kind::String, find<true, true>},
    {"rjust", Kind::String, pad<'>'>},
    {"rpartition", Kind::String, partition<true>},
    {"rsplit", Kind::String, split<true>, true},
    {"rstrip", Kind::String, strip<false, true>},
    {"split", Kind::String, split<false>, true},
    {"splitlines", Kind::String, splitLines, true},
    {"startswith", Kind::String, startsOrEnds<false>},
    {"strip", Kind::String, strip<true, true>},
    {"swapcase", Kind::String, swapCase},
    {"title", Kind::String, titleCase},
    {"upper", Kind::String, upperCase},
    {"zfill", Kind::String, pad<'0'>},
    {"copy", Kind::Dict, copy},
    {"get", Kind::Dict, get},
    {"items", Kind::Dict, view<View::Items>},
    {"keys", Kind::Dict, view<View::Keys>},
    {"values", Kind::Dict, view<View::Values>},
    {"copy", Kind::List, copy},
    {"count", Kind::List, countItem},
    {"index", Kind::List, indexOf},
    {"is_integer", Kind::Float, isWhole},
    {"next", Kind::Cycler, cyclerNext},
    {"reset", Kind::Cycler, cyclerReset},
    {"cycle", Kind::Loop, loopCycle},
    {"changed", Kind::Loop, loopChanged},
};
// What Python's types have besides.
struct Refused {
    Kind kind;
    std::string_view names;  // with blanks around each
};
constexpr Refused kChanging[] = {
    {Kind::List, " append clear pop reverse insert sort extend remove "},
    {Kind::Dict, " clear pop popitem setdefault update "},
};
constexpr Refused kUnsupported[] = {
    {Kind::String, " casefold encode expandtabs isidentifier maketrans translate "},
    {Kind::Dict, " fromkeys "},
    {Kind::Int,
     " as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes "},
    {Kind::Float, " as_integer_ratio conjugate fromhex hex imag real "},
    {Kind::Range, " start stop step "},
    {Kind::DictView, " isdisjoint mapping "},
    {Kind::Generator, " close send throw gi_running gi_suspended gi_yieldfrom "},
    {Kind::Macro, " caller explicit_caller "},
    {Kind::Joiner, " sep used "},
};
bool listed(std::string_view names, std::string_view name) {
    std::string padded(1, ' ');
    padded += name;
    padded += ' ';
    return names.find(padded) != std::string_view::npos;
}
Kind sort(const Value& value) {
    if (value.is(Kind::Tuple) || value.is(Kind::Range)) return Kind::List;
    return value.is(Kind::Bool) ? Kind::Int : value.kind();
}

}  // namespace

bool allUpper(std::string_view text) {
    bool any = false;
    for (std::size_t at = 0; at < text.size(); at += charBytes(text, at)) {
        const char32_t c = charAt(text, at);
        if (isLower(c) || isTitle(c)) return false;
        any = any || isUpper(c);
    }
    return any;
}
bool allLower(std::string_view text) {
    bool any = false;
    for (std::size_t at = 0; at < text.size(); at += charBytes(text, at)) {
        const char32_t c = charAt(text, at);
        if (isUpper(c) || isTitle(c)) return false;
        any = any || isLower(c);
    }
    return any;
}

int findMethod(std::string_view name) {
    static const std::unordered_map<std::string_view, int> names = [] {
        std::unordered_map<std::string_view, int> made;
        for (std::size_t i = 0; i < std::size(kMethods); ++i) made.try_emplace(kMethods[i].name, static_cast<int>(i));
        return made;
    }();
    const auto at = names.find(name);
    return at == names.end() ? -1 : at->second;
}

Value attributeOf(Heap& heap, const Value& value, const std::string& name, int method, bool& found) {
    found = true;
    switch (value.kind()) {
        case Kind::Undefined: fail(value.whyUndefined());
        case Kind::Namespace:
            if (const Value* const own = value.as<NamespaceObject>().attributes->find(name)) return *own;
            found = false;
            return {};
        case Kind::Loop:
            if (Value own; value.as<LoopObject>().attribute(heap, name, own)) return own;
            break;
        case Kind::Cycler: {
            const auto& cycler = value.as<CyclerObject>();
            if (name == "current") return cycler.items[cycler.at];
            if (name == "pos") return Value::integer(static_cast<Wide>(cycler.at));
            if (name == "items") return heap.tuple(cycler.items);
            break;
        }
        case Kind::Macro: {
            const MacroDefinition& macro = *value.as<MacroObject>().definition;
            if (name == "name") return macro.name == "caller" ? Value::none() : heap.string(macro.name);
            if (name == "catch_kwargs") return Value::boolean(macro.takesKwargs);
            if (name == "catch_varargs") return Value::boolean(macro.takesVarargs);
            if (name != "arguments") break;
            std::vector<Value> names;
            for (const Parameter& each : macro.parameters) names.push_back(heap.string(each.name));
            return heap.tuple(std::move(names));
        }
        case Kind::Tuple:
            if (value.as<ListObject>().group && name == "grouper") return value.items()[0];
            if (value.as<ListObject>().group && name == "list") return value.items()[1];
            break;
        default: break;
    }
    const Kind kind = sort(value);
    if (method >= 0) {
        for (std::size_t i = static_cast<std::size_t>(method); i < std::size(kMethods); ++i) {
            if (kMethods[i].kind != kind || name != kMethods[i].name) continue;
            if (kind == Kind::List && !value.is(Kind::List) && name == "copy") break;
            auto made = heap.make<MethodObject>(0, value.depth());
            made->self = value;
            made->method = static_cast<int>(i);
            return Value(Kind::Method, std::move(made));
        }
    }
    found = false;
    if (name.empty() || name[0] == '_') return {};
    for (const Refused& each : kChanging) {
        if (each.kind == value.kind() && listed(each.names, name)) {
            found = true;
            return heap.undefined("access to attribute '" + name + "' of '" + typeName(value) + "' object is unsafe");
        }
    }
    for (const Refused& each : kUnsupported) {
        const bool own =
            each.kind == Kind::Range || each.kind == Kind::Macro ? each.kind == value.kind() : each.kind == kind;
        if (own && listed(each.names, name))
            fail(std::string("'") + name + "' of a " + typeName(value) + " is not supported");
    }
    return {};
}

Value callMethod(Heap& heap, const Value& self, int method, const Arguments& arguments) {
    const Entry& entry = kMethods[static_cast<std::size_t>(method)];
    if (!entry.keywords && !arguments.keywords.empty()) fail(std::string(entry.name) + "() takes no keyword arguments");
    return entry.method(heap, self, arguments);
}

}  // namespace tritlab::jinja
