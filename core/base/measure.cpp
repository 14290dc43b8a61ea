#include "core/base/measure.h"

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"

namespace tritlab {

std::int64_t monotonicNs() {
    std::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t residentBytes() {
    const std::string statm = readFile("/proc/self/statm");
    const std::size_t start = statm.find(' ') + 1;
    return parseInt(std::string_view(statm).substr(start, statm.find(' ', start) - start)).value_or(0) * ::sysconf(_SC_PAGESIZE);
}

std::int64_t peakResidentBytes() {
    const std::string status = readFile("/proc/self/status");
    constexpr std::string_view key = "VmHWM:";
    const std::size_t start = status.find(key) + key.size();
    const std::string_view line = std::string_view(status).substr(start, status.find(" kB", start) - start);
    return parseInt(line.substr(line.find_first_not_of(" \t"))).value_or(0) * 1024;
}

void forgetPeak() {
    try {
        OutputFile file("/proc/self/clear_refs");
        file.write("5", 1);
    } catch (const Error&) {
        // Not every kernel offers it.
    }
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace tritlab
