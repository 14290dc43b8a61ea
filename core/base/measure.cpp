#include "core/base/measure.h"

#include <unistd.h>
#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"

namespace tritlab {

namespace {

// Of a line "KEY   123 kB"; in bytes.
std::int64_t kilobytesIn(const char* file, std::string_view key) {
    const std::string text = readFile(file);
    const std::size_t start = text.find(key) + key.size();
    const std::string_view line = std::string_view(text).substr(start, text.find(" kB", start) - start);
    return parseInt(line.substr(line.find_first_not_of(" \t"))).value_or(0) * 1024;
}

}  // namespace

std::int64_t monotonicNs() {
    std::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t residentBytes() {
    const std::string statm = readFile("/proc/self/statm");
    const std::size_t start = statm.find(' ') + 1;
    return parseInt(std::string_view(statm).substr(start, statm.find(' ', start) - start)).value_or(0) *
           ::sysconf(_SC_PAGESIZE);
}

std::int64_t peakResidentBytes() { return kilobytesIn("/proc/self/status", "VmHWM:"); }

std::int64_t availableBytes() { return kilobytesIn("/proc/meminfo", "MemAvailable:"); }

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
