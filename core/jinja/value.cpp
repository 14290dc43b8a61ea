// Values: what is made and counted, and how Python compares, hashes and counts it.
#include "core/jinja/value.h"

#include <algorithm>
#include <functional>

#include "core/jinja/template.h"

namespace tritlab::jinja {

void fail(const std::string& message) { throw Failure(message); }

Object::~Object() {
    if (heap != nullptr) heap->give(counted);
}

Value Value::integer(Wide value, bool data) {
    constexpr Wide least = -(Wide{1} << 63), most = (Wide{1} << 64) - 1;
    if (value < least || value > most) fail("an integer does not fit into 64 bits");
    Value made(Kind::Int, data);
    made.number_.whole = value;
    return made;
}

Value Value::missing(const Value& holder, const std::string* name) {
    Value made;
    made.holder_ = holder.kind();
    made.number_.name = name;
    return made;
}

const Text& Value::text() const { return as<StringObject>().text; }
const std::vector<Value>& Value::items() const { return as<ListObject>().items; }

std::string Value::whyUndefined() const {
    if (object_) return bytes();
    if (number_.name == nullptr) return "a value is undefined";
    if (holder_ == Kind::Undefined) return "'" + *number_.name + "' is undefined";
    return "'" + std::string(typeName(Value(holder_, false))) + " object' has no attribute '" + *number_.name + "'";
}

const char* typeName(const Value& value) {
    switch (value.kind()) {
        case Kind::Undefined: return "Undefined";
        case Kind::None: return "NoneType";
        case Kind::Bool: return "bool";
        case Kind::Int: return "int";
        case Kind::Float: return "float";
        case Kind::String: return "str";
        case Kind::List: return "list";
        case Kind::Tuple: return "tuple";
        case Kind::Dict: return "dict";
        case Kind::DictView: return "dict view";
        case Kind::Range: return "range";
        case Kind::Generator: return "generator";
        case Kind::Namespace: return "Namespace";
        case Kind::Macro: return "Macro";
        case Kind::Function: return "function";
        case Kind::Method: return "method";
        case Kind::Loop: return "LoopContext";
        case Kind::Cycler: return "Cycler";
        case Kind::Joiner: return "Joiner";
    }
    return "";
}

// --- dicts

namespace {
constexpr std::size_t kFewEntries = 8;

std::size_t hashBytes(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

// Equality of keys: numbers by value, everything else by kind.
bool sameKey(Heap* heap, const Value& left, const Value& right) {
    if (heap != nullptr) heap->work(1);
    if (left.isString()) return right.isString() && left.bytes() == right.bytes();
    if (left.isInteger()) {
        if (right.isInteger()) return left.whole() == right.whole();
        return right.is(Kind::Float) && left.asReal() == right.asReal();
    }
    if (left.is(Kind::Float)) return right.isNumber() && left.asReal() == right.asReal();
    if (left.kind() != right.kind()) return false;
    if (left.is(Kind::Tuple)) {
        if (left.object() == right.object()) return true;
        if (left.items().size() != right.items().size()) return false;
        for (std::size_t i = 0; i < left.items().size(); ++i) {
            if (!sameKey(heap, left.items()[i], right.items()[i])) return false;
        }
        return true;
    }
    return left.is(Kind::None) || left.isUndefined() || left.object() == right.object();
}
}  // namespace

std::size_t hashOf(const Value& value) {
    switch (value.kind()) {
        case Kind::String: return hashBytes(value.bytes());
        case Kind::Bool:
        case Kind::Int:
        case Kind::Float: return std::hash<double>{}(value.asReal());
        case Kind::Tuple: {
            auto& tuple = value.as<ListObject>();
            if (tuple.hashed) return tuple.hash;
            std::size_t hash = 7;
            for (const Value& item : value.items()) hash = hash * 1000003 + hashOf(item);
            tuple.hash = hash;
            tuple.hashed = true;
            return hash;
        }
        case Kind::List:
        case Kind::Dict:
        case Kind::DictView: fail(std::string("unhashable type: '") + typeName(value) + "'");
        case Kind::Undefined:
        case Kind::None: return static_cast<std::size_t>(value.kind());
        default: return std::hash<const void*>{}(value.object().get());
    }
}

std::size_t DictObject::place(const Value& key) const {
    if (index.empty()) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (sameKey(heap, entries[i].first, key)) return i;
        }
        return entries.size();
    }
    const auto [from, to] = index.equal_range(hashOf(key));
    for (auto at = from; at != to; ++at) {
        if (sameKey(heap, entries[at->second].first, key)) return at->second;
    }
    return entries.size();
}

const Value* DictObject::find(const Value& key) const {
    if (!key.isString()) (void)hashOf(key);  // what is no key is an error
    const std::size_t at = place(key);
    return at < entries.size() ? &entries[at].second : nullptr;
}

const Value* DictObject::find(std::string_view key) const {
    if (index.empty()) {
        for (const auto& [own, value] : entries) {
            if (own.isString() && own.bytes() == key) return &value;
        }
        return nullptr;
    }
    const auto [from, to] = index.equal_range(hashBytes(key));
    for (auto at = from; at != to; ++at) {
        const auto& [own, value] = entries[at->second];
        if (own.isString() && own.bytes() == key) return &value;
    }
    return nullptr;
}

void DictObject::set(const Value& key, Value value) {
    const std::size_t hash = hashOf(key);
    const std::size_t at = place(key);
    if (at < entries.size()) {
        entries[at].second = std::move(value);
        return;
    }
    if (heap != nullptr) {
        constexpr std::size_t bytes = 2 * sizeof(Value) + 64;
        heap->take(bytes);
        counted += bytes;
        if (std::max(key.depth(), value.depth()) >= depth) depth = heap->deeper(std::max(key.depth(), value.depth()));
    }
    entries.emplace_back(key, std::move(value));
    if (!index.empty()) {
        index.emplace(hash, static_cast<std::uint32_t>(at));
    } else if (entries.size() > kFewEntries) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            index.emplace(hashOf(entries[i].first), static_cast<std::uint32_t>(i));
        }
    }
}

// --- the heap

void Heap::limitSteps() {
    if (limits_ != nullptr) most_ = limits_->steps;
}

void Heap::tooMuchWork() const {
    throw LimitFailure("the template does not end within " + std::to_string(most_) + " steps");
}

void Heap::room(std::size_t bytes) const {
    if (limits_ == nullptr) return;
    if (bytes > limits_->valueBytes || bytes_ > limits_->valueBytes - bytes) {
        throw LimitFailure("the template's values need more than " + std::to_string(limits_->valueBytes) + " bytes");
    }
}

void Heap::take(std::size_t bytes) {
    if (limits_ == nullptr) return;
    room(bytes);
    bytes_ += bytes;
    work(bytes / 64);
}

int Heap::deeper(int depth) const {
    if (limits_ != nullptr && depth >= limits_->valueDepth) {
        throw LimitFailure("values are nested more than " + std::to_string(limits_->valueDepth) + " deep");
    }
    return depth + 1;
}

Value Heap::string(Text text, bool markup) {
    auto made = make<StringObject>(text.uniform() ? text.size() : 2 * text.size());
    made->ascii = isAscii(text.view());
    made->text = std::move(text);
    made->markup = markup;
    return Value(Kind::String, std::move(made));
}

namespace {
int deepest(const std::vector<Value>& items) {
    int depth = 0;
    for (const Value& item : items) depth = std::max(depth, item.depth());
    return depth;
}
}  // namespace

Value Heap::list(std::vector<Value> items, bool data) {
    auto made = make<ListObject>(items.size() * sizeof(Value), deepest(items));
    made->items = std::move(items);
    return Value(Kind::List, std::move(made), data);
}

Value Heap::tuple(std::vector<Value> items, bool group) {
    auto made = make<ListObject>(items.size() * sizeof(Value), deepest(items));
    made->items = std::move(items);
    made->group = group;
    return Value(Kind::Tuple, std::move(made));
}

Value Heap::generator(std::vector<Value> items, const char* name, std::exception_ptr failure) {
    auto made = make<GeneratorObject>(items.size() * sizeof(Value), deepest(items));
    made->items = std::move(items);
    made->name = name;
    made->failure = std::move(failure);
    return Value(Kind::Generator, std::move(made));
}

Value Heap::range(Wide start, Wide stop, Wide step) {
    auto made = make<RangeObject>(0);
    made->start = start;
    made->stop = stop;
    made->step = step;
    if (step > 0 && start < stop) made->count = (stop - start + step - 1) / step;
    if (step < 0 && start > stop) made->count = (start - stop - step - 1) / -step;
    return Value(Kind::Range, std::move(made));
}

Value Heap::undefined(const std::string& why) { return Value(Kind::Undefined, string(why).object()); }

std::shared_ptr<DictObject> Heap::entries() { return make<DictObject>(0); }
Value Heap::dict(std::shared_ptr<DictObject> filled, bool data) { return Value(Kind::Dict, std::move(filled), data); }

// --- Python's questions

bool truth(const Value& value) {
    switch (value.kind()) {
        case Kind::Undefined:
        case Kind::None: return false;
        case Kind::Bool:
        case Kind::Int: return value.whole() != 0;
        case Kind::Float: return value.asReal() != 0;
        case Kind::String: return !value.text().empty();
        case Kind::List:
        case Kind::Tuple:
        case Kind::Dict:
        case Kind::DictView:
        case Kind::Range: return lengthOf(value) > 0;
        default: return true;
    }
}

Wide lengthOf(const Value& value) {
    switch (value.kind()) {
        case Kind::Undefined: return 0;
        case Kind::String: {
            const auto& string = value.as<StringObject>();
            return static_cast<Wide>(string.ascii ? string.text.size() : charCount(string.text.view()));
        }
        case Kind::List:
        case Kind::Tuple: return static_cast<Wide>(value.items().size());
        case Kind::Dict: return static_cast<Wide>(value.as<DictObject>().entries.size());
        case Kind::DictView: return lengthOf(value.as<DictViewObject>().dict);
        case Kind::Range: return value.as<RangeObject>().count;
        default: return -1;
    }
}

bool equal(Heap& heap, const Value& left, const Value& right) {
    heap.work(1);
    if (left.isString() && right.isString()) return left.bytes() == right.bytes();
    if (left.isInteger() && right.isInteger()) return left.whole() == right.whole();
    if (left.isNumber() && right.isNumber()) return left.asReal() == right.asReal();
    if (left.kind() != right.kind()) return false;
    switch (left.kind()) {
        case Kind::Undefined:
        case Kind::None: return true;
        case Kind::List:
        case Kind::Tuple:
            if (left.items().size() != right.items().size()) return false;
            for (std::size_t i = 0; i < left.items().size(); ++i) {
                if (!equal(heap, left.items()[i], right.items()[i])) return false;
            }
            return true;
        case Kind::Dict: {
            const auto& own = left.as<DictObject>();
            const auto& other = right.as<DictObject>();
            if (own.entries.size() != other.entries.size()) return false;
            for (const auto& [key, value] : own.entries) {
                const Value* found = other.find(key);
                if (found == nullptr || !equal(heap, value, *found)) return false;
            }
            return true;
        }
        case Kind::Range: {
            const auto& own = left.as<RangeObject>();
            const auto& other = right.as<RangeObject>();
            return own.count == other.count && (own.count == 0 || own.start == other.start) &&
                   (own.count < 2 || own.step == other.step);
        }
        case Kind::Function: return left.whole() == right.whole();
        case Kind::Method:
            return left.as<MethodObject>().method == right.as<MethodObject>().method &&
                   left.as<MethodObject>().self.object() == right.as<MethodObject>().self.object();
        default: return left.object() == right.object();
    }
}

bool less(Heap& heap, const Value& left, const Value& right) {
    heap.work(1);
    if (left.isString() && right.isString()) return left.bytes() < right.bytes();
    if (left.isInteger() && right.isInteger()) return left.whole() < right.whole();
    if (left.isNumber() && right.isNumber()) return left.asReal() < right.asReal();
    if (left.isList() && left.kind() == right.kind()) {
        const auto& own = left.items();
        const auto& other = right.items();
        for (std::size_t i = 0; i < std::min(own.size(), other.size()); ++i) {
            if (!equal(heap, own[i], other[i])) return less(heap, own[i], other[i]);
        }
        return own.size() < other.size();
    }
    if (left.isUndefined()) fail(left.whyUndefined());
    if (right.isUndefined()) fail(right.whyUndefined());
    fail(std::string("'") + typeName(left) + "' and '" + typeName(right) + "' cannot be ordered");
}

bool iterable(const Value& value) {
    switch (value.kind()) {
        case Kind::Undefined:
        case Kind::String:
        case Kind::List:
        case Kind::Tuple:
        case Kind::Dict:
        case Kind::DictView:
        case Kind::Range:
        case Kind::Generator: return true;
        default: return false;
    }
}

namespace {
void viewItems(Heap& heap, const DictObject& dict, View view, std::vector<Value>& out) {
    out.reserve(dict.entries.size());
    for (const auto& [key, value] : dict.entries) {
        switch (view) {
            case View::Keys: out.push_back(key); break;
            case View::Values: out.push_back(value); break;
            case View::Items: out.push_back(heap.tuple({key, value})); break;
        }
    }
}
}  // namespace

void iterate(Heap& heap, const Value& value, Items& items) {
    items.all = &items.own;
    items.keep = value.object();
    switch (value.kind()) {
        case Kind::Undefined: break;
        case Kind::String: {
            const Text& text = value.text();
            items.hold(heap, text.size());
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t bytes = charBytes(text.view(), at);
                items.own.push_back(heap.string(text.part(at, bytes)));
                at += bytes;
            }
            break;
        }
        case Kind::List:
        case Kind::Tuple: items.all = &value.items(); break;
        case Kind::Dict:
            items.hold(heap, value.as<DictObject>().entries.size());
            viewItems(heap, value.as<DictObject>(), View::Keys, items.own);
            break;
        case Kind::DictView:
            items.hold(heap, static_cast<std::size_t>(lengthOf(value)));
            viewItems(heap, value.as<DictViewObject>().dict.as<DictObject>(), value.as<DictViewObject>().view,
                      items.own);
            break;
        case Kind::Range: {
            const auto& range = value.as<RangeObject>();
            items.hold(heap, static_cast<std::size_t>(range.count));
            for (Wide i = 0; i < range.count; ++i) items.own.push_back(Value::integer(range.start + i * range.step));
            break;
        }
        case Kind::Generator: {
            auto& generator = value.as<GeneratorObject>();
            items.all = &generator.items;
            items.from = generator.next;
            items.failure = generator.failure;
            generator.failure = nullptr;
            generator.next = generator.items.size();
            break;
        }
        default: fail(std::string("'") + typeName(value) + "' object is not iterable");
    }
    heap.work(items.size());
}

std::vector<Value> listOf(Heap& heap, const Value& value) {
    Items items;
    iterate(heap, value, items);
    items.finish();
    std::vector<Value> out;
    out.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) out.push_back(items[i]);
    return out;
}

bool contains(Heap& heap, const Value& container, const Value& item) {
    switch (container.kind()) {
        case Kind::String:
            if (!item.isString()) {
                fail(std::string("'in <string>' requires string as left operand, not ") + typeName(item));
            }
            heap.work(container.text().size() / 64 + 1);
            return findText(container.bytes(), item.bytes(), 0) != std::string::npos;
        case Kind::Dict: return container.as<DictObject>().find(item) != nullptr;
        case Kind::DictView:
            if (container.as<DictViewObject>().view == View::Keys) {
                return container.as<DictViewObject>().dict.as<DictObject>().find(item) != nullptr;
            }
            [[fallthrough]];
        default: {
            Items items;
            iterate(heap, container, items);
            for (std::size_t i = 0; i < items.size(); ++i) {
                const bool same = item.object() && item.object() == items[i].object() && item.kind() == items[i].kind();
                if (same || equal(heap, items[i], item)) return true;
            }
            items.finish();
            return false;
        }
    }
}

}  // namespace tritlab::jinja
