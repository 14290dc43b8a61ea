// Arguments to parameters, and looking things up in values.
#include <algorithm>

#include "core/jinja/functions.h"

namespace tritlab::jinja {

Bound::Bound(const char* function, const Arguments& given, std::initializer_list<const char*> names,
             std::size_t required)
    : function_(function), values_(names.size(), nullptr) {
    const std::string call = std::string(function) + "()";
    if (given.positional.size() > names.size()) {
        fail(call + " takes at most " + std::to_string(names.size()) + " arguments, " +
             std::to_string(given.positional.size()) + " were given");
    }
    for (std::size_t i = 0; i < given.positional.size(); ++i) values_[i] = &given.positional[i];
    for (const auto& [name, value] : given.keywords) {
        const auto* const at = std::find(names.begin(), names.end(), name);
        if (at == names.end()) fail(call + " takes no argument called '" + name + "'");
        const Value*& slot = values_[static_cast<std::size_t>(at - names.begin())];
        if (slot != nullptr) fail(call + " was given '" + name + "' twice");
        slot = &value;
    }
    for (std::size_t i = 0; i < required; ++i) {
        if (values_[i] == nullptr) fail(call + " needs the argument '" + *(names.begin() + i) + "'");
    }
}

bool Bound::flag(std::size_t i, bool otherwise) const { return values_[i] != nullptr ? truth(*values_[i]) : otherwise; }

Wide Bound::whole(std::size_t i, Wide otherwise) const {
    if (values_[i] == nullptr || values_[i]->is(Kind::None)) return otherwise;
    if (values_[i]->isUndefined()) fail(values_[i]->whyUndefined());
    if (!values_[i]->isInteger()) fail(std::string(function_) + "() needs an integer, not " + typeName(*values_[i]));
    return values_[i]->whole();
}

const Text* Bound::text(std::size_t i) const {
    if (values_[i] == nullptr || values_[i]->is(Kind::None)) return nullptr;
    if (values_[i]->isUndefined()) fail(values_[i]->whyUndefined());
    if (!values_[i]->isString()) fail(std::string(function_) + "() needs a string, not " + typeName(*values_[i]));
    return &values_[i]->text();
}

namespace {

// The place of index `at` in `size` items, from the end where it is negative; -1: outside.
Wide placeOf(Wide at, Wide size) {
    if (at < 0) at += size;
    return at >= 0 && at < size ? at : -1;
}

}  // namespace

Value itemOf(Heap& heap, const Value& value, const Value& key, bool& found) {
    found = true;
    switch (value.kind()) {
        case Kind::Undefined: fail(value.whyUndefined());
        case Kind::Dict: {
            const auto& dict = value.as<DictObject>();
            if (key.is(Kind::List) || key.is(Kind::Dict)) break;  // no key: not found
            if (const Value* const item = key.isString() ? dict.find(key.bytes()) : dict.find(key)) return *item;
            break;
        }
        case Kind::List:
        case Kind::Tuple:
            if (key.isInteger()) {
                const Wide at = placeOf(key.whole(), lengthOf(value));
                if (at >= 0) return value.items()[static_cast<std::size_t>(at)];
            }
            break;
        case Kind::String:
            if (key.isInteger()) {
                const auto& string = value.as<StringObject>();
                const Wide at = placeOf(key.whole(), lengthOf(value));
                if (at < 0) break;
                const std::size_t byte = string.ascii ? static_cast<std::size_t>(at)
                                                      : byteOfChar(string.text.view(), static_cast<std::size_t>(at));
                heap.work(string.ascii ? 1 : byte / 16 + string.text.size() / 16);
                return heap.string(string.text.part(byte, charBytes(string.text.view(), byte)));
            }
            break;
        case Kind::Range:
            if (key.isInteger()) {
                const auto& range = value.as<RangeObject>();
                const Wide at = placeOf(key.whole(), range.count);
                if (at >= 0) return Value::integer(range.start + at * range.step);
            }
            break;
        default: break;
    }
    found = false;
    return {};
}

Value lookUp(Heap& heap, const Value& value, const Value& key) {
    bool found = false;
    Value item = itemOf(heap, value, key, found);
    if (found) return item;
    if (key.isString()) {
        item = attributeOf(heap, value, key.bytes(), findMethod(key.bytes()), found);
        if (found) return item;
        return heap.undefined(std::string("'") + typeName(value) + " object' has no attribute '" + key.bytes() + "'");
    }
    return heap.undefined(std::string(typeName(value)) + " object has no such element");
}

Value sliceOf(Heap& heap, const Value& value, const Value* start, const Value* stop, const Value* step) {
    const auto whole = [](const Value* end, bool& given) -> Wide {
        given = end != nullptr && !end->is(Kind::None);
        if (!given) return 0;
        if (end->isUndefined()) fail("slice indices must be integers or None: " + end->whyUndefined());
        if (!end->isInteger()) fail("slice indices must be integers or None");
        return end->whole();
    };
    if (value.isUndefined()) fail(value.whyUndefined());
    if (!value.isString() && !value.isList() && !value.is(Kind::Range)) {
        fail(std::string("'") + typeName(value) + "' object cannot be sliced");
    }
    bool hasStart = false, hasStop = false, hasStep = false;
    Wide from = whole(start, hasStart), to = whole(stop, hasStop), by = whole(step, hasStep);
    if (!hasStep) by = 1;
    if (by == 0) fail("slice step cannot be zero");
    const Wide size = lengthOf(value);
    const Wide least = by > 0 ? 0 : -1, most = by > 0 ? size : size - 1;
    const auto clamped = [&](Wide at) { return std::clamp(at < 0 ? at + size : at, least, most); };
    from = hasStart ? clamped(from) : by > 0 ? 0 : size - 1;
    to = hasStop ? clamped(to) : by > 0 ? size : -1;
    if (value.is(Kind::Range)) {
        const auto& range = value.as<RangeObject>();
        return heap.range(range.start + from * range.step, range.start + to * range.step, range.step * by);
    }
    heap.work(static_cast<std::size_t>(size) / 16 + 1);
    if (value.isString()) {
        const Text& text = value.text();
        const bool ascii = value.as<StringObject>().ascii;
        if (by == 1) {
            if (from >= to) return heap.string("");
            const auto a = static_cast<std::size_t>(from), b = static_cast<std::size_t>(to);
            const std::size_t begin = ascii ? a : byteOfChar(text.view(), a);
            const std::size_t length = ascii ? b - a : byteOfChar(text.view().substr(begin), b - a);
            return heap.string(text.part(begin, length));
        }
        std::vector<std::size_t> places;
        if (!ascii) {
            heap.room(static_cast<std::size_t>(size) * sizeof(std::size_t));
            for (std::size_t at = 0; at < text.size(); at += charBytes(text.view(), at)) places.push_back(at);
        }
        Text out;
        for (Wide i = from; by > 0 ? i < to : i > to; i += by) {
            const std::size_t at = ascii ? static_cast<std::size_t>(i) : places[static_cast<std::size_t>(i)];
            out.append(text, at, charBytes(text.view(), at));
        }
        return heap.string(std::move(out));
    }
    std::vector<Value> out;
    for (Wide i = from; by > 0 ? i < to : i > to; i += by) out.push_back(value.items()[static_cast<std::size_t>(i)]);
    return value.is(Kind::List) ? heap.list(std::move(out), value.data()) : heap.tuple(std::move(out));
}

}  // namespace tritlab::jinja
