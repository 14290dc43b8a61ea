// Python's arithmetic, within 64 bits.
#include <cmath>

#include "core/jinja/functions.h"

namespace tritlab::jinja {

namespace {

[[noreturn]] void unsupported(Operator op, const Value& left, const Value& right) {
    if (left.isUndefined()) fail(left.whyUndefined());
    if (right.isUndefined()) fail(right.whyUndefined());
    static constexpr const char* kSigns[] = {"+", "-", "*", "/", "//", "%", "**"};
    fail(std::string("unsupported operand types for ") + kSigns[static_cast<int>(op)] + ": '" + typeName(left) +
         "' and '" + typeName(right) + "'");
}

Wide floorDivision(Wide left, Wide right) {
    const Wide quotient = left / right;
    return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}
Wide power(Wide base, Wide exponent) {
    Wide out = 1;
    for (Wide i = 0; i < exponent; ++i) {
        if (base == 0 || base == 1) return base;
        if (base == -1) return exponent % 2 == 0 ? 1 : -1;
        out *= base;
        (void)Value::integer(out);  // refuses what is too large
    }
    return out;
}

Value integers(Operator op, Wide left, Wide right, bool data) {
    if (right == 0 && (op == Operator::Divide || op == Operator::FloorDivide || op == Operator::Modulo))
        fail("division by zero");
    switch (op) {
        case Operator::Add: return Value::integer(left + right, data);
        case Operator::Subtract: return Value::integer(left - right, data);
        case Operator::Multiply: {
            Wide product = 0;
            if (__builtin_mul_overflow(left, right, &product)) fail("an integer does not fit into 64 bits");
            return Value::integer(product, data);
        }
        case Operator::Divide: return Value::real(static_cast<double>(left) / static_cast<double>(right), data);
        case Operator::FloorDivide: return Value::integer(floorDivision(left, right), data);
        case Operator::Modulo: return Value::integer(left - floorDivision(left, right) * right, data);
        case Operator::Power:
            if (right < 0) {
                if (left == 0) fail("0.0 cannot be raised to a negative power");
                return Value::real(std::pow(static_cast<double>(left), static_cast<double>(right)), data);
            }
            return Value::integer(power(left, right), data);
    }
    return {};
}

Value reals(Operator op, double left, double right, bool data) {
    if (right == 0 && (op == Operator::Divide || op == Operator::FloorDivide || op == Operator::Modulo))
        fail("float division by zero");
    double rest = op == Operator::Modulo || op == Operator::FloorDivide ? std::fmod(left, right) : 0;
    const bool across = rest != 0 && (rest < 0) != (right < 0);
    switch (op) {
        case Operator::Add: return Value::real(left + right, data);
        case Operator::Subtract: return Value::real(left - right, data);
        case Operator::Multiply: return Value::real(left * right, data);
        case Operator::Divide: return Value::real(left / right, data);
        case Operator::FloorDivide: {
            double quotient = (left - rest) / right - (across ? 1 : 0);
            if (quotient == 0) return Value::real(std::copysign(0.0, left / right), data);
            const double floored = std::floor(quotient);
            return Value::real(quotient - floored > 0.5 ? floored + 1 : floored, data);
        }
        case Operator::Modulo:
            if (across) rest += right;
            return Value::real(rest == 0 ? std::copysign(0.0, right) : rest, data);
        case Operator::Power: {
            if (left == 0 && right < 0) fail("0.0 cannot be raised to a negative power");
            if (left < 0 && std::isfinite(right) && right != std::floor(right))
                fail("a complex number is not supported");
            const double out = std::pow(left, right);
            if (std::isinf(out) && std::isfinite(left) && std::isfinite(right)) fail("Result too large");
            return Value::real(out, data);
        }
    }
    return {};
}

Value repeated(Heap& heap, const Value& value, Wide times) {
    const auto count = times < 0 ? std::size_t{0} : static_cast<std::size_t>(times);
    const std::size_t each = value.isString() ? value.text().size() : value.items().size() * sizeof(Value);
    std::size_t all = 0;
    if (__builtin_mul_overflow(each, count, &all)) all = SIZE_MAX;
    heap.room(all);
    if (value.isString()) {
        Text out;
        out.reserve(all);
        for (std::size_t i = 0; i < count && each > 0; ++i) out.append(value.text());
        return heap.string(std::move(out), value.as<StringObject>().markup);
    }
    std::vector<Value> out;
    out.reserve(all / sizeof(Value));
    for (std::size_t i = 0; i < count && each > 0; ++i)
        out.insert(out.end(), value.items().begin(), value.items().end());
    return value.is(Kind::List) ? heap.list(std::move(out)) : heap.tuple(std::move(out));
}

Value strings(Heap& heap, const Value& left, const Value& right) {
    const bool own = left.as<StringObject>().markup, other = right.as<StringObject>().markup;
    heap.room(left.text().size() + right.text().size());
    Text out = other && !own ? escaped(left.text()) : left.text();
    out.append(own && !other ? escaped(right.text()) : right.text());
    return heap.string(std::move(out), own || other);
}

}  // namespace

Value add(Heap& heap, const Value& left, const Value& right) { return arithmetic(heap, Operator::Add, left, right); }

Value arithmetic(Heap& heap, Operator op, const Value& left, const Value& right) {
    if (left.isString() && right.isString() && op == Operator::Add) return strings(heap, left, right);
    if (left.isString() && op == Operator::Modulo) {
        if (left.as<StringObject>().markup) fail("format of escaped text is not supported");
        return heap.string(percentFormat(heap, left.text(), right));
    }
    if (left.isNumber() && right.isNumber()) {
        const bool data = left.data() || right.data();
        if (left.isInteger() && right.isInteger()) return integers(op, left.whole(), right.whole(), data);
        return reals(op, left.asReal(), right.asReal(), data);
    }
    if (op == Operator::Multiply) {
        if ((left.isString() || left.isList()) && right.isInteger()) return repeated(heap, left, right.whole());
        if ((right.isString() || right.isList()) && left.isInteger()) return repeated(heap, right, left.whole());
    }
    if (op == Operator::Add && left.isList() && left.kind() == right.kind()) {
        std::vector<Value> out = left.items();
        out.insert(out.end(), right.items().begin(), right.items().end());
        return left.is(Kind::List) ? heap.list(std::move(out)) : heap.tuple(std::move(out));
    }
    unsupported(op, left, right);
}

Value negated(const Value& value) {
    if (value.is(Kind::Float)) return Value::real(-value.asReal(), value.data());
    if (value.isInteger()) return Value::integer(-value.whole(), value.data());
    fail(value.isUndefined() ? value.whyUndefined()
                             : std::string("bad operand type for unary -: '") + typeName(value) + "'");
}

Value asPositive(const Value& value) {
    if (value.is(Kind::Float)) return value;
    if (value.isInteger()) return Value::integer(value.whole(), value.data());
    fail(value.isUndefined() ? value.whyUndefined()
                             : std::string("bad operand type for unary +: '") + typeName(value) + "'");
}

bool lessOrEqual(Heap& heap, const Value& left, const Value& right) {
    if (left.isNumber() && right.isNumber()) {
        if (left.isInteger() && right.isInteger()) return left.whole() <= right.whole();
        return left.asReal() <= right.asReal();
    }
    return !less(heap, right, left);
}

}  // namespace tritlab::jinja
