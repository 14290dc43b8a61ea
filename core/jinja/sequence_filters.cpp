// The filters of jinja2 on sequences, and the names of all.
#include <algorithm>
#include <functional>
#include <unordered_map>

#include "core/jinja/filter_table.h"
#include "core/jinja/functions.h"

namespace tritlab::jinja {

namespace {

// What attribute="a.b.0" asks of an item.
class Getter {
public:
    // attribute: null or None asks for the item itself. otherwise: null, or instead of what is undefined.
    Getter(Heap& heap, const Value* attribute, bool ignoreCase, const Value* otherwise = nullptr)
        : heap_(heap), ignoreCase_(ignoreCase) {
        if (otherwise != nullptr && !otherwise->is(Kind::None)) otherwise_ = *otherwise;
        if (attribute == nullptr || attribute->is(Kind::None)) return;
        if (!attribute->isString()) {
            parts_.push_back(*attribute);
            return;
        }
        const std::string& path = attribute->bytes();
        for (std::size_t from = 0; from <= path.size();) {
            const std::size_t dot = std::min(path.find('.', from), path.size());
            const std::string part = path.substr(from, dot - from);
            const bool index =
                !part.empty() && part.size() < 18 && part.find_first_not_of("0123456789") == std::string::npos;
            parts_.push_back(index ? Value::integer(std::stoll(part)) : heap.string(part));
            from = dot + 1;
        }
    }
    Value operator()(const Value& item) const {
        Value value = item;
        for (const Value& part : parts_) {
            value = lookUp(heap_, value, part);
            if (value.isUndefined() && !otherwise_.isUndefined()) value = otherwise_;
        }
        if (ignoreCase_ && value.isString()) value = heap_.string(lower(value.text()));
        return value;
    }

private:
    Heap& heap_;
    std::vector<Value> parts_;
    Value otherwise_;
    bool ignoreCase_;
};

// What Python makes lazily: the values until one fails, and the failure for when it is reached.
template <typename Fill>
Value lazily(Heap& heap, const char* name, const Fill& fill) {
    std::vector<Value> out;
    std::exception_ptr failure;
    try {
        fill(out);
    } catch (const LimitFailure&) {
        throw;
    } catch (const Failure&) {
        failure = std::current_exception();
    }
    return heap.generator(std::move(out), name, failure);
}

std::vector<Value> sorted(Heap& heap, std::vector<Value> items, const std::function<Value(const Value&)>& key,
                          bool reverse) {
    std::vector<std::pair<Value, Value>> keyed;
    keyed.reserve(items.size());
    for (Value& item : items) {
        Value its = key(item);
        keyed.emplace_back(std::move(its), std::move(item));
    }
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
        return reverse ? less(heap, b.first, a.first) : less(heap, a.first, b.first);
    });
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = std::move(keyed[i].second);
    return items;
}

Value batch(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("batch", arguments, {"linecount", "fill_with"}, 1);
    const Wide size = bound.whole(0, 0);
    return lazily(heap, "batch", [&](std::vector<Value>& out) {
        std::vector<Value> row;
        for (const Value& each : listOf(heap, value)) {
            if (static_cast<Wide>(row.size()) == size) out.push_back(heap.list(std::exchange(row, {})));
            row.push_back(each);
        }
        if (row.empty()) return;
        if (bound[1] != nullptr && !bound[1]->is(Kind::None) && static_cast<Wide>(row.size()) < size) {
            if (size > 1'000'000) fail("batch: a row of more than a million");
            row.resize(static_cast<std::size_t>(size), *bound[1]);
        }
        out.push_back(heap.list(std::move(row)));
    });
}
Value slice(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("slice", arguments, {"slices", "fill_with"}, 1);
    const Wide slices = bound.whole(0, 0);
    return lazily(heap, "slice", [&](std::vector<Value>& out) {
        const std::vector<Value> items = listOf(heap, value);
        if (slices == 0) fail("integer division or modulo by zero");
        if (slices < 0) return;
        const auto size = static_cast<Wide>(items.size());
        const Wide each = size / slices, more = size % slices;
        for (Wide i = 0, at = 0; i < slices; ++i) {
            const Wide count = each + (i < more ? 1 : 0);
            std::vector<Value> part(items.begin() + static_cast<std::ptrdiff_t>(at),
                                    items.begin() + static_cast<std::ptrdiff_t>(at + count));
            at += count;
            if (bound[1] != nullptr && !bound[1]->is(Kind::None) && i >= more) part.push_back(*bound[1]);
            out.push_back(heap.list(std::move(part)));
        }
    });
}
Value length(Heap&, const Value& value, const Arguments& arguments) {
    Bound("length", arguments, {});
    const Wide size = lengthOf(value);
    if (size < 0 && value.is(Kind::Loop)) fail("the length of a loop is loop.length");
    if (size < 0) fail(std::string("object of type '") + typeName(value) + "' has no len()");
    return Value::integer(size);
}
Value dictSort(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("dictsort", arguments, {"case_sensitive", "by", "reverse"});
    const std::string by = bound.text(1) != nullptr ? bound.text(1)->bytes() : "key";
    if (by != "key" && by != "value") fail("dictsort can sort by 'key' or 'value' only");
    if (value.isUndefined()) fail(value.whyUndefined());
    if (!value.is(Kind::Dict)) fail(std::string("dictsort needs a dict, not ") + typeName(value));
    std::vector<Value> pairs;
    for (const auto& [key, each] : value.as<DictObject>().entries) pairs.push_back(heap.tuple({key, each}));
    const Getter own(heap, nullptr, !bound.flag(0));
    return heap.list(sorted(
        heap, std::move(pairs), [&](const Value& pair) { return own(pair.items()[by == "key" ? 0 : 1]); },
        bound.flag(2)));
}
Value first(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("first", arguments, {});
    if (value.is(Kind::Generator)) {  // one item of it is used
        auto& generator = value.as<GeneratorObject>();
        if (generator.next < generator.items.size()) return generator.items[generator.next++];
        if (generator.failure) std::rethrow_exception(std::exchange(generator.failure, nullptr));
        return heap.undefined("No first item, sequence was empty.");
    }
    if (value.isString() || value.isList()) {
        bool found = false;
        Value out = itemOf(heap, value, Value::integer(0), found);
        return found ? out : heap.undefined("No first item, sequence was empty.");
    }
    Items items;
    iterate(heap, value, items);
    return items.size() > 0 ? items[0] : heap.undefined("No first item, sequence was empty.");
}
Value last(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("last", arguments, {});
    if (value.is(Kind::Generator)) fail("'generator' object is not reversible");
    if (value.isString() || value.isList()) {
        bool found = false;
        Value out = itemOf(heap, value, Value::integer(-1), found);
        return found ? out : heap.undefined("No last item, sequence was empty.");
    }
    Items items;
    iterate(heap, value, items);
    return items.size() > 0 ? items[items.size() - 1] : heap.undefined("No last item, sequence was empty.");
}
Value groupBy(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("groupby", arguments, {"attribute", "default", "case_sensitive"}, 1);
    const Getter key(heap, bound[0], !bound.flag(2), bound[1]), real(heap, bound[0], false, bound[1]);
    const std::vector<Value> items = sorted(heap, listOf(heap, value), key, false);
    std::vector<Value> out, group;
    Value now;
    const auto close = [&] {
        if (group.empty()) return;
        Value name = bound.flag(2) ? now : real(group[0]);
        out.push_back(heap.tuple({std::move(name), heap.list(std::exchange(group, {}))}, true));
    };
    for (const Value& item : items) {
        Value its = key(item);
        if (!group.empty() && !equal(heap, its, now)) close();
        now = std::move(its);
        group.push_back(item);
    }
    close();
    return heap.list(std::move(out));
}
Value itemsOf(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("items", arguments, {});
    return lazily(heap, "items", [&](std::vector<Value>& out) {
        if (value.isUndefined()) return;
        if (!value.is(Kind::Dict)) fail("Can only get item pairs from a mapping.");
        for (const auto& [key, each] : value.as<DictObject>().entries) out.push_back(heap.tuple({key, each}));
    });
}
Value join(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("join", arguments, {"d", "attribute"});
    std::vector<Text> parts;
    const Getter get(heap, bound[1], false);
    Items items;
    iterate(heap, value, items);
    std::size_t all = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        parts.push_back(str(heap, get(items[i])));
        all += parts.back().size() + sizeof(Text);
        if (i % 64 == 0) heap.room(all);
    }
    items.finish();
    return heap.string(joined(heap, bound[0] != nullptr ? str(heap, *bound[0]) : Text(), parts));
}
Value list(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("list", arguments, {});
    return heap.list(listOf(heap, value), value.is(Kind::List) && value.data());
}
Value map(Heap& heap, const Value& value, const Arguments& arguments) {
    return lazily(heap, "map", [&](std::vector<Value>& out) {
        if (!truth(value)) return;
        std::function<Value(const Value&)> change;
        Arguments rest;
        if (arguments.positional.empty()) {
            const Value* attribute = nullptr;
            const Value* otherwise = nullptr;
            for (const auto& [name, each] : arguments.keywords) {
                if (name == "attribute") attribute = &each;
                else if (name != "default") fail("Unexpected keyword argument '" + name + "'");
                else otherwise = &each;
            }
            if (attribute == nullptr) fail("map requires a filter argument");
            change = Getter(heap, attribute, false, otherwise);
        } else {
            const Value& name = arguments.positional[0];
            const int number = name.isString() ? findFilter(name.bytes()) : -1;
            if (number < 0) fail(unknownFilter(name.isString() ? name.bytes() : "?"));
            rest.positional.assign(arguments.positional.begin() + 1, arguments.positional.end());
            rest.keywords = arguments.keywords;
            change = [&heap, &rest, function = filterAt(number)](const Value& each) {
                return function(heap, each, rest);
            };
        }
        Items items;
        iterate(heap, value, items);
        for (std::size_t i = 0; i < items.size(); ++i) out.push_back(change(items[i]));
        items.finish();
    });
}
template <bool kKeep, bool kAttribute>
Value select(Heap& heap, const Value& value, const Arguments& arguments) {
    return lazily(heap, "select_or_reject", [&](std::vector<Value>& out) {
        if (!truth(value)) return;
        std::size_t used = 0;
        const Value* attribute = nullptr;
        if (kAttribute) {
            if (arguments.positional.empty()) fail("Missing parameter for attribute name");
            attribute = &arguments.positional[used++];
        }
        const Getter get(heap, attribute, false);
        TestFunction test = nullptr;
        Arguments rest;
        if (used < arguments.positional.size()) {
            const Value& name = arguments.positional[used++];
            const int number = name.isString() ? findTest(name.bytes()) : -1;
            if (number < 0) fail(unknownTest(name.isString() ? name.bytes() : "?"));
            test = testAt(number);
            rest.positional.assign(arguments.positional.begin() + static_cast<std::ptrdiff_t>(used),
                                   arguments.positional.end());
            rest.keywords = arguments.keywords;
        }
        Items items;
        iterate(heap, value, items);
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Value asked = get(items[i]);
            if ((test != nullptr ? test(heap, asked, rest) : truth(asked)) == kKeep) out.push_back(items[i]);
        }
        items.finish();
    });
}
template <bool kMost>
Value extreme(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound(kMost ? "max" : "min", arguments, {"case_sensitive", "attribute"});
    const Getter key(heap, bound[1], !bound.flag(0));
    const std::vector<Value> items = listOf(heap, value);
    if (items.empty()) return heap.undefined("No aggregated item, sequence was empty.");
    std::size_t best = 0;
    Value its = key(items[0]);
    for (std::size_t i = 1; i < items.size(); ++i) {
        Value other = key(items[i]);
        if (kMost ? less(heap, its, other) : less(heap, other, its)) {
            best = i;
            its = std::move(other);
        }
    }
    return items[best];
}
Value reverse(Heap& heap, const Value& value, const Arguments& arguments) {
    Bound("reverse", arguments, {});
    if (value.isString()) {
        const Text& text = value.text();
        Text out;
        for (std::size_t to = text.size(); to > 0;) {
            const std::size_t from = charBefore(text.view(), to);
            out.append(text, from, to - from);
            to = from;
        }
        return heap.string(std::move(out), value.as<StringObject>().markup);
    }
    std::vector<Value> items = listOf(heap, value);
    std::reverse(items.begin(), items.end());
    if (value.is(Kind::Generator)) return heap.list(std::move(items));
    return heap.generator(std::move(items), "reversed");
}
Value sort(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("sort", arguments, {"reverse", "case_sensitive", "attribute"});
    std::vector<Getter> keys;
    if (bound[2] != nullptr && bound[2]->isString()) {
        const std::string& paths = bound[2]->bytes();
        for (std::size_t from = 0; from <= paths.size();) {
            const std::size_t comma = std::min(paths.find(',', from), paths.size());
            const Value path = heap.string(paths.substr(from, comma - from));
            keys.emplace_back(heap, &path, !bound.flag(1));
            from = comma + 1;
        }
    } else {
        keys.emplace_back(heap, bound[2], !bound.flag(1));
    }
    return heap.list(sorted(
                         heap, listOf(heap, value),
                         [&](const Value& item) {
                             std::vector<Value> all;
                             for (const Getter& key : keys) all.push_back(key(item));
                             return heap.list(std::move(all));
                         },
                         bound.flag(0)),
                     value.data());
}
Value sum(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("sum", arguments, {"attribute", "start"});
    const Getter get(heap, bound[0], false);
    Value all = bound[1] != nullptr ? *bound[1] : Value::integer(0);
    if (all.isString()) fail("sum() can't sum strings [use ''.join(seq) instead]");
    for (const Value& item : listOf(heap, value)) all = add(heap, all, get(item));
    return all;
}
Value unique(Heap& heap, const Value& value, const Arguments& arguments) {
    const Bound bound("unique", arguments, {"case_sensitive", "attribute"});
    return lazily(heap, "unique", [&](std::vector<Value>& out) {
        const Getter key(heap, bound[1], !bound.flag(0));
        auto seen = heap.entries();
        for (const Value& item : listOf(heap, value)) {
            const Value its = key(item);
            if (seen->find(its) != nullptr) continue;
            seen->set(its, Value::none());
            out.push_back(item);
        }
    });
}

const std::vector<FilterEntry>& table() {
    static const std::vector<FilterEntry> all = [] {
        std::vector<FilterEntry> both = valueFilters();
        both.insert(both.end(), sequenceFilters().begin(), sequenceFilters().end());
        return both;
    }();
    return all;
}

}  // namespace

const std::vector<FilterEntry>& sequenceFilters() {
    static const std::vector<FilterEntry> all = {{"batch", batch},
                                                 {"count", length},
                                                 {"dictsort", dictSort},
                                                 {"first", first},
                                                 {"groupby", groupBy},
                                                 {"items", itemsOf},
                                                 {"join", join},
                                                 {"last", last},
                                                 {"length", length},
                                                 {"list", list},
                                                 {"map", map},
                                                 {"max", extreme<true>},
                                                 {"min", extreme<false>},
                                                 {"reject", select<false, false>},
                                                 {"rejectattr", select<false, true>},
                                                 {"reverse", reverse},
                                                 {"select", select<true, false>},
                                                 {"selectattr", select<true, true>},
                                                 {"slice", slice},
                                                 {"sort", sort},
                                                 {"sum", sum},
                                                 {"unique", unique}};
    return all;
}

int findFilter(std::string_view name) {
    static const std::unordered_map<std::string_view, int> numbers = [] {
        std::unordered_map<std::string_view, int> made;
        for (std::size_t i = 0; i < table().size(); ++i) made.emplace(table()[i].name, static_cast<int>(i));
        return made;
    }();
    const auto at = numbers.find(name);
    return at == numbers.end() ? -1 : at->second;
}
FilterFunction filterAt(int number) { return table()[static_cast<std::size_t>(number)].function; }
std::string unknownFilter(std::string_view name) {
    for (const std::string_view known : {"pprint", "random", "striptags", "urlize", "wordwrap", "xmlattr"}) {
        if (name == known) return "the filter '" + std::string(name) + "' is not supported";
    }
    return "no filter is called '" + std::string(name) + "'";
}

}  // namespace tritlab::jinja
