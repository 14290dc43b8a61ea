// --preset, --config, --set and --data: how train and estimate are told what to do.
#pragma once

#include <string>
#include <vector>

#include "app/cli/frame.h"
#include "core/config/fields.h"

namespace tritlab::cli {

struct ConfigOptions {
    std::string preset, file;
    std::vector<std::string> sets, data;

    void addTo(CLI::App* command);
    void addSettingsTo(CLI::App* command);  // --config, --set and --data alone
    // Preset, then the file, then --data and --set; what is set has to apply. Paths become absolute, so that a run can
    // be resumed from any folder. Throws UsageError.
    [[nodiscard]] ConfigDraft draft() const;
    // The same over another beginning than a preset.
    [[nodiscard]] ConfigDraft draft(ConfigDraft start) const;
    // The same, checked and frozen.
    [[nodiscard]] RunConfig frozenConfig() const;
};

// Throws UsageError with all problems of check().
void requireSound(const RunConfig& config);

}  // namespace tritlab::cli
