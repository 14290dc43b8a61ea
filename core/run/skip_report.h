// What of a source could not be used: how many lines, for which reasons, and the first of them with their place.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace tritlab {

struct SkippedLine {
    std::string file;
    std::int64_t line = 0;  // 0: the whole file
    std::string reason;
};

class SkipReport {
public:
    static constexpr std::size_t maxReasons = 32, maxLines = 100;

    void countLine() { ++lines_; }  // one more was looked at
    void skip(const std::string& file, std::int64_t line, const std::string& reason);
    void add(const SkipReport& other);

    [[nodiscard]] std::int64_t lines() const { return lines_; }  // looked at: lines of text, values of JSON
    [[nodiscard]] std::int64_t skipped() const { return skipped_; }
    // By reason; beyond maxReasons the others together.
    [[nodiscard]] const std::map<std::string, std::int64_t>& reasons() const { return reasons_; }
    [[nodiscard]] const std::vector<SkippedLine>& first() const { return first_; }  // at most maxLines
    // More than 1 % is lost: whoever trains or evaluates has to be told where it cannot be missed.
    [[nodiscard]] bool losesMuch() const { return skipped_ * 100 > lines_; }
    // "3 of 200 lines were skipped (2: is not valid JSON; 1: …), the first: FILE:12"; empty where none was.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] nlohmann::ordered_json summary() const;  // {lines, skipped, reasons}: what --json tells
    [[nodiscard]] nlohmann::json state() const;            // all of it, and back; throws json::exception
    static SkipReport ofState(const nlohmann::json& state);

private:
    std::int64_t lines_ = 0, skipped_ = 0;
    std::map<std::string, std::int64_t> reasons_;
    std::vector<SkippedLine> first_;
};

}  // namespace tritlab
