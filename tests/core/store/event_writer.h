// Writes event files for tests, byte by byte: what PyTorch, tensorboardX and TensorFlow put into them, and what is
// wrong with them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "core/formats/tensorboard.h"

namespace tritlab {

class EventWriter {
public:
    // "" where the file is to name none
    explicit EventWriter(const std::string& version = "brain.Event:2") {
        if (!version.empty()) event({}, field(3, version));
    }

    // Without a step the field is left out, as add_scalar does it.
    EventWriter& scalar(const std::string& tag, std::optional<std::int64_t> step, float value) {
        return event(step, field(5, field(1, field(1, tag) + key(2, 5) + raw(value))));
    }
    EventWriter& sessionStart(std::int64_t step) { return event(step, field(7, number(1, 1))); }
    // Summary.Value's field `which`: 4 image, 5 histogram, 6 audio.
    EventWriter& other(unsigned which, std::int64_t step) {
        return event(step, field(5, field(1, field(1, "other") + field(which, number(1, 3)))));
    }
    // A tensor of strings or numbers of the plugin.
    EventWriter& tensor(const std::string& tag, std::int64_t step, const std::string& proto,
                        const std::string& plugin) {
        return event(step, field(5, field(1, field(1, tag) + field(8, proto) + field(9, field(1, field(1, plugin))))));
    }
    static std::string texts(const std::vector<std::string>& values) {
        std::string proto = number(1, 7) + field(2, field(2, number(1, values.size())));
        for (const std::string& value : values) proto += field(8, value);
        return proto;
    }
    // add_hparams: numbers and texts.
    EventWriter& settings(const std::vector<std::pair<std::string, double>>& numbers,
                          const std::vector<std::pair<std::string, std::string>>& words) {
        std::string info;
        for (const auto& [name, value] : numbers) info += field(1, field(1, name) + field(2, key(2, 1) + raw(value)));
        for (const auto& [name, value] : words) info += field(1, field(1, name) + field(2, field(3, value)));
        const std::string plugin = field(1, "hparams") + field(2, field(3, info));
        return event({}, field(5, field(1, field(1, "_hparams_/session_start_info") + field(9, field(1, plugin)))));
    }
    EventWriter& record(const std::string& payload) {
        starts.push_back(bytes.size());
        const std::string length = raw<std::uint64_t>(payload.size());
        bytes += length + raw(maskedCrc32c(length)) + payload + raw(maskedCrc32c(payload));
        return *this;
    }
    void save(const std::filesystem::path& file) const {
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
    }

    static std::string field(unsigned which, const std::string& content) {
        return key(which, 2) + varint(content.size()) + content;
    }
    static std::string number(unsigned which, std::uint64_t value) { return key(which, 0) + varint(value); }

    std::string bytes;
    std::vector<std::size_t> starts;  // of the records

private:
    template <class T>
    static std::string raw(T value) {
        std::string text(sizeof value, '\0');
        std::memcpy(text.data(), &value, sizeof value);
        return text;
    }
    static std::string varint(std::uint64_t value) {
        std::string text;
        for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
        return text + static_cast<char>(value);
    }
    static std::string key(unsigned which, unsigned wire) { return varint(which << 3U | wire); }
    EventWriter& event(std::optional<std::int64_t> step, const std::string& what) {
        const double time = 1767225600.0 + static_cast<double>(starts.size());
        std::string payload = key(1, 1) + raw(time);
        if (step && *step != 0) payload += number(2, static_cast<std::uint64_t>(*step));
        return record(payload + what);
    }
};

}  // namespace tritlab
