// TensorBoard's event files: records (length, masked crc32c of it, bytes, masked crc32c of them) that each hold one
// protobuf Event. Only what carries scalars and texts is known here; everything else in a file is skipped and counted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tritlab {

struct TensorBoardEvent {
    double wallTime = 0;  // Unix seconds
    std::int64_t step = 0;
    std::vector<std::pair<std::string, double>> scalars;     // tag, value
    std::vector<std::pair<std::string, std::string>> texts;  // tag, text (TensorBoard shows it as Markdown)
};

// CRC-32C (Castagnoli), rotated and offset as TFRecord wants it.
std::uint32_t maskedCrc32c(std::string_view bytes);

// The record that a file starts with, and one event as a record. Scalars are written as "simple_value", which is a
// float32: seven digits. (Every reader knows it; CSV keeps all digits.)
std::string tensorBoardHeader(double wallTime);
std::string tensorBoardRecord(const TensorBoardEvent& event);

struct TensorBoardFileResult {
    std::int64_t records = 0;
    std::int64_t skipped = 0;  // values that are neither scalar nor text: images, histograms …
    bool cutShort = false;     // the last record is not whole: its writer still writes, or died
};

// Gives every event that holds scalars or texts, in the order of the file. Scalars are read as "simple_value" (PyTorch)
// and as tensors (TensorFlow 2). Throws Error that names file and byte where a checksum or the protobuf is wrong.
TensorBoardFileResult readTensorBoardFile(const std::filesystem::path& path,
                                          const std::function<void(const TensorBoardEvent&)>& take);

}  // namespace tritlab
