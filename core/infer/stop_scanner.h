// Lets text through up to the first of some stop texts; holds back what may still become one, so that none is ever
// shown, not even in part.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tritlab {

class StopScanner {
public:
    explicit StopScanner(std::vector<std::string> stopTexts);  // empty ones are ignored
    std::string add(std::string_view text);                    // what may be shown now; nothing once stopped
    std::string finish();                                      // what was held back, if no stop text came
    [[nodiscard]] bool stopped() const { return stopped_; }

private:
    std::vector<std::string> stopTexts_;
    std::string held_;
    bool stopped_ = false;
};

}  // namespace tritlab
