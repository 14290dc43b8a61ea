#include "core/store/event_folder.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "core/base/error.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

struct Stored {
    std::int64_t step;
    double value;
    std::size_t file;
};

bool isZero(const Stored& point) { return point.step == 0; }

nlohmann::json settingJson(const TensorBoardSetting& setting) {
    return std::visit(
        [](const auto& value) -> nlohmann::json {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, double>) {
                if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
                // protobuf has one kind of number: 32.0 was an integer, as far as anyone can tell
                if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
            }
            return value;
        },
        setting);
}

// The config that exportTensorBoard writes as a text; null where the text is none.
nlohmann::ordered_json configIn(std::string_view text) {
    constexpr std::string_view open = "```json\n", close = "\n```";
    if (!text.starts_with(open) || !text.ends_with(close)) return nullptr;
    text = text.substr(open.size(), text.size() - open.size() - close.size());
    nlohmann::ordered_json config = nlohmann::ordered_json::parse(text, nullptr, false);
    return config.is_object() ? config : nlohmann::ordered_json();
}

class Reader {
public:
    void read(const fs::path& file) {
        ++file_;
        saysStart_ = false;
        EventFileLoss loss{file, {}, 0, false, {}};
        try {
            TensorBoardFileResult result =
                readTensorBoardFile(file, [this](const TensorBoardEvent& event) { take(event); });
            EventCounts counts;
            counts.leftOut = result.leftOut;
            folder_.counts.add(counts);
            loss.records = result.records;
            loss.damage = std::move(result.damage);
            loss.cutShort = result.cutShort;
        } catch (const Error& error) {
            loss.why = error.whatHappened();
        }
        if (!loss.damage.empty() || loss.cutShort || !loss.why.empty()) folder_.losses.push_back(std::move(loss));
    }

    EventFolder finish() {
        for (auto& [tag, points] : tags_) {
            // add_scalar without a step writes step 0 every time
            if (points.size() > 1 && std::all_of(points.begin(), points.end(), isZero)) {
                ++folder_.counts.numberedSeries;
                for (std::size_t i = 0; i < points.size(); ++i) points[i].step = static_cast<std::int64_t>(i);
            }
            const std::size_t all = points.size();
            std::erase_if(points, [](const Stored& point) { return point.step < 0; });
            folder_.counts.negativeSteps += static_cast<std::int64_t>(all - points.size());
            std::stable_sort(points.begin(), points.end(),
                             [](const Stored& a, const Stored& b) { return a.step < b.step; });
            std::vector<Point> series;
            for (const Stored& point : points) {
                if (!series.empty() && series.back().step == point.step) {
                    series.back().value = point.value;
                    ++folder_.counts.repeated;
                } else {
                    series.push_back({point.step, point.value});
                }
            }
            if (!series.empty()) folder_.series.emplace(tag, std::move(series));
        }
        return std::move(folder_);
    }

private:
    void take(const TensorBoardEvent& event) {
        if (std::isfinite(event.wallTime) && event.wallTime > 0) {
            folder_.firstTime = folder_.firstTime == 0 ? event.wallTime : std::min(folder_.firstTime, event.wallTime);
            folder_.lastTime = std::max(folder_.lastTime, event.wallTime);
        }
        if (event.fileVersion != 0) version_ = event.fileVersion;
        if (version_ >= 2) {
            saysStart_ = saysStart_ || event.sessionStart;
            if (event.sessionStart)
                for (auto& [tag, points] : tags_) dropFrom(points, event.step);
        } else if (event.step >= mostRecent_ || event.tags.empty()) {
            mostRecent_ = event.step;
        } else {
            for (const std::string& tag : event.tags)
                if (const auto found = tags_.find(tag); found != tags_.end()) dropFrom(found->second, event.step);
        }
        for (const auto& [tag, value] : event.scalars) {
            std::vector<Stored>& points = tags_[tag];
            const bool again = !points.empty() && points.back().file != file_ && !saysStart_;
            // two files without steps are one series after the other
            if (again && !(event.step == 0 && std::all_of(points.begin(), points.end(), isZero)))
                dropFrom(points, event.step);
            points.push_back({event.step, value, file_});
        }
        for (const auto& [tag, text] : event.texts) {
            if (nlohmann::ordered_json config = tag == "config" ? configIn(text) : nlohmann::ordered_json();
                config.is_object())
                folder_.config = std::move(config);
            else ++folder_.counts.texts;
        }
        for (const auto& [name, setting] : event.settings) folder_.settings[name] = settingJson(setting);
    }

    void dropFrom(std::vector<Stored>& points, std::int64_t step) {
        folder_.counts.replaced += static_cast<std::int64_t>(
            std::erase_if(points, [step](const Stored& point) { return point.step >= step; }));
    }

    EventFolder folder_;
    std::map<std::string, std::vector<Stored>> tags_;  // in the order in which they were written
    double version_ = 0;
    std::int64_t mostRecent_ = -1;
    std::size_t file_ = 0;
    bool saysStart_ = false;  // this file's writer tells where it begins
};

std::string counted(std::int64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

void EventCounts::add(const EventCounts& other) {
    leftOut.histograms += other.leftOut.histograms;
    leftOut.images += other.leftOut.images;
    leftOut.audio += other.leftOut.audio;
    leftOut.other += other.leftOut.other;
    texts += other.texts;
    negativeSteps += other.negativeSteps;
    replaced += other.replaced;
    repeated += other.repeated;
    numberedSeries += other.numberedSeries;
}

std::vector<std::string> countTexts(const EventCounts& counts) {
    std::vector<std::string> texts;
    const auto say = [&texts](std::int64_t count, const char* one, const char* many, const char* rest) {
        if (count > 0) texts.push_back(counted(count, one, many) + " " + rest);
    };
    say(counts.leftOut.histograms, "histogram", "histograms", "left out");
    say(counts.leftOut.images, "image", "images", "left out");
    say(counts.leftOut.audio, "audio clip", "audio clips", "left out");
    say(counts.texts, "text", "texts", "left out");
    say(counts.leftOut.other, "other value", "other values", "left out");
    say(counts.negativeSteps, "point at a negative step", "points at negative steps", "left out");
    say(counts.replaced, "point", "points", "replaced by a restart");
    say(counts.repeated, "point", "points", "replaced by a later one of the same step");
    say(counts.numberedSeries, "series", "series", "without steps numbered in their order");
    return texts;
}

std::string lossText(const EventFileLoss& loss) {
    constexpr std::size_t shown = 3;
    std::string text = loss.file.string() + ": ";
    if (!loss.why.empty()) return text + loss.why;
    if (loss.records == 0 && !loss.damage.empty()) return text + "is no event file, nothing of it can be read";
    for (std::size_t i = 0; i < loss.damage.size() && i < shown; ++i) {
        const TensorBoardDamage& damage = loss.damage[i];
        text += (i > 0 ? "; " : "") + std::string("at byte ") + std::to_string(damage.byte) + " " +
                (damage.records > 0 ? counted(damage.records, "record", "records") + ", " : "") +
                counted(static_cast<std::int64_t>(damage.bytes), "byte", "bytes") + " lost: " + damage.what;
    }
    if (loss.damage.size() > shown) {
        std::uint64_t bytes = 0;
        for (std::size_t i = shown; i < loss.damage.size(); ++i) bytes += loss.damage[i].bytes;
        text += "; " + counted(static_cast<std::int64_t>(loss.damage.size() - shown), "more place", "more places") +
                " with " + counted(static_cast<std::int64_t>(bytes), "byte", "bytes");
    }
    if (loss.cutShort) text += (loss.damage.empty() ? "" : "; ") + std::string("the last record is not whole");
    return text;
}

EventFolder readEventFolder(std::vector<fs::path> files) {
    std::sort(files.begin(), files.end());
    Reader reader;
    for (const fs::path& file : files) reader.read(file);
    return reader.finish();
}

}  // namespace tritlab
