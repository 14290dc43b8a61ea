// The tests of jinja2: what stands behind "is".
#include <unordered_map>

#include "core/jinja/functions.h"

namespace tritlab::jinja {

namespace {

Value remainder(Heap& heap, const Value& value, const Value& by) {
    if (value.isUndefined()) fail(value.whyUndefined());
    if (!value.isNumber()) fail(std::string("not a number: ") + typeName(value));
    return arithmetic(heap, Operator::Modulo, value, by);
}
void none(const char* name, const Arguments& arguments) { Bound(name, arguments, {}); }
const Value& other(const char* name, const Arguments& arguments) { return *Bound(name, arguments, {"other"}, 1)[0]; }

bool odd(Heap& heap, const Value& value, const Arguments& arguments) {
    none("odd", arguments);
    return equal(heap, remainder(heap, value, Value::integer(2)), Value::integer(1));
}
bool even(Heap& heap, const Value& value, const Arguments& arguments) {
    none("even", arguments);
    return equal(heap, remainder(heap, value, Value::integer(2)), Value::integer(0));
}
bool divisible(Heap& heap, const Value& value, const Arguments& arguments) {
    return equal(heap, remainder(heap, value, *Bound("divisibleby", arguments, {"num"}, 1)[0]), Value::integer(0));
}
template <bool (*kIs)(const Value&)>
bool plain(Heap&, const Value& value, const Arguments& arguments) {
    none("this test", arguments);
    return kIs(value);
}
bool isDefined(const Value& value) { return !value.isUndefined(); }
bool isUndefined(const Value& value) { return value.isUndefined(); }
bool isNone(const Value& value) { return value.is(Kind::None); }
bool isBoolean(const Value& value) { return value.is(Kind::Bool); }
bool isFalse(const Value& value) { return value.is(Kind::Bool) && value.whole() == 0; }
bool isTrue(const Value& value) { return value.is(Kind::Bool) && value.whole() != 0; }
bool isInteger(const Value& value) { return value.is(Kind::Int); }
bool isFloat(const Value& value) { return value.is(Kind::Float); }
bool isString(const Value& value) { return value.isString(); }
bool isMapping(const Value& value) { return value.is(Kind::Dict); }
bool isNumber(const Value& value) { return value.isNumber(); }
bool isSequence(const Value& value) {
    return value.isUndefined() || value.isString() || value.isList() || value.is(Kind::Dict) || value.is(Kind::Range);
}
bool isIterable(const Value& value) { return iterable(value) || value.is(Kind::Loop); }
bool isEscaped(const Value& value) { return value.isString() && value.as<StringObject>().markup; }
bool isCallable(const Value& value) {
    return value.isUndefined() || value.is(Kind::Macro) || value.is(Kind::Function) || value.is(Kind::Method) ||
           value.is(Kind::Loop) || value.is(Kind::Joiner);
}
bool isFilter(const Value& value) { return value.isString() && findFilter(value.bytes()) >= 0; }
bool isTest(const Value& value) { return value.isString() && findTest(value.bytes()) >= 0; }
bool lowerCase(Heap& heap, const Value& value, const Arguments& arguments) {
    none("lower", arguments);
    return allLower(str(heap, value).view());
}
bool upperCase(Heap& heap, const Value& value, const Arguments& arguments) {
    none("upper", arguments);
    return allUpper(str(heap, value).view());
}
bool sameAs(Heap&, const Value& value, const Arguments& arguments) {
    const Value& to = other("sameas", arguments);
    if (value.kind() != to.kind()) return false;
    switch (value.kind()) {
        case Kind::None: return true;
        case Kind::Bool:
        case Kind::Int:
        case Kind::Function: return value.whole() == to.whole();
        case Kind::String: return value.object() == to.object() || value.bytes() == to.bytes();
        default: return value.object() && value.object() == to.object();
    }
}
bool in(Heap& heap, const Value& value, const Arguments& arguments) {
    return contains(heap, *Bound("in", arguments, {"seq"}, 1)[0], value);
}
bool eq(Heap& heap, const Value& value, const Arguments& arguments) {
    return equal(heap, value, other("eq", arguments));
}
bool ne(Heap& heap, const Value& value, const Arguments& arguments) {
    return !equal(heap, value, other("ne", arguments));
}
bool lt(Heap& heap, const Value& value, const Arguments& arguments) {
    return less(heap, value, other("lt", arguments));
}
bool gt(Heap& heap, const Value& value, const Arguments& arguments) {
    return less(heap, other("gt", arguments), value);
}
bool le(Heap& heap, const Value& value, const Arguments& arguments) {
    return lessOrEqual(heap, value, other("le", arguments));
}
bool ge(Heap& heap, const Value& value, const Arguments& arguments) {
    return lessOrEqual(heap, other("ge", arguments), value);
}

struct Entry {
    const char* name;
    TestFunction function;
};
constexpr Entry kTests[] = {
    {"odd", odd},
    {"even", even},
    {"divisibleby", divisible},
    {"defined", plain<isDefined>},
    {"undefined", plain<isUndefined>},
    {"filter", plain<isFilter>},
    {"test", plain<isTest>},
    {"none", plain<isNone>},
    {"boolean", plain<isBoolean>},
    {"false", plain<isFalse>},
    {"true", plain<isTrue>},
    {"integer", plain<isInteger>},
    {"float", plain<isFloat>},
    {"lower", lowerCase},
    {"upper", upperCase},
    {"string", plain<isString>},
    {"mapping", plain<isMapping>},
    {"number", plain<isNumber>},
    {"sequence", plain<isSequence>},
    {"iterable", plain<isIterable>},
    {"callable", plain<isCallable>},
    {"sameas", sameAs},
    {"escaped", plain<isEscaped>},
    {"in", in},
    {"==", eq},
    {"eq", eq},
    {"equalto", eq},
    {"!=", ne},
    {"ne", ne},
    {">", gt},
    {"gt", gt},
    {"greaterthan", gt},
    {"ge", ge},
    {">=", ge},
    {"<", lt},
    {"lt", lt},
    {"lessthan", lt},
    {"<=", le},
    {"le", le},
};

}  // namespace

int findTest(std::string_view name) {
    static const std::unordered_map<std::string_view, int> numbers = [] {
        std::unordered_map<std::string_view, int> made;
        for (std::size_t i = 0; i < std::size(kTests); ++i) made.emplace(kTests[i].name, static_cast<int>(i));
        return made;
    }();
    const auto at = numbers.find(name);
    return at == numbers.end() ? -1 : at->second;
}
TestFunction testAt(int number) { return kTests[number].function; }
std::string unknownTest(std::string_view name) { return "no test is called '" + std::string(name) + "'"; }

}  // namespace tritlab::jinja
