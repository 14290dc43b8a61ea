// Token probabilities of an answer: from the engine, to and from the store, as a tooltip.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "ui/chat/chat_values.h"

namespace tritlab {

TokenNote noteOf(const GeneratedToken& token, const Tokenizer& tokenizer);
nlohmann::json notesToJson(const std::vector<TokenNote>& notes);
std::vector<TokenNote> notesFromJson(const nlohmann::json& json);  // empty for what is none
QString noteToolTip(const TokenNote& note);  // HTML: the probability and the likeliest alternatives
QString percent(float probability);          // "12.3 %", "<0.1 %"
// Blanks and line breaks as signs that can be seen.
QString visibleToken(const QString& text);

}  // namespace tritlab
