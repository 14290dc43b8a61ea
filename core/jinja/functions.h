// What a template can call: filters, tests, methods and global functions, by name and by number.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/jinja/value.h"

namespace tritlab::jinja {

struct Arguments {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> keywords;

    [[nodiscard]] std::size_t size() const { return positional.size() + keywords.size(); }
};

// Arguments given to the parameters of a function. Throws Failure for one too many, an unknown or a doubled one, and
// where one of the first `required` is missing.
class Bound {
public:
    Bound(const char* function, const Arguments& given, std::initializer_list<const char*> names,
          std::size_t required = 0);

    [[nodiscard]] const Value* operator[](std::size_t i) const { return values_[i]; }  // null: not given
    [[nodiscard]] bool flag(std::size_t i, bool otherwise = false) const;
    // Throw where it is given and is of another type; None counts as not given.
    [[nodiscard]] Wide whole(std::size_t i, Wide otherwise) const;
    [[nodiscard]] const Text* text(std::size_t i) const;  // null: not given

private:
    const char* function_;
    std::vector<const Value*> values_;
};

// What `name` is called with, or -1. `known`: jinja2 has it, and it is not supported here.
using FilterFunction = Value (*)(Heap& heap, const Value& value, const Arguments& arguments);
using TestFunction = bool (*)(Heap& heap, const Value& value, const Arguments& arguments);
int findFilter(std::string_view name);
int findTest(std::string_view name);
FilterFunction filterAt(int number);
TestFunction testAt(int number);
// How a failure names an unknown one.
std::string unknownFilter(std::string_view name);
std::string unknownTest(std::string_view name);

// Methods of strings, dicts, lists, …: the number of the first of this name (of whatever type), or -1.
int findMethod(std::string_view name);
Value callMethod(Heap& heap, const Value& self, int method, const Arguments& arguments);

// Python's operators on values. Throw Failure where Python raises.
enum class Operator : std::uint8_t { Add, Subtract, Multiply, Divide, FloorDivide, Modulo, Power };
Value arithmetic(Heap& heap, Operator op, const Value& left, const Value& right);
Value add(Heap& heap, const Value& left, const Value& right);
Value negated(const Value& value);
Value asPositive(const Value& value);
bool lessOrEqual(Heap& heap, const Value& left, const Value& right);
// obj[key]; found: false where Python raises a KeyError, IndexError or TypeError.
Value itemOf(Heap& heap, const Value& value, const Value& key, bool& found);
// Jinja's look-up by subscription ("a[b]", filters' attribute=): item first, then attribute, else undefined.
Value lookUp(Heap& heap, const Value& value, const Value& key);
// The attribute as Python has it: members of namespaces, loops, groups; methods, `method` being findMethod(name).
// found: false where there is none. What the sandbox refuses is undefined; what Python has and is not supported here
// throws.
Value attributeOf(Heap& heap, const Value& value, const std::string& name, int method, bool& found);
Value sliceOf(Heap& heap, const Value& value, const Value* start, const Value* stop, const Value* step);
Text escaped(const Text& text);

// Python's "format % values", str.format and format(value, spec); JSON as json.dumps writes it.
Text percentFormat(Heap& heap, const Text& format, const Value& values);
Text braceFormat(Heap& heap, const Text& format, const Arguments& arguments);
Text formatted(Heap& heap, const Value& value, const Text& spec);
struct JsonStyle {
    bool ascii = false, sortKeys = false, pretty = false;
    std::string indent, itemSeparator = ", ", keySeparator = ": ";
};
Text json(Heap& heap, const Value& value, const JsonStyle& style);

// Changes of case and other pieces that filters and methods share.
Text upper(const Text& text);
Text lower(const Text& text);
// The small letters of the character at `at`, which for a sigma depend on what is around it.
std::string lowerAt(std::string_view text, std::size_t at);
Text capitalized(const Text& text);
Text stripped(const Text& text, const Text* characters, bool left, bool right);
Text replaced(Heap& heap, const Text& text, const Text& old, const Text& with, Wide most);
std::vector<Text> lines(const Text& text, bool keepEnds);
Text joined(Heap& heap, const Text& separator, const std::vector<Text>& parts);
bool allUpper(std::string_view text);
bool allLower(std::string_view text);

}  // namespace tritlab::jinja
