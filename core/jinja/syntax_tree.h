// What a template says: statements and expressions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/jinja/functions.h"
#include "core/jinja/value.h"

namespace tritlab::jinja {

using Symbol = int;  // the number of a variable's name

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

enum class ExprKind : std::uint8_t {
    Constant,
    Name,
    Tuple,
    List,
    Dict,
    Attribute,
    Item,
    Slice,
    Call,
    Filter,
    Test,
    Not,
    Negate,
    Plus,
    And,
    Or,
    Binary,
    Concat,
    Compare,
    Conditional,
    NamespaceAttribute
};
enum class Comparison : std::uint8_t { Equal, Unequal, Less, LessEqual, Greater, GreaterEqual, In, NotIn };

struct Keyword {
    std::string name;
    ExprPtr value;
};
// One record for all kinds. parts: Tuple, List, Concat: the items; Dict: key, value, key, value; Attribute, Item, Test,
// Filter, Call: of what, then the arguments (Filter: of what may be null, in a filter block); Slice: of what, start,
// stop, step (null where left out); Binary, And, Or: left, right; Compare: all operands; Conditional: condition, then,
// else (or null).
struct Expr {
    ExprKind kind = ExprKind::Constant;
    Operator op = Operator::Add;
    int line = 0;
    int depth = 1;
    Symbol symbol = -1;  // Name, NamespaceAttribute
    int resolved = -1;   // Attribute: the method of this name; Filter, Test: the entry of its table
    std::string name;    // Name, Attribute, Filter, Test, NamespaceAttribute
    Value constant;
    std::vector<Comparison> comparisons;
    std::vector<ExprPtr> parts;
    std::vector<Keyword> keywords;
    ExprPtr star, doubleStar;  // *arguments, **arguments
};

struct Statement;
using Body = std::vector<std::unique_ptr<Statement>>;

enum class StatementKind : std::uint8_t {
    Text,
    Print,
    If,
    For,
    Set,
    SetBlock,
    Macro,
    CallBlock,
    FilterBlock,
    With,
    Block,
    Generation,
    Break,
    Continue
};
struct Parameter {
    Symbol symbol = -1;
    std::string name;
    ExprPtr otherwise;  // or null
};
// Names that a scope sets before it reads them, and that no scope around it knows: jinja2 makes them variables of that
// scope, so that a scope inside it finds nothing there before they are set, not even the context's variable.
using Hidden = std::vector<Symbol>;

// What Macro and CallBlock define.
struct MacroDefinition {
    std::string name;
    std::vector<Parameter> parameters;
    Body body;
    Hidden hidden;
    bool takesVarargs = false, takesKwargs = false, takesCaller = false;
};
struct Statement {
    StatementKind kind = StatementKind::Text;
    int line = 0;
    bool recursive = false;      // For
    Symbol symbol = -1;          // Macro
    std::string name;            // Block, Macro
    Value text;                  // Text
    std::vector<ExprPtr> exprs;  // Print, Set (the value), For (over what, condition or null), If (conditions),
                                 // FilterBlock, SetBlock (the filter or null), CallBlock (the call), With (the values)
    std::vector<ExprPtr> targets;  // Set, SetBlock, For: one; With: all
    std::vector<Hidden> hidden;    // of the bodies that are scopes
    std::vector<Body> bodies;  // If: one for each condition, and else; For: body, else (may be missing); others: one
    std::unique_ptr<MacroDefinition> macro;
};

// The symbols that the language itself gives meaning to come first.
enum WellKnown : Symbol { kLoop, kCaller, kVarargs, kKwargs, kSelf, kSuper, kWellKnownCount };

struct Program {
    Body body;
    Hidden hidden;
    std::vector<std::string> symbols;
    bool marksGeneration = false;
};

// Finds the hidden names of all scopes.
void findHidden(Program& program);
// Throws SyntaxFailure.
std::shared_ptr<const Program> parse(std::string_view source);

}  // namespace tritlab::jinja
