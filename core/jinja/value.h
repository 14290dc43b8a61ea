// Values of the template language: Python's, as far as a template can meet them. A value is small and cheap to copy;
// what it holds is shared and, but for namespaces, cyclers and the place in a generator, never changes.
//
// Whatever a template makes is counted by the heap of its rendering, which refuses what is beyond the limits before it
// is made. Values nest at most `depth` deep, so that they can be printed, compared and let go without a deep stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/jinja/text.h"

namespace tritlab {
struct JinjaLimits;
}

namespace tritlab::jinja {

// Wide enough that sums and products of 64-bit numbers can be judged; values lie in [-2^63, 2^64).
__extension__ typedef __int128 Wide;

// What went wrong while a template was read or run; the template's name and line are added by JinjaTemplate.
class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};
// A limit was reached: nothing that a template does can go on after it.
class LimitFailure : public Failure {
public:
    using Failure::Failure;
};
// The template's own raise_exception(message).
class RaisedFailure : public Failure {
public:
    using Failure::Failure;
};
[[noreturn]] void fail(const std::string& message);

enum class Kind : std::uint8_t {
    Undefined,
    None,
    Bool,
    Int,
    Float,
    String,
    List,
    Tuple,
    Dict,
    DictView,
    Range,
    Generator,
    Namespace,
    Macro,
    Function,
    Method,
    Loop,
    Cycler,
    Joiner
};

class Heap;

// What a value shares: knows the heap that counts it (none: a constant of the template) and how deep it nests.
struct Object {
    Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    virtual ~Object();

    Heap* heap = nullptr;
    std::size_t counted = 0;  // bytes given back to the heap with it
    int depth = 1;
};

class Value {
public:
    Value() = default;  // undefined, without a reason
    static Value none(bool data = false) { return Value(Kind::None, data); }
    static Value boolean(bool value, bool data = false) {
        Value made(Kind::Bool, data);
        made.number_.whole = value ? 1 : 0;
        return made;
    }
    // Throws Failure where the number needs more than 64 bits.
    static Value integer(Wide value, bool data = false);
    static Value real(double value, bool data = false) {
        Value made(Kind::Float, data);
        made.number_.real = value;
        return made;
    }
    // Undefined because `holder` has nothing called `name`, which outlives the value.
    static Value missing(const Value& holder, const std::string* name);
    static Value function(int which) {
        Value made(Kind::Function, false);
        made.number_.whole = which;
        return made;
    }
    Value(Kind kind, std::shared_ptr<Object> object, bool data = false)
        : kind_(kind), data_(data), object_(std::move(object)) {}

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
    [[nodiscard]] bool isUndefined() const { return kind_ == Kind::Undefined; }
    [[nodiscard]] bool isString() const { return kind_ == Kind::String; }
    [[nodiscard]] bool isNumber() const { return isInteger() || kind_ == Kind::Float; }
    [[nodiscard]] bool isInteger() const { return kind_ == Kind::Int || kind_ == Kind::Bool; }
    [[nodiscard]] bool isList() const { return kind_ == Kind::List || kind_ == Kind::Tuple; }
    // From what the template was given. A string tells it by its marks.
    [[nodiscard]] bool data() const { return data_; }
    [[nodiscard]] Mark mark() const { return data_ ? kFromData : Mark{0}; }
    [[nodiscard]] Wide whole() const { return number_.whole; }
    [[nodiscard]] double asReal() const {
        return kind_ == Kind::Float ? number_.real : static_cast<double>(number_.whole);
    }
    [[nodiscard]] int depth() const { return object_ ? object_->depth : 0; }
    [[nodiscard]] const std::shared_ptr<Object>& object() const { return object_; }
    template <typename T>
    [[nodiscard]] T& as() const {
        return static_cast<T&>(*object_);
    }
    [[nodiscard]] const Text& text() const;
    [[nodiscard]] const std::string& bytes() const { return text().bytes(); }
    [[nodiscard]] const std::vector<Value>& items() const;
    // Why it is undefined, as jinja2 says it.
    [[nodiscard]] std::string whyUndefined() const;

private:
    Value(Kind kind, bool data) : kind_(kind), data_(data) {}

    Kind kind_ = Kind::Undefined;
    bool data_ = false;
    Kind holder_ = Kind::Undefined;  // of what was undefined; Undefined: a variable
    union {
        Wide whole = 0;
        double real;
        const std::string* name;
    } number_;
    std::shared_ptr<Object> object_;
};

struct StringObject : Object {
    Text text;
    bool ascii = true;
    bool markup = false;  // of `escape` and `safe`: what is added to it is escaped
};
struct ListObject : Object {
    std::vector<Value> items;
    bool hashed = false;
    std::size_t hash = 0;  // a tuple's, once it is asked for
    bool group = false;    // a tuple of groupby, whose members are called grouper and list
};
struct DictObject : Object {
    std::vector<std::pair<Value, Value>> entries;               // in the order in which they came
    std::unordered_multimap<std::size_t, std::uint32_t> index;  // by hash, once there are many

    [[nodiscard]] const Value* find(const Value& key) const;
    [[nodiscard]] const Value* find(std::string_view key) const;
    // The place of the key, or the number of entries.
    [[nodiscard]] std::size_t place(const Value& key) const;
    void set(const Value& key, Value value);
};
enum class View : std::uint8_t { Keys, Values, Items };
struct DictViewObject : Object {
    Value dict;
    View view = View::Keys;
};
struct RangeObject : Object {
    Wide start = 0, stop = 0, step = 1;
    Wide count = 0;
};
// What a filter makes one by one in Python. Here it is made at once; an error waits until it is reached.
struct GeneratorObject : Object {
    std::vector<Value> items;
    std::size_t next = 0;
    std::exception_ptr failure;
    const char* name = "generator";
};
struct NamespaceObject : Object {
    std::shared_ptr<DictObject> attributes;
};
struct CyclerObject : Object {
    std::vector<Value> items;
    std::size_t at = 0;
};
struct JoinerObject : Object {
    Value separator;
    bool used = false;
};
struct MethodObject : Object {
    Value self;
    int method = 0;
};

// Counts what a rendering makes and does.
class Heap {
public:
    explicit Heap(const JinjaLimits* limits) : limits_(limits) {}
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    // All throw LimitFailure.
    void work(std::size_t steps) {
        steps_ += steps;
        if (steps_ > most_) tooMuchWork();
    }
    void take(std::size_t bytes);
    void give(std::size_t bytes) { bytes_ -= bytes; }
    void room(std::size_t bytes) const;  // for a text that is about to be made or grows
    void limitSteps();                   // from the limits, before the first step
    [[nodiscard]] const JinjaLimits* limits() const { return limits_; }

    [[nodiscard]] Value string(Text text, bool markup = false);
    [[nodiscard]] Value string(std::string bytes, Mark mark = 0) { return string(Text(std::move(bytes), mark)); }
    [[nodiscard]] Value list(std::vector<Value> items, bool data = false);
    [[nodiscard]] Value tuple(std::vector<Value> items, bool group = false);
    [[nodiscard]] Value generator(std::vector<Value> items, const char* name, std::exception_ptr failure = {});
    [[nodiscard]] Value range(Wide start, Wide stop, Wide step);
    [[nodiscard]] Value undefined(const std::string& why);
    // A dict of its own to fill; `dict` makes a value of it.
    [[nodiscard]] std::shared_ptr<DictObject> entries();
    [[nodiscard]] Value dict(std::shared_ptr<DictObject> filled, bool data = false);
    // An object counted with `bytes` beside itself, as deep as `inside` and one more.
    template <typename T>
    [[nodiscard]] std::shared_ptr<T> make(std::size_t bytes, int inside = 0) {
        const std::size_t all = bytes + sizeof(T) + 32;
        take(all);
        auto made = std::make_shared<T>();
        made->heap = limits_ != nullptr ? this : nullptr;
        made->counted = all;
        made->depth = deeper(inside);
        return made;
    }
    int deeper(int depth) const;

private:
    [[noreturn]] void tooMuchWork() const;
    const JinjaLimits* limits_;
    std::size_t steps_ = 0, most_ = SIZE_MAX, bytes_ = 0;
};

// The name of its type in Python.
const char* typeName(const Value& value);
bool truth(const Value& value);
// Python's ==, < and hash(). `less` throws where Python cannot order the two, `hashOf` where a value is no key.
bool equal(Heap& heap, const Value& left, const Value& right);
bool less(Heap& heap, const Value& left, const Value& right);
std::size_t hashOf(const Value& value);
// Python's str() and repr().
Text str(Heap& heap, const Value& value);
Text repr(Heap& heap, const Value& value);
std::string realText(double value);
std::string wholeText(Wide value);

// The items of whatever a for loop can go over. A generator is used up by it.
struct Items {
    const std::vector<Value>* all = nullptr;
    std::vector<Value> own;
    std::shared_ptr<Object> keep;
    std::size_t from = 0;
    std::exception_ptr failure;

    [[nodiscard]] std::size_t size() const { return all->size() - from; }
    [[nodiscard]] const Value& operator[](std::size_t i) const { return (*all)[from + i]; }
    void hold(Heap& counting, std::size_t values) {  // `own` of so many values
        counting.take(values * sizeof(Value));
        heap = &counting;
        counted += values * sizeof(Value);
    }
    void finish() const {  // to be called where the last item is behind
        if (failure) std::rethrow_exception(failure);
    }
    Items() = default;
    ~Items() {
        if (heap != nullptr) heap->give(counted);
    }
    Heap* heap = nullptr;
    std::size_t counted = 0;
    Items(const Items&) = delete;
    Items& operator=(const Items&) = delete;
};
bool iterable(const Value& value);
// Throws where it is not iterable.
void iterate(Heap& heap, const Value& value, Items& items);
std::vector<Value> listOf(Heap& heap, const Value& value);
// Python's len(), or -1 where it has none.
Wide lengthOf(const Value& value);
bool contains(Heap& heap, const Value& container, const Value& item);

}  // namespace tritlab::jinja
