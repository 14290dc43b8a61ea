// Fields of comma-separated values (RFC 4180).
#pragma once

#include <string>
#include <vector>

namespace tritlab {

// Quoted where CSV needs it.
std::string csvField(const std::string& text);
// Fields joined by commas, with a line feed.
std::string csvLine(const std::vector<std::string>& fields);

}  // namespace tritlab
