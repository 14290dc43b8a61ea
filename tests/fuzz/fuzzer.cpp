// One fuzzer: the reader TRITLAB_FUZZ_READER under libFuzzer. Whatever it lets out ends the process, and libFuzzer
// writes the input down.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/readers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tritlab::fuzz;
    static const auto reader = std::ranges::find(readers(), std::string_view(TRITLAB_FUZZ_READER),
                                                 [](const Reader& each) { return std::string_view(each.name); });
    reader->run({reinterpret_cast<const char*>(data), size});
    return 0;
}
