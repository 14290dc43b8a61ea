// What benches and the memory curve share: clocks, one of them for two processes to compare, resident memory, the
// median.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace tritlab {

// Nanoseconds since some start of the machine's; the same clock in every process.
std::int64_t monotonicNs();

// Within one process.
inline double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Bytes of this process that are in memory now.
std::int64_t residentBytes();
// The most of them since forgetPeak(), or since the process began where the kernel does not let it be forgotten.
std::int64_t peakResidentBytes();
void forgetPeak();
// Bytes that programs can still take up without the system having to swap.
std::int64_t availableBytes();

// The upper of the two middle ones where their number is even; 0 of none.
double median(std::vector<double> values);

}  // namespace tritlab
