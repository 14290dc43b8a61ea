// TensorBoard's event files: records (length, masked crc32c of it, bytes, masked crc32c of them) that each hold one
// protobuf Event. Scalars, texts, the hyperparameters of the plugin "hparams" and restarts are known here; histograms,
// images and the like are counted. A damaged record costs itself alone: the next sound one is searched for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tritlab {

// A hyperparameter, as protobuf's Value has them.
using TensorBoardSetting = std::variant<bool, double, std::string>;

struct TensorBoardEvent {
    double wallTime = 0;  // Unix seconds
    std::int64_t step = 0;
    std::vector<std::pair<std::string, double>> scalars = {};     // tag, value
    std::vector<std::pair<std::string, std::string>> texts = {};  // tag, text (TensorBoard shows it as Markdown)
    std::vector<std::pair<std::string, TensorBoardSetting>> settings = {};  // of a session of the plugin "hparams"
    std::vector<std::string> tags = {};                                     // of all its values, those not read too
    bool sessionStart = false;  // SessionLog START: a writer begins, or begins again, at `step`
    double fileVersion = 0;     // 2 of "brain.Event:2", the last one before it in its file; 0: none yet, -1: no number
};

// CRC-32C (Castagnoli), rotated and offset as TFRecord wants it.
std::uint32_t maskedCrc32c(std::string_view bytes);

// The record that a file starts with, and one event as a record. Scalars are written as "simple_value", which is a
// float32: seven digits. (Every reader knows it; CSV keeps all digits.)
std::string tensorBoardHeader(double wallTime);
std::string tensorBoardRecord(const TensorBoardEvent& event);

// Values that are neither scalars nor texts.
struct TensorBoardLeftOut {
    std::int64_t histograms = 0, images = 0, audio = 0, other = 0;
    [[nodiscard]] std::int64_t sum() const { return histograms + images + audio + other; }
};

// Bytes in which no event could be read.
struct TensorBoardDamage {
    std::uint64_t byte = 0, bytes = 0;  // of the file, from 0
    std::int64_t records = 0;           // that are lost; 0: their number is not known
    const char* what = "";
};

struct TensorBoardFileResult {
    std::int64_t records = 0;               // read
    TensorBoardLeftOut leftOut = {};        // values in them that are not given
    std::vector<TensorBoardDamage> damage;  // in the order of the file
    bool cutShort = false;                  // the last record is not whole: its writer still writes, or died
};

// Gives every event that has values or starts a session, in the order of the file. Scalars are read as "simple_value"
// (PyTorch) and as tensors of one element (TensorFlow 2). Damage is told, not thrown; a file of which nothing can be
// read has no records. Throws Error where the file cannot be opened.
TensorBoardFileResult readTensorBoardFile(const std::filesystem::path& path,
                                          const std::function<void(const TensorBoardEvent&)>& take);

}  // namespace tritlab
