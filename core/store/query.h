// The query over runs, one for the window's box and for `runs list --query`:
//     lr > 1e-4 and state = finished and tag:good
//   query      = alternative { "or" alternative }        alternative = term { ["and"] term }
//   term       = "not" term | "(" query ")" | comparison | word
//   comparison = key operator value                      operator = "=" "==" "!=" "<" "<=" ">" ">=" "~" ":"
// A bare word, or text in quotes, matches where the name, the id or a tag holds it, and where it is the state (case is
// ignored). Keys are every field of the config (under its key; "lr" is short for learning_rate), every metric of
// core/run/metrics.h under its name (its last value: loss, eval_loss, bits_per_byte, flip_rate, …), best_eval_loss, and
// name, id, state, tag, notes, parent, starred, baseline, trashed, bit_equal, steps_done, created (a day: 2026-01-31).
// "~" holds the text, ":" is "=" but "~" for name, notes, id and paths. A run that has no value for a key (the field
// does not apply, no evaluation yet) matches no comparison of it but "!=". Where nobody knows the value, the settings
// of a run that another program trained, no comparison matches and none that is turned about by "not" (SQL's NULL).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/store/run_store.h"

namespace tritlab {

// Where in the query, in bytes from 0; the text says what was expected.
class QueryError : public Error {
public:
    QueryError(std::size_t position, std::string what, std::string hint)
        : Error(std::move(what), "query, character " + std::to_string(position + 1), std::move(hint)),
          position_(position) {}
    [[nodiscard]] std::size_t position() const { return position_; }

private:
    std::size_t position_;
};

using RunPredicate = std::function<bool(const RunSummary&)>;

// An empty query matches every run. Throws QueryError.
RunPredicate parseRunQuery(std::string_view text);

// The series whose last values it asks for: RunStore::readLast gives a run those first. Throws QueryError.
std::vector<std::string> seriesOfQuery(std::string_view text);

// All keys, for completion.
std::vector<std::string> runQueryKeys();

// The same of one key; empty: none. Throws Error for an unknown key.
std::string seriesOfKey(const std::string& key);

// The value of a key for one run, as sorting, columns and queries see it: empty text where there is none. Throws Error
// for an unknown key.
std::string runQueryValue(const RunSummary& run, const std::string& key);

}  // namespace tritlab
