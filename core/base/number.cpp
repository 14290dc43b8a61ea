#include "core/base/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace tritlab {
namespace {

std::string clean(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);  // from_chars reads no plus sign
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = [&](std::size_t k) { return k < text.size() && text[k] >= '0' && text[k] <= '9'; };
        if (text[i] == '_' && i > 0 && digit(i - 1) && digit(i + 1)) continue;
        out += text[i];
    }
    return out;
}

template <class T>
std::optional<T> parseWhole(std::string_view raw) {
    const std::string text = clean(raw);
    if (text.empty()) return std::nullopt;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class T>
std::string shortest(T value) {
    if (std::isnan(value)) return "nan";  // its sign says nothing
    std::array<char, 64> buffer{};
    const T size = std::abs(value);
    const bool plain = value == 0 || !std::isfinite(value) || (size >= T(1e-4) && size < T(1e15));
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                      plain ? std::chars_format::fixed : std::chars_format::scientific);
    std::string text(buffer.data(), result.ptr);
    if (const auto e = text.find('e'); e != std::string::npos && e + 2 < text.size() && text[e + 2] == '0')
        text.erase(e + 2, 1);  // "3e-05" as "3e-5"
    return text;
}

// One decimal below 100, none above; printf's '.' follows the locale, so the digits are composed from integers.
std::string oneDecimal(double value) {
    const bool small = std::abs(value) < 99.95;
    const auto scaled = static_cast<long long>(std::llround(std::abs(value) * (small ? 10 : 1)));
    std::string text = value < 0 ? "-" : "";
    text += std::to_string(small ? scaled / 10 : scaled);
    if (small && scaled % 10 != 0) text += "." + std::to_string(scaled % 10);
    return text;
}

std::string withUnit(double value, const std::array<const char*, 6>& units, double base) {
    std::size_t unit = 0;
    while (std::abs(value) >= base * 0.9995 && unit + 1 < units.size()) value /= base, ++unit;
    return oneDecimal(value) + units[unit];
}

std::string twoDigits(long long value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

std::optional<double> parseReal(std::string_view text) { return parseWhole<double>(text); }
std::optional<std::int64_t> parseInt(std::string_view text) { return parseWhole<std::int64_t>(text); }

std::string formatReal(double value) { return shortest(value); }
std::string formatReal(float value) { return shortest(value); }

std::string humanCount(double count) { return withUnit(count, {"", "k", "M", "B", "T", "P"}, 1000); }
std::string humanBytes(double bytes) { return withUnit(bytes, {" B", " kB", " MB", " GB", " TB", " PB"}, 1000); }

std::string humanDuration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return "?";
    if (seconds < 59.95) return oneDecimal(seconds) + "s";
    const long long total = std::llround(seconds);
    const long long hours = total / 3600, minutes = total / 60 % 60;
    if (hours >= 48) return std::to_string(hours / 24) + "d " + twoDigits(hours % 24) + "h";
    if (hours > 0) return std::to_string(hours) + "h " + twoDigits(minutes) + "m";
    return std::to_string(minutes) + "m " + twoDigits(total % 60) + "s";
}

}  // namespace tritlab
