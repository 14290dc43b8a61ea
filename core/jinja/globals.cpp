// The functions that a template can call by name.
#include <algorithm>
#include <array>
#include <ctime>

#include "core/jinja/evaluator.h"

namespace tritlab::jinja {

namespace {

enum Global : int { kRange, kDict, kNamespace, kCycler, kJoiner, kRaise, kStrftime };
constexpr std::array<const char*, 7> kGlobals = {"range",           "dict",        "namespace", "cycler", "joiner",
                                                 "raise_exception", "strftime_now"};
constexpr Wide kMostOfRange = 100'000;  // as the sandbox allows

std::shared_ptr<DictObject> dictOf(Heap& heap, const Arguments& given, const char* function) {
    if (given.positional.size() > 1) fail(std::string(function) + "() takes at most one value and keyword arguments");
    auto entries = heap.entries();
    if (!given.positional.empty()) {
        const Value& from = given.positional[0];
        if (from.is(Kind::Dict)) {
            for (const auto& [key, value] : from.as<DictObject>().entries) entries->set(key, value);
        } else {
            for (const Value& each : listOf(heap, from)) {
                const std::vector<Value> pair = listOf(heap, each);
                if (pair.size() != 2) fail("a dict needs pairs");
                entries->set(pair[0], pair[1]);
            }
        }
    }
    for (const auto& [key, value] : given.keywords) entries->set(heap.string(key), value);
    return entries;
}

}  // namespace

std::vector<Value> globalFunctions(const std::vector<std::string>& symbols) {
    std::vector<Value> out(symbols.size());
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const auto* const at = std::find(kGlobals.begin(), kGlobals.end(), symbols[i]);
        if (at != kGlobals.end()) out[i] = Value::function(static_cast<int>(at - kGlobals.begin()));
    }
    return out;
}

void checkNamespaceAttribute(const std::string& name) {
    if (name.starts_with('_')) fail("the attribute '" + name + "' of a namespace begins with '_'");
}

Value callGlobal(const Globals& globals, int which, const Arguments& given) {
    Heap& heap = globals.heap;
    switch (which) {
        case kRange: {
            const Bound bound("range", given, {"start", "stop", "step"}, 1);
            for (std::size_t i = 0; i < 3; ++i) {
                if (bound[i] != nullptr && bound[i]->is(Kind::None)) fail("range() needs integers");
            }
            const Wide first = bound.whole(0, 0), step = bound.whole(2, 1);
            if (step == 0) fail("range() arg 3 must not be zero");
            Value made = bound[1] == nullptr ? heap.range(0, first, 1) : heap.range(first, bound.whole(1, 0), step);
            if (lengthOf(made) > kMostOfRange) fail("a range has more than 100000 numbers");
            return made;
        }
        case kDict: return heap.dict(dictOf(heap, given, "dict"));
        case kNamespace: {
            auto made = heap.make<NamespaceObject>(64);
            made->attributes = dictOf(heap, given, "namespace");
            for (const auto& [key, value] : made->attributes->entries) {
                if (key.isString()) checkNamespaceAttribute(key.bytes());
            }
            globals.namespaces.push_back(made);
            return Value(Kind::Namespace, std::move(made));
        }
        case kCycler: {
            if (given.positional.empty() || !given.keywords.empty()) fail("at least one item has to be provided");
            int depth = 0;
            for (const Value& each : given.positional) depth = std::max(depth, each.depth());
            auto made = heap.make<CyclerObject>(given.positional.size() * sizeof(Value), depth);
            made->items = given.positional;
            return Value(Kind::Cycler, std::move(made));
        }
        case kJoiner: {
            const Bound bound("joiner", given, {"sep"});
            auto made = heap.make<JoinerObject>(0, bound[0] != nullptr ? bound[0]->depth() : 1);
            made->separator = bound[0] != nullptr ? *bound[0] : heap.string(", ");
            return Value(Kind::Joiner, std::move(made));
        }
        case kRaise: {
            const Bound bound("raise_exception", given, {"message"}, 1);
            throw RaisedFailure(str(heap, *bound[0]).bytes());
        }
        default: {
            const Bound bound("strftime_now", given, {"format"}, 1);
            if (!bound[0]->isString()) fail("strftime_now() needs a string");
            std::tm now{};
            if (globals.clock) {
                now = globals.clock();
            } else {
                const std::time_t seconds = std::time(nullptr);
                localtime_r(&seconds, &now);
            }
            static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
            std::array<char, 4096> out{};
            const std::size_t bytes = strftime_l(out.data(), out.size(), bound[0]->bytes().c_str(), &now, plain);
            return heap.string(std::string(out.data(), bytes), bound[0]->text().around());
        }
    }
}

}  // namespace tritlab::jinja
