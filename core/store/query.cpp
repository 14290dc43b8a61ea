#include "core/store/query.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/store/run_results.h"
#include "core/store/run_settings.h"

namespace tritlab {
namespace {

// What a key gives for a run: nothing, some texts (tags: several), and a number where it is one.
struct Value {
    std::vector<std::string> texts;
    std::optional<double> number;
    bool known = true;  // false: there is one, but nobody knows it
};

enum class Kind { Number, Word, Text, Flag };

struct Key {
    std::string name;
    Kind kind;
    std::function<Value(const RunSummary&)> get;
    std::string series = {};  // whose last value it needs (RunSummary::last)
};

Value textValue(std::string text) { return {{std::move(text)}, std::nullopt}; }

Value unknownValue() { return {{}, std::nullopt, false}; }

Value numberValue(double number) {
    if (std::isnan(number)) return {};
    return {{formatReal(number)}, number};
}

std::string day(std::int64_t timeMs) {
    const std::time_t seconds = timeMs / 1000;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return text.data();
}

Key count(const char* name, std::int64_t RunSummary::*member) {
    return {name, Kind::Number,
            [member](const RunSummary& run) { return numberValue(static_cast<double>(run.*member)); }};
}

Key text(const char* name, Kind kind, std::string RunSummary::*member) {
    return {name, kind, [member](const RunSummary& run) { return textValue(run.*member); }};
}

Key flag(const char* name, bool RunSummary::*member) {
    return {name, Kind::Flag, [member](const RunSummary& run) { return textValue(run.*member ? "true" : "false"); }};
}

Key metricKey(const Metric& metric) {
    return {metric.name, Kind::Number, [&metric](const RunSummary& run) { return numberValue(lastValue(run, metric)); },
            isInSummary(metric) ? std::string() : metric.series};
}

Key configKey(const Field& field) {
    const Kind kind = field.kind == FieldKind::Int || field.kind == FieldKind::Real ? Kind::Number
                      : field.kind == FieldKind::Bool                               ? Kind::Flag
                      : field.kind == FieldKind::Enum                               ? Kind::Word
                                                                                    : Kind::Text;
    return {field.key, kind, [&field](const RunSummary& run) -> Value {
                if (!hasSetting(run, field)) return run.foreign ? unknownValue() : Value{};
                const FieldValue value = field.get(run.config);
                if (const auto* whole = std::get_if<std::int64_t>(&value))
                    return {{std::to_string(*whole)}, static_cast<double>(*whole)};
                if (const auto* real = std::get_if<double>(&value)) return numberValue(*real);
                return textValue(valueText(field, value));
            }};
}

// Keys under another name.
const std::map<std::string_view, std::string_view> otherNames = {{"lr", "learning_rate"},
                                                                 {"best_loss", "best_eval_loss"}};

// What the config sets is a setting, though there is a series of that name too.
bool isSetting(const char* name) { return otherNames.contains(name) || findField(name) != nullptr; }

const std::vector<Key>& keys() {
    static const std::vector<Key> list = [] {
        std::vector<Key> all{
            text("name", Kind::Text, &RunSummary::name),
            text("id", Kind::Text, &RunSummary::id),
            {"state", Kind::Word, [](const RunSummary& run) { return textValue(runStateKey(run.state)); }},
            {"tag", Kind::Word,
             [](const RunSummary& run) {
                 return Value{run.tags, std::nullopt};
             }},
            text("notes", Kind::Text, &RunSummary::notes),
            text("parent", Kind::Text, &RunSummary::parent),
            flag("starred", &RunSummary::starred),
            flag("baseline", &RunSummary::baseline),
            flag("trashed", &RunSummary::trashed),
            {"bit_equal", Kind::Flag,
             [](const RunSummary& run) {
                 return run.foreign ? unknownValue() : textValue(run.bitEqual ? "true" : "false");
             }},
            count("steps_done", &RunSummary::steps),
            {"created", Kind::Word, [](const RunSummary& run) { return textValue(day(run.createdMs)); }},
        };
        for (const Metric& metric : metrics())
            if (!isSetting(metric.name)) all.push_back(metricKey(metric));
        for (const RunResult& result : runResults())
            if (result.best)
                all.push_back({result.key(), Kind::Number,
                               [&result](const RunSummary& run) { return numberValue(result.value(run)); }});
        for (const Field& field : fields()) all.push_back(configKey(field));
        return all;
    }();
    return list;
}

const Key* findKey(std::string_view name) {
    if (const auto other = otherNames.find(name); other != otherNames.end()) name = other->second;
    const auto found = std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == name; });
    return found == keys().end() ? nullptr : &*found;
}

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

std::string nearestQueryKey(std::string_view name) {
    return std::min_element(
               keys().begin(), keys().end(),
               [&](const Key& a, const Key& b) { return editDistance(a.name, name) < editDistance(b.name, name); })
        ->name;
}

// ASCII letters alone: other alphabets compare as they are written.
std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool holds(std::string_view text, const std::string& lowerPart) {
    return lower(text).find(lowerPart) != std::string::npos;
}

const Key& knownKey(const std::string& name) {
    const Key* key = findKey(name);
    if (key == nullptr)
        throw Error("no key '" + name + "'", name, "Did you mean '" + nearestQueryKey(lower(name)) + "'?");
    return *key;
}

struct Token {
    enum class Kind { Word, Quoted, Operator, Open, Close, End } kind;
    std::string text;
    std::size_t position;
};

constexpr std::string_view operatorCharacters = "=!<>~:";

std::vector<Token> tokens(std::string_view text) {
    std::vector<Token> list;
    std::size_t i = 0;
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (i < text.size()) {
        const std::size_t start = i;
        const char c = text[i];
        if (blank(c)) {
            ++i;
        } else if (c == '(' || c == ')') {
            list.push_back({c == '(' ? Token::Kind::Open : Token::Kind::Close, std::string(1, c), i++});
        } else if (c == '"') {
            std::string content;
            for (++i; i < text.size() && text[i] != '"'; ++i)
                content += text[i] == '\\' && i + 1 < text.size() ? text[++i] : text[i];
            if (i >= text.size()) throw QueryError(start, "the quotation has no end", "Close it with \"");
            ++i;
            list.push_back({Token::Kind::Quoted, content, start});
        } else if (operatorCharacters.find(c) != std::string_view::npos) {
            ++i;
            if (i < text.size() && text[i] == '=' && c != '~' && c != ':') ++i;
            const std::string name(text.substr(start, i - start));
            if (name == "!") throw QueryError(start, "'!' alone is no operator", "Write != or not");
            list.push_back({Token::Kind::Operator, name, start});
        } else {
            while (i < text.size() && !blank(text[i]) && text[i] != '(' && text[i] != ')' && text[i] != '"' &&
                   operatorCharacters.find(text[i]) == std::string_view::npos)
                ++i;
            list.push_back({Token::Kind::Word, std::string(text.substr(start, i - start)), start});
        }
    }
    list.push_back({Token::Kind::End, "", text.size()});
    return list;
}

bool compareOrder(const std::string& op, auto left, auto right) {
    if (op == "=" || op == "==") return left == right;
    if (op == "<") return left < right;
    if (op == "<=") return left <= right;
    if (op == ">") return left > right;
    return left >= right;
}

// Whether a run is what a part of the query asks for. As in SQL, a comparison with what nobody knows is neither true
// nor false, nor is its contrary.
enum class Truth { No, Unknown, Yes };  // in this order: "and" is the least, "or" the greatest of its parts
using Condition = std::function<Truth(const RunSummary&)>;

Truth truth(bool yes) { return yes ? Truth::Yes : Truth::No; }

// `key` in a run, where it is known.
Condition compared(const Key& key, std::function<bool(const Value&)> test) {
    return [&key, test = std::move(test)](const RunSummary& run) {
        const Value value = key.get(run);
        return value.known ? truth(test(value)) : Truth::Unknown;
    };
}

class Parser {
public:
    explicit Parser(std::string_view text) : tokens_(tokens(text)) {}

    RunPredicate whole() {
        if (next().kind == Token::Kind::End) return [](const RunSummary&) { return true; };
        const Condition query = alternatives(0);
        if (next().kind == Token::Kind::Close) throw QueryError(next().position, "')' without its '('", "Leave it out");
        if (next().kind != Token::Kind::End)
            throw QueryError(next().position, "'" + next().text + "' is not expected here", "");
        return [query](const RunSummary& run) { return query(run) == Truth::Yes; };
    }
    // Of the keys that whole() met.
    [[nodiscard]] const std::set<std::string>& series() const { return series_; }

private:
    static constexpr int maxDepth = 200;

    [[nodiscard]] const Token& next() const { return tokens_[at_]; }
    [[nodiscard]] bool isWord(const char* word) const {
        return next().kind == Token::Kind::Word && lower(next().text) == word;
    }

    Condition alternatives(int depth) {
        if (depth > maxDepth)
            throw QueryError(next().position, "the query is nested too deeply", "Write it with fewer parentheses");
        std::vector<Condition> any{terms(depth)};
        while (isWord("or")) {
            ++at_;
            any.push_back(terms(depth));
        }
        if (any.size() == 1) return any.front();
        return [any](const RunSummary& run) {
            Truth greatest = Truth::No;
            for (const Condition& each : any) {
                greatest = std::max(greatest, each(run));
                if (greatest == Truth::Yes) break;
            }
            return greatest;
        };
    }
    Condition terms(int depth) {
        std::vector<Condition> all{term(depth)};
        for (;;) {
            const bool named = isWord("and");
            if (named) ++at_;
            else if (isWord("or") || next().kind == Token::Kind::End || next().kind == Token::Kind::Close) break;
            all.push_back(term(depth));
        }
        if (all.size() == 1) return all.front();
        return [all](const RunSummary& run) {
            Truth least = Truth::Yes;
            for (const Condition& each : all) {
                least = std::min(least, each(run));
                if (least == Truth::No) break;
            }
            return least;
        };
    }
    Condition term(int depth) {
        const Token token = next();
        if (depth > maxDepth)
            throw QueryError(token.position, "the query is nested too deeply", "Write it with fewer 'not'");
        switch (token.kind) {
            case Token::Kind::End:
                throw QueryError(token.position, "the query ends where a condition is expected",
                                 "Add one, as in: loss < 2");
            case Token::Kind::Close:
                throw QueryError(token.position, "')' where a condition is expected", "Write a condition before it");
            case Token::Kind::Operator:
                throw QueryError(token.position, "'" + token.text + "' has no key before it",
                                 "Write one, as in: loss < 2");
            case Token::Kind::Open: {
                ++at_;
                Condition inner = alternatives(depth + 1);
                if (next().kind != Token::Kind::Close) throw QueryError(token.position, "'(' has no ')'", "Add one");
                ++at_;
                return inner;
            }
            case Token::Kind::Word:
                if (isWord("not")) {
                    ++at_;
                    return [inner = term(depth + 1)](const RunSummary& run) {
                        const Truth found = inner(run);
                        return found == Truth::Unknown ? found : truth(found == Truth::No);
                    };
                }
                if (isWord("and") || isWord("or"))
                    throw QueryError(token.position, "'" + token.text + "' where a condition is expected",
                                     "To look for the word, put it in quotes");
                break;
            case Token::Kind::Quoted: break;
        }
        ++at_;
        if (token.kind == Token::Kind::Word && next().kind == Token::Kind::Operator) return comparison(token);
        return [part = lower(token.text)](const RunSummary& run) {
            return truth(holds(run.name, part) || holds(run.id, part) || lower(runStateKey(run.state)) == part ||
                         std::any_of(run.tags.begin(), run.tags.end(),
                                     [&](const std::string& tag) { return holds(tag, part); }));
        };
    }
    Condition comparison(const Token& name) {
        const Key* key = findKey(name.text);
        if (key == nullptr)
            throw QueryError(name.position, "no key '" + name.text + "'",
                             "Did you mean '" + nearestQueryKey(lower(name.text)) + "'?");
        if (!key->series.empty()) series_.insert(key->series);
        std::string op = next().text;
        const std::size_t opPosition = next().position;
        ++at_;
        const Token value = next();
        if (value.kind != Token::Kind::Word && value.kind != Token::Kind::Quoted)
            throw QueryError(value.position, "a value is expected after '" + op + "'",
                             "Write one, as in: " + name.text + " " + op + " 2");
        ++at_;
        if (op == ":") op = key->kind == Kind::Text ? "~" : "=";
        if (op == "~") return textHolds(*key, lower(value.text), opPosition);
        if (key->kind == Kind::Number) return numbers(*key, op, value);
        return texts(*key, op, value, opPosition);
    }
    static Condition textHolds(const Key& key, const std::string& part, std::size_t position) {
        if (key.kind == Kind::Number)
            throw QueryError(position, "'" + key.name + "' is a number", "Compare it with = != < <= > >=");
        return compared(key, [part](const Value& value) {
            return std::any_of(value.texts.begin(), value.texts.end(),
                               [&](const std::string& text) { return holds(text, part); });
        });
    }
    static Condition numbers(const Key& key, const std::string& op, const Token& value) {
        const auto wanted = parseReal(value.text);
        if (!wanted)
            throw QueryError(value.position, "'" + value.text + "' is not a number",
                             "Write one for '" + key.name + "', as 3e-4");
        return compared(key, [op, wanted = *wanted](const Value& has) {
            if (op == "!=") return has.number != wanted;
            return has.number && compareOrder(op, *has.number, wanted);
        });
    }
    static Condition texts(const Key& key, const std::string& op, const Token& value, std::size_t position) {
        const bool equality = op == "=" || op == "==" || op == "!=";
        if (!equality && key.name != "created")
            throw QueryError(position, "'" + key.name + "' has no order", "Compare it with = or != or ~");
        std::string wanted = lower(value.text);
        if (key.kind == Kind::Flag) {
            if (wanted == "yes" || wanted == "1") wanted = "true";
            if (wanted == "no" || wanted == "0") wanted = "false";
            if (wanted != "true" && wanted != "false")
                throw QueryError(value.position, "'" + key.name + "' is true or false", "Write one of them");
        }
        if (key.name == "state") checkState(wanted, value.position);
        return compared(key, [op, wanted](const Value& has) {
            const std::string plain = op == "!=" ? "=" : op;
            const bool found = std::any_of(has.texts.begin(), has.texts.end(), [&](const std::string& text) {
                return compareOrder(plain, lower(text), wanted);
            });
            return found != (op == "!=");
        });
    }
    static void checkState(const std::string& wanted, std::size_t position) {
        std::string known;
        for (const RunState state : {RunState::Queued, RunState::Preparing, RunState::Running, RunState::Finished,
                                     RunState::Stopped, RunState::Interrupted, RunState::Failed, RunState::Diverged}) {
            if (wanted == runStateKey(state)) return;
            known += (known.empty() ? "" : ", ") + std::string(runStateKey(state));
        }
        throw QueryError(position, "no state '" + wanted + "'", "There are " + known);
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::set<std::string> series_;
};

}  // namespace

RunPredicate parseRunQuery(std::string_view text) { return Parser(text).whole(); }

std::vector<std::string> seriesOfQuery(std::string_view text) {
    Parser parser(text);
    parser.whole();
    return {parser.series().begin(), parser.series().end()};
}

std::vector<std::string> runQueryKeys() {
    std::vector<std::string> names;
    for (const Key& key : keys()) names.push_back(key.name);
    return names;
}

std::string seriesOfKey(const std::string& key) { return knownKey(key).series; }

std::string runQueryValue(const RunSummary& run, const std::string& key) {
    std::string joined;
    for (const std::string& part : knownKey(key).get(run).texts) joined += (joined.empty() ? "" : ", ") + part;
    return joined;
}

}  // namespace tritlab
