// What the event files of one folder tell together: its series, as TensorBoard would show them, and everything that is
// not among them, by count.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/formats/tensorboard.h"
#include "core/store/run_store.h"

namespace tritlab {

// What could not be read of one file.
struct EventFileLoss {
    std::filesystem::path file;
    std::vector<TensorBoardDamage> damage;
    std::int64_t records = 0;  // that were read
    bool cutShort = false;     // the last record is not whole
    std::string why;           // the file could not be opened; empty: it could
};
// One sentence: "FILE: 1 record at byte 96 (41 bytes) has a wrong checksum".
std::string lossText(const EventFileLoss& loss);

struct EventCounts {
    TensorBoardLeftOut leftOut;       // values that are neither scalars nor texts
    std::int64_t texts = 0;           // left out too
    std::int64_t negativeSteps = 0;   // points left out: a series begins at step 0
    std::int64_t replaced = 0;        // points behind the step at which a writer began again
    std::int64_t repeated = 0;        // points that a later one of the same step replaces
    std::int64_t numberedSeries = 0;  // had no steps: their points are numbered in their order
    void add(const EventCounts& other);
    [[nodiscard]] std::int64_t leftOutSum() const { return leftOut.sum() + texts; }
};

// What is not 0 of them, in words: "12 histograms left out".
std::vector<std::string> countTexts(const EventCounts& counts);

struct EventFolder {
    std::map<std::string, std::vector<Point>> series;                    // by tag, in step order
    nlohmann::ordered_json settings = nlohmann::ordered_json::object();  // hyperparameters, as the writer named them
    nlohmann::ordered_json config;                                       // of a run that TritLab exported; else null
    double firstTime = 0, lastTime = 0;                                  // Unix seconds; 0: none
    EventCounts counts;
    std::vector<EventFileLoss> losses;  // of the files that lost something
};

// The files in the order of their names, which begin with the time of their making. A writer that begins again replaces
// what was there from its first step on: at a SessionLog START every series (the rule of TensorBoard's EventAccumulator
// for files of version 2), in older files those of an event whose step goes back, and where a later file holds a tag
// again without a START, that tag. Never throws for a file: it is among the losses.
EventFolder readEventFolder(std::vector<std::filesystem::path> files);

}  // namespace tritlab
