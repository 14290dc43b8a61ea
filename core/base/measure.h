// What benches and the memory curve share: a clock that two processes can compare, resident memory, the median.
#pragma once

#include <cstdint>
#include <vector>

namespace tritlab {

// Nanoseconds since some start of the machine's; the same clock in every process.
std::int64_t monotonicNs();

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
