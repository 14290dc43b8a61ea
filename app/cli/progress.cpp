#include "app/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "app/cli/frame.h"
#include "app/cli/run_json.h"
#include "core/base/number.h"

namespace tritlab::cli {
namespace {

void toStderr(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

std::size_t terminalWidth() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 100;
}

std::string oneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return text;
}

// Three digits are enough to follow a schedule.
std::string shortReal(double value) {
    std::array<char, 32> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific, 2);
    return {buffer.data(), end.ptr};
}

}  // namespace

ProgressPrinter::ProgressPrinter(const RunConfig& config)
    : steps_(config.steps), tokensPerStep_(config.tokensPerStep()), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressPrinter::~ProgressPrinter() {
    sayError();
    if (!bar_.empty() && terminal_) toStderr("\n");
}

void ProgressPrinter::draw(const std::string& status, bool always) {
    const auto now = Clock::now();
    const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5000);
    if (!always && now - drawn_ < pause) return;
    drawn_ = now;
    if (!terminal_) {
        toStderr(status + "\n");
        return;
    }
    bar_ = status.substr(0, terminalWidth() - 1);
    toStderr("\r\033[K" + bar_);
}

void ProgressPrinter::line(const std::string& text) {
    toStderr((terminal_ && !bar_.empty() ? "\r\033[K" : "") + text + "\n");
    if (terminal_) toStderr(bar_);
}

std::string ProgressPrinter::statusLine(const StepEvent& event) const {
    const StepIndex stepsDone = event.step + 1;
    // Evaluations and checkpoints included: that is when the run will really be done.
    const double seconds = recent_.back().first - recent_.front().first;
    const auto steps = static_cast<double>(recent_.back().second - recent_.front().second);
    std::string text;
    if (terminal_) {
        constexpr std::int64_t width = 20;
        const auto full = static_cast<std::size_t>(
            std::clamp<std::int64_t>(stepsDone * width / std::max<std::int64_t>(1, steps_), 0, width));
        text = "[" + std::string(full, '#') + std::string(width - full, '.') + "] ";
    }
    text += "step " + std::to_string(stepsDone) + "/" + std::to_string(steps_);
    text += "  " +
            humanCount(steps > 0 && seconds > 0 ? steps * static_cast<double>(tokensPerStep_) / seconds
                                                : event.tokensPerSecond) +
            " tokens/s";
    if (steps > 0) text += "  ETA " + humanDuration(static_cast<double>(steps_ - stepsDone) * seconds / steps);
    text += "  loss " + fixed(event.loss, 4) + "  lr " + shortReal(event.learningRate);
    text += "  lambda " + fixed(event.lambda, 3);
    return health_.empty() ? text : text + "  health " + health_;
}

void ProgressPrinter::onStep(const StepEvent& event) {
    sayError();
    recent_.emplace_back(event.wallSeconds, event.step);
    while (recent_.size() > 2 && recent_.back().first - recent_.front().first > 60) recent_.pop_front();
    draw(statusLine(event), event.step + 1 == steps_);
}

void ProgressPrinter::onHealth(const HealthEvent& event) {
    const auto healthy =
        std::count_if(event.layers.begin(), event.layers.end(), [](const LayerHealth& l) { return !l.collapsed; });
    health_ = std::to_string(healthy) + "/" + std::to_string(event.layers.size());
}

void ProgressPrinter::onEvaluation(const EvaluationEvent& event) {
    sayError();
    line("evaluation at step " + std::to_string(event.step) + ": " + evaluationText(event) +
         (event.full ? " (all held-out text)" : ""));
}

void ProgressPrinter::onSample(const SampleEvent& event) {
    sayError();
    line("sample at step " + std::to_string(event.step) + ": " + oneLine(event.prompt) + " |" + oneLine(event.text));
}

void ProgressPrinter::onState(const StateEvent& event) {
    // Why a run failed is what the command ends with: the log's word of it is not said here, too.
    const bool failed = event.state == RunState::Failed || event.state == RunState::Diverged;
    if (failed && error_ == event.explanation) error_.clear();
    sayError();
    if (!failed && !event.explanation.empty()) line(std::string(runStateKey(event.state)) + ": " + event.explanation);
}

void ProgressPrinter::onLog(const LogEvent& event) {
    sayError();
    if (event.level == LogLevel::Error) error_ = event.text;
    if (event.level == LogLevel::Warning) line("warning: " + event.text);
}

void ProgressPrinter::sayError() {
    if (!error_.empty()) line("error: " + std::exchange(error_, {}));
}

void ProgressPrinter::onProgress(const ProgressEvent& event) {
    sayError();
    draw(event.what + (event.done >= 0 ? " " + percent(event.done) : ""), false);
}

}  // namespace tritlab::cli
