#include "core/formats/tensorboard.h"

#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"

namespace tritlab {
namespace {

// Reflected polynomial 0x1EDC6F41.
constexpr std::array<std::uint32_t, 256> crcTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? (value >> 1) ^ 0x82F63B78U : value >> 1;
        table[i] = value;
    }
    return table;
}();

static_assert(std::endian::native == std::endian::little, "event files are little-endian");

template <class T>
std::string bytesOf(T value) {
    std::string text(sizeof value, '\0');
    std::memcpy(text.data(), &value, sizeof value);
    return text;
}

template <class T>
T valueOf(std::string_view bytes) {
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// Protobuf, as far as an Event needs it.
enum class Wire : unsigned { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

std::string varint(std::uint64_t value) {
    std::string text;
    for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
    return text + static_cast<char>(value);
}
std::string key(unsigned field, Wire wire) { return varint(field << 3U | static_cast<unsigned>(wire)); }
std::string bytesField(unsigned field, std::string_view bytes) {
    return key(field, Wire::Bytes) + varint(bytes.size()) + std::string(bytes);
}

struct Malformed {};  // turned into an Error that knows file and byte

struct ProtoField {
    unsigned number = 0;
    Wire wire = Wire::Varint;
    std::uint64_t integer = 0;  // Varint, Fixed64, Fixed32: the bits
    std::string_view bytes;     // Bytes
};

class ProtoReader {
public:
    explicit ProtoReader(std::string_view text) : text_(text) {}
    std::optional<ProtoField> next() {
        if (text_.empty()) return std::nullopt;
        const std::uint64_t head = readVarint();
        ProtoField field;
        field.number = static_cast<unsigned>(head >> 3);
        if (field.number == 0 || head >> 32 != 0) throw Malformed();
        field.wire = static_cast<Wire>(head & 7);
        switch (field.wire) {
            case Wire::Varint: field.integer = readVarint(); break;
            case Wire::Fixed64: field.integer = valueOf<std::uint64_t>(take(8)); break;
            case Wire::Fixed32: field.integer = valueOf<std::uint32_t>(take(4)); break;
            case Wire::Bytes: field.bytes = take(readVarint()); break;
            default: throw Malformed();
        }
        return field;
    }
    std::uint64_t readVarint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1).front());
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        throw Malformed();
    }
    [[nodiscard]] bool empty() const { return text_.empty(); }

private:
    std::string_view take(std::uint64_t size) {
        if (size > text_.size()) throw Malformed();
        const std::string_view part = text_.substr(0, size);
        text_.remove_prefix(size);
        return part;
    }
    std::string_view text_;
};

// TensorProto of one element: a number, or a text. DataType: 1 float, 2 double, 3 int32, 7 string, 9 int64.
struct TensorElement {
    std::vector<double> numbers;
    std::vector<std::string_view> texts;
};

void addPacked(std::vector<double>& numbers, const ProtoField& field, std::uint64_t type) {
    if (field.wire != Wire::Bytes) {
        if (type == 1)
            numbers.push_back(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(field.integer))));
        else if (type == 2) numbers.push_back(std::bit_cast<double>(field.integer));
        else numbers.push_back(static_cast<double>(static_cast<std::int64_t>(field.integer)));
        return;
    }
    if (type == 1)
        for (std::size_t i = 0; i + 4 <= field.bytes.size(); i += 4)
            numbers.push_back(static_cast<double>(valueOf<float>(field.bytes.substr(i))));
    else if (type == 2)
        for (std::size_t i = 0; i + 8 <= field.bytes.size(); i += 8)
            numbers.push_back(valueOf<double>(field.bytes.substr(i)));
    else
        for (ProtoReader values(field.bytes); !values.empty();)
            numbers.push_back(static_cast<double>(static_cast<std::int64_t>(values.readVarint())));
}

void addContent(std::vector<double>& numbers, std::string_view content, std::uint64_t type) {
    const std::size_t width = type == 1 || type == 3 ? 4 : 8;
    if (content.size() != width) return;  // not one element
    if (type == 1) numbers.push_back(static_cast<double>(valueOf<float>(content)));
    if (type == 2) numbers.push_back(valueOf<double>(content));
    if (type == 3) numbers.push_back(valueOf<std::int32_t>(content));
    if (type == 9) numbers.push_back(static_cast<double>(valueOf<std::int64_t>(content)));
}

TensorElement tensor(std::string_view bytes) {
    std::uint64_t type = 0;
    for (ProtoReader reader(bytes); const auto field = reader.next();)
        if (field->number == 1) type = field->integer;
    TensorElement element;
    for (ProtoReader reader(bytes); const auto field = reader.next();) {
        if (field->number == 4) addContent(element.numbers, field->bytes, type);
        if (field->number == 8 && type == 7) element.texts.push_back(field->bytes);
        const bool ofType = (field->number == 5 && type == 1) || (field->number == 6 && type == 2) ||
                            (field->number == 7 && type == 3) || (field->number == 10 && type == 9);
        if (ofType) addPacked(element.numbers, *field, type);
    }
    return element;
}

// Summary.Value: tag 1, simple_value 2, tensor 8.
bool readValue(std::string_view bytes, TensorBoardEvent& event) {
    std::string tag;
    std::optional<double> number;
    std::optional<std::string> text;
    for (ProtoReader reader(bytes); const auto field = reader.next();) {
        if (field->number == 1) tag = std::string(field->bytes);
        if (field->number == 2 && field->wire == Wire::Fixed32)
            number = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(field->integer)));
        if (field->number == 8) {
            const TensorElement element = tensor(field->bytes);
            if (element.numbers.size() == 1) number = element.numbers.front();
            if (!element.texts.empty()) text = std::string(element.texts.front());
        }
    }
    if (tag.empty()) return false;
    if (number) event.scalars.emplace_back(tag, *number);
    else if (text) event.texts.emplace_back(tag, *text);
    return number || text;
}

// Event: wall_time 1 (double), step 2, summary 5 with Values 1.
TensorBoardEvent readEvent(std::string_view bytes, std::int64_t& skipped) {
    TensorBoardEvent event;
    for (ProtoReader reader(bytes); const auto field = reader.next();) {
        if (field->number == 1 && field->wire == Wire::Fixed64) event.wallTime = std::bit_cast<double>(field->integer);
        if (field->number == 2 && field->wire == Wire::Varint) event.step = static_cast<std::int64_t>(field->integer);
        if (field->number != 5 || field->wire != Wire::Bytes) continue;
        for (ProtoReader summary(field->bytes); const auto value = summary.next();)
            if (value->number == 1 && value->wire == Wire::Bytes && !readValue(value->bytes, event)) ++skipped;
    }
    return event;
}

std::string record(std::string_view bytes) {
    const std::string length = bytesOf<std::uint64_t>(bytes.size());
    return length + bytesOf(maskedCrc32c(length)) + std::string(bytes) + bytesOf(maskedCrc32c(bytes));
}

}  // namespace

std::uint32_t maskedCrc32c(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) crc = crcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8);
    crc ^= 0xFFFFFFFFU;
    return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

std::string tensorBoardHeader(double wallTime) {
    return record(key(1, Wire::Fixed64) + bytesOf(wallTime) + bytesField(3, "brain.Event:2"));
}

std::string tensorBoardRecord(const TensorBoardEvent& event) {
    std::string summary;
    for (const auto& [tag, value] : event.scalars)
        summary += bytesField(1, bytesField(1, tag) + key(2, Wire::Fixed32) + bytesOf(static_cast<float>(value)));
    for (const auto& [tag, text] : event.texts) {
        // one dimension of size 1
        const std::string shape = bytesField(2, bytesField(2, key(1, Wire::Varint) + varint(1)));
        const std::string tensorBytes = key(1, Wire::Varint) + varint(7) + shape + bytesField(8, text);
        summary += bytesField(
            1, bytesField(1, tag) + bytesField(8, tensorBytes) + bytesField(9, bytesField(1, bytesField(1, "text"))));
    }
    return record(key(1, Wire::Fixed64) + bytesOf(event.wallTime) + key(2, Wire::Varint) +
                  varint(static_cast<std::uint64_t>(event.step)) + bytesField(5, summary));
}

TensorBoardFileResult readTensorBoardFile(const std::filesystem::path& path,
                                          const std::function<void(const TensorBoardEvent&)>& take) {
    const MappedFile file(path);
    const std::string_view all(reinterpret_cast<const char*>(file.bytes().data()), file.size());
    TensorBoardFileResult result;
    std::size_t at = 0;
    const auto fail = [&](const char* what) {
        throw Error(what, path.string() + ", byte " + std::to_string(at),
                    "The file is damaged or no TensorBoard event file: leave it out");
    };
    while (at < all.size()) {
        const std::string_view rest = all.substr(at);
        if (rest.size() < 12) {
            result.cutShort = true;
            break;
        }
        if (valueOf<std::uint32_t>(rest.substr(8)) != maskedCrc32c(rest.substr(0, 8)))
            fail("a record's length has a wrong checksum");
        const auto length = valueOf<std::uint64_t>(rest);
        if (length > rest.size() - 12 || rest.size() - 12 - length < 4) {
            result.cutShort = true;
            break;
        }
        const std::string_view bytes = rest.substr(12, length);
        if (valueOf<std::uint32_t>(rest.substr(12 + length)) != maskedCrc32c(bytes))
            fail("a record has a wrong checksum");
        try {
            const TensorBoardEvent event = readEvent(bytes, result.skipped);
            if (!event.scalars.empty() || !event.texts.empty()) take(event);
        } catch (const Malformed&) {
            fail("a record is no event");
        }
        ++result.records;
        at += 16 + length;
    }
    return result;
}

}  // namespace tritlab
