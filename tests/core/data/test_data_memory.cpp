// Memory that a large text takes from reading to batches: a process of its own opens it, and its peak is printed and
// bounded. Without arguments 200 MB; the argument is the size in MB.
#include <QTemporaryDir>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/base/number.h"
#include "core/data/dataset.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;

namespace {

// VmHWM or VmRSS of /proc/self/status, in MB.
double memory(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(key + ":"))
            return parseReal(std::string_view(line).substr(key.size() + 1, line.size() - key.size() - 4)).value_or(-1) /
                   1024;
    return -1;
}

void writeText(const std::filesystem::path& path, std::size_t megabytes, bool newlines) {
    OutputFile file(path);
    std::size_t written = 0;
    for (std::uint32_t seed = 0; written < megabytes * 1000000; ++seed) {
        std::string text = englishLike(seed, 2000);
        if (!newlines) std::ranges::replace(text, '\n', ' ');
        file.write(text.data(), text.size());
        written += text.size();
    }
    file.close();
}

// Returns the process's peak in MB above what it held before.
double measure(const std::filesystem::path& root, std::size_t megabytes, bool newlines) {
    const auto path = root / "large.txt";
    writeText(path, megabytes, newlines);
    const double before = memory("VmRSS");
    const auto start = std::chrono::steady_clock::now();
    RunConfig run;
    run.data = {{path.string(), 1}};
    const auto dataset = openDataset(run, Workspace(root / "home"), {}, {});
    const auto opened = std::chrono::steady_clock::now();
    for (StepIndex step = 0; step < 3000; ++step) (void)dataset->batch(step, 0);
    const double seconds = std::chrono::duration<double>(opened - start).count();
    const double peak = memory("VmHWM") - before;
    std::printf("%zu MB of text %s: opened in %.1f s, %lld tokens, peak memory %.0f MB above the start's %.0f\n",
                megabytes, newlines ? "in lines" : "in one line", seconds,
                static_cast<long long>(dataset->sources()[0].trainTokens), peak, before);
    return peak;
}

}  // namespace

int main(int count, char** arguments) {
    const auto megabytes = static_cast<std::size_t>(count > 1 ? parseInt(arguments[1]).value_or(200) : 200);
    for (const bool newlines : {true, false}) {
        const QTemporaryDir folder;
        if (measure(folder.path().toStdString(), megabytes, newlines) >= 1000) {
            std::puts("FAIL: more than 1 GB");
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
