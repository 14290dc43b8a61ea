// What Python's str methods ask of a character, by the Unicode database of Python 3.11 (Unicode 14).
#pragma once

#include <string>

namespace tritlab::jinja {

bool isAlpha(char32_t c);
bool isDecimal(char32_t c);
bool isDigit(char32_t c);
bool isNumeric(char32_t c);
bool isSpace(char32_t c);
bool isUpper(char32_t c);
bool isLower(char32_t c);
bool isTitle(char32_t c);
bool isPrintable(char32_t c);
bool isCaseIgnorable(char32_t c);
inline bool isAlnum(char32_t c) { return isAlpha(c) || isDecimal(c) || isDigit(c) || isNumeric(c); }

// The digit that a decimal character is: the decimals of every script lie together, from zero on.
int decimalValue(char32_t c);

// UTF-8 of the character in the other case: up to three characters ("ß" is "SS" in capitals).
std::string upperOf(char32_t c);
std::string lowerOf(char32_t c);
std::string titleOf(char32_t c);

}  // namespace tritlab::jinja
