#include "core/formats/tensorboard.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include "core/base/files.h"
#include "core/base/number.h"

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

// DataType of TensorProto.
enum class Element : std::uint64_t {
    Float = 1,
    Double = 2,
    Int32 = 3,
    Uint8 = 4,
    Int16 = 5,
    Int8 = 6,
    String = 7,
    Int64 = 9,
    Bool = 10,
    Bfloat16 = 14,
    Uint16 = 17,
    Half = 19,
    Uint32 = 22,
    Uint64 = 23
};

double halfValue(std::uint64_t bits) {
    const int exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
    double value = exponent == 31  ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                   : exponent == 0 ? std::ldexp(fraction, -24)
                                   : std::ldexp(1024 + fraction, exponent - 25);
    return (bits >> 15 & 1) != 0 ? -value : value;
}

// The bits of one element, as they lie in the file or in a varint, as a number.
double numberOf(Element type, std::uint64_t bits) {
    switch (type) {
        case Element::Float: return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        case Element::Double: return std::bit_cast<double>(bits);
        case Element::Bfloat16:
            return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits & 0xFFFF) << 16));
        case Element::Half: return halfValue(bits);
        case Element::Int32: return static_cast<std::int32_t>(bits);
        case Element::Int16: return static_cast<std::int16_t>(bits);
        case Element::Int8: return static_cast<std::int8_t>(bits);
        case Element::Uint8: return static_cast<std::uint8_t>(bits);
        case Element::Uint16: return static_cast<std::uint16_t>(bits);
        case Element::Uint32: return static_cast<std::uint32_t>(bits);
        case Element::Bool: return bits != 0 ? 1 : 0;
        case Element::Int64: return static_cast<double>(static_cast<std::int64_t>(bits));
        case Element::Uint64: return static_cast<double>(bits);
        case Element::String: break;
    }
    return std::nan("");
}

// Bytes of an element in tensor_content, and the field that holds such elements otherwise; width 0: is no number.
struct ElementForm {
    std::size_t width;
    unsigned field;
};
ElementForm formOf(Element type) {
    switch (type) {
        case Element::Float: return {4, 5};
        case Element::Double: return {8, 6};
        case Element::Int32: return {4, 7};
        case Element::Int16:
        case Element::Uint16: return {2, 7};
        case Element::Int8:
        case Element::Uint8: return {1, 7};
        case Element::Int64: return {8, 10};
        case Element::Bool: return {1, 11};
        case Element::Half:
        case Element::Bfloat16: return {2, 13};
        case Element::Uint32: return {4, 16};
        case Element::Uint64: return {8, 17};
        case Element::String: break;
    }
    return {0, 0};
}

// What a TensorProto holds, where that is one number or texts.
struct TensorElements {
    std::vector<double> numbers;
    std::vector<std::string_view> texts;
    bool single = true;  // its shape is that of one element
};

void addPacked(std::vector<double>& numbers, const ProtoField& field, Element type) {
    if (field.wire != Wire::Bytes) {
        numbers.push_back(numberOf(type, field.integer));
        return;
    }
    const std::size_t width = type == Element::Float ? 4 : type == Element::Double ? 8 : 0;
    if (width == 0)
        for (ProtoReader values(field.bytes); !values.empty();) numbers.push_back(numberOf(type, values.readVarint()));
    for (std::size_t i = 0; width > 0 && i + width <= field.bytes.size(); i += width) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, field.bytes.data() + i, width);
        numbers.push_back(numberOf(type, bits));
    }
}

bool isOneElement(std::string_view shape) {
    for (ProtoReader dimensions(shape); const auto dimension = dimensions.next();) {
        if (dimension->number != 2 || dimension->wire != Wire::Bytes) continue;
        std::uint64_t size = 0;
        for (ProtoReader reader(dimension->bytes); const auto field = reader.next();)
            if (field->number == 1) size = field->integer;
        if (size != 1) return false;
    }
    return true;
}

TensorElements tensor(std::string_view bytes) {
    TensorElements elements;
    auto type = Element{};
    for (ProtoReader reader(bytes); const auto field = reader.next();) {
        if (field->number == 1 && field->wire == Wire::Varint) type = static_cast<Element>(field->integer);
        if (field->number == 2 && field->wire == Wire::Bytes) elements.single = isOneElement(field->bytes);
    }
    const ElementForm form = formOf(type);
    for (ProtoReader reader(bytes); const auto field = reader.next();) {
        if (type == Element::String && field->number == 8) elements.texts.push_back(field->bytes);
        if (form.width == 0) continue;
        if (field->number == form.field) addPacked(elements.numbers, *field, type);
        if (field->number == 4 && field->bytes.size() == form.width) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, field->bytes.data(), form.width);
            elements.numbers.push_back(numberOf(type, bits));
        }
    }
    return elements;
}

// HParamsPluginData: session_start_info 3 with the map hparams 1 of text to Value (number 2, string 3, bool 4).
void readHyperparameters(std::string_view content, TensorBoardEvent& event, std::int64_t& unread) {
    for (ProtoReader data(content); const auto part = data.next();) {
        if (part->number != 3 || part->wire != Wire::Bytes) continue;
        for (ProtoReader info(part->bytes); const auto entry = info.next();) {
            if (entry->number != 1 || entry->wire != Wire::Bytes) continue;
            std::string name;
            std::optional<TensorBoardSetting> setting;
            bool known = true;
            for (ProtoReader pair(entry->bytes); const auto side = pair.next();) {
                if (side->number == 1) name = std::string(side->bytes);
                if (side->number != 2) continue;
                for (ProtoReader value(side->bytes); const auto field = value.next();) {
                    if (field->number == 2) setting = std::bit_cast<double>(field->integer);
                    else if (field->number == 3) setting = std::string(field->bytes);
                    else if (field->number == 4) setting = field->integer != 0;
                    else if (field->number != 1) known = false;  // a list or an object; 1 is null
                }
            }
            if (setting) event.settings.emplace_back(std::move(name), std::move(*setting));
            else if (!known) ++unread;
        }
    }
}

// What a file has told so far, which later events in it mean without saying it again.
struct FileState {
    double version = 0;
    std::map<std::string, std::string, std::less<>> plugins;  // of a tag: writers name it at its first value only
    TensorBoardLeftOut leftOut;
};

// SummaryMetadata: plugin_data 1 with name 1 and content 2.
struct Plugin {
    std::string name;
    std::string_view content;
};
Plugin pluginOf(std::string_view metadata) {
    Plugin plugin;
    for (ProtoReader reader(metadata); const auto field = reader.next();) {
        if (field->number != 1 || field->wire != Wire::Bytes) continue;
        for (ProtoReader data(field->bytes); const auto part = data.next();) {
            if (part->number == 1) plugin.name = std::string(part->bytes);
            if (part->number == 2) plugin.content = part->bytes;
        }
    }
    return plugin;
}

// Summary.Value: tag 1, simple_value 2, image 4, histogram 5 (3 in old files), audio 6, node name 7 (instead of a tag
// in old files), tensor 8, metadata 9.
void readValue(std::string_view bytes, FileState& state, TensorBoardEvent& event) {
    std::string tag, node;
    std::optional<double> number;
    std::optional<TensorElements> elements;
    Plugin plugin;
    std::int64_t* unread = nullptr;
    for (ProtoReader reader(bytes); const auto field = reader.next();) {
        switch (field->number) {
            case 1: tag = std::string(field->bytes); break;
            case 2:
                if (field->wire == Wire::Fixed32)
                    number = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(field->integer)));
                break;
            case 3:
            case 5: unread = &state.leftOut.histograms; break;
            case 4: unread = &state.leftOut.images; break;
            case 6: unread = &state.leftOut.audio; break;
            case 7: node = std::string(field->bytes); break;
            case 8: elements = tensor(field->bytes); break;
            case 9: plugin = pluginOf(field->bytes); break;
            default: break;
        }
    }
    if (tag.empty()) tag = node;
    event.tags.push_back(tag);
    if (!plugin.name.empty()) state.plugins.try_emplace(tag, plugin.name);
    const auto named = state.plugins.find(tag);
    const std::string_view kind = named == state.plugins.end() ? std::string_view() : named->second;
    if (kind == "hparams") {
        readHyperparameters(plugin.content, event, state.leftOut.other);
        return;
    }
    if (elements && (kind.empty() || kind == "scalars") && elements->single && elements->numbers.size() == 1)
        number = elements->numbers.front();
    const bool isText = elements && (kind.empty() || kind == "text") && !elements->texts.empty();
    if (number && !tag.empty()) {
        event.scalars.emplace_back(tag, *number);
    } else if (isText && !tag.empty()) {
        event.texts.emplace_back(tag, std::string(elements->texts.front()));
    } else {
        if (kind == "histograms") unread = &state.leftOut.histograms;
        if (kind == "images") unread = &state.leftOut.images;
        if (kind == "audio") unread = &state.leftOut.audio;
        ++(unread != nullptr ? *unread : state.leftOut.other);
    }
}

double versionNumber(std::string_view text) {
    constexpr std::string_view mark = "brain.Event:";
    if (const auto at = text.rfind(mark); at != std::string_view::npos) text.remove_prefix(at + mark.size());
    return parseReal(text).value_or(-1);
}

// Event: wall_time 1 (double), step 2, file_version 3, summary 5 with Values 1, session_log 7 with status 1 (1: START).
TensorBoardEvent readEvent(std::string_view bytes, FileState& state, bool& given) {
    TensorBoardEvent event;
    given = false;
    for (ProtoReader reader(bytes); const auto field = reader.next();) {
        if (field->number == 1 && field->wire == Wire::Fixed64) event.wallTime = std::bit_cast<double>(field->integer);
        if (field->number == 2 && field->wire == Wire::Varint) event.step = static_cast<std::int64_t>(field->integer);
        if (field->wire != Wire::Bytes) continue;
        if (field->number == 3) state.version = versionNumber(field->bytes);
        if (field->number == 5) {
            given = true;
            for (ProtoReader summary(field->bytes); const auto value = summary.next();)
                if (value->number == 1 && value->wire == Wire::Bytes) readValue(value->bytes, state, event);
        }
        if (field->number == 7)
            for (ProtoReader log(field->bytes); const auto part = log.next();)
                if (part->number == 1 && part->wire == Wire::Varint) event.sessionStart = part->integer == 1;
    }
    event.fileVersion = state.version;
    given = given || event.sessionStart;
    return event;
}

std::string record(std::string_view bytes) {
    const std::string length = bytesOf<std::uint64_t>(bytes.size());
    return length + bytesOf(maskedCrc32c(length)) + std::string(bytes) + bytesOf(maskedCrc32c(bytes));
}

// The records of a file, by where they begin.
class Records {
public:
    explicit Records(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    // The record's length has its checksum.
    [[nodiscard]] bool isHeader(std::size_t at) const {
        const std::string_view rest = bytes_.substr(at);
        return rest.size() >= headerSize && valueOf<std::uint32_t>(rest.substr(8)) == maskedCrc32c(rest.substr(0, 8));
    }
    // Where a record ends by its length; beyond the file where it is not whole.
    [[nodiscard]] std::size_t after(std::size_t at) const {
        const auto length = valueOf<std::uint64_t>(bytes_.substr(at));
        return length > bytes_.size() ? std::string_view::npos : at + headerSize + length + 4;
    }
    // What a record holds, if its bytes have their checksum. (That of the length says where the next one begins: where
    // it alone is damaged, the bytes tell that the length is right.)
    [[nodiscard]] std::optional<std::string_view> payload(std::size_t at) const {
        if (bytes_.size() - at < headerSize + 4 || after(at) > bytes_.size()) return std::nullopt;
        const std::string_view held = bytes_.substr(at + headerSize, after(at) - at - headerSize - 4);
        if (valueOf<std::uint32_t>(bytes_.substr(after(at) - 4)) != maskedCrc32c(held)) return std::nullopt;
        return held;
    }
    // Where the file can be read again behind a record that cannot: the record that follows it by its length, or else
    // the next place at which a length and its bytes have their checksums. The file's size: nowhere.
    [[nodiscard]] std::size_t nextSound(std::size_t at) const {
        if (isHeader(at) && (after(at) == size() || (after(at) < size() && isHeader(after(at))))) return after(at);
        for (std::size_t next = at + 1; next < size(); ++next)
            if (isHeader(next) && payload(next)) return next;
        return size();
    }
    // The file ends before the record that begins here does.
    [[nodiscard]] bool isCut(std::size_t at) const {
        return size() - at < headerSize || (isHeader(at) && after(at) > size());
    }

private:
    static constexpr std::size_t headerSize = 12;
    std::string_view bytes_;
};

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
    const Records all({reinterpret_cast<const char*>(file.bytes().data()), file.size()});
    TensorBoardFileResult result;
    FileState state;
    std::size_t at = 0;
    // Adjoining stretches are told as one.
    const auto damaged = [&](std::size_t bytes, std::int64_t records, const char* what) {
        if (!result.damage.empty() && result.damage.back().byte + result.damage.back().bytes == at) {
            TensorBoardDamage& last = result.damage.back();
            last.records = last.records > 0 && records > 0 ? last.records + records : 0;
            last.bytes += bytes;
            return;
        }
        result.damage.push_back({at, bytes, records, what});
    };
    while (at < all.size()) {
        const auto bytes = all.payload(at);
        if (!bytes) {
            const std::size_t next = all.nextSound(at);
            if (next == all.size() && all.isCut(at)) {
                result.cutShort = true;
                break;
            }
            const bool one = all.isHeader(at) && all.after(at) == next;
            damaged(next - at, one ? 1 : 0, one ? "a record has a wrong checksum" : "no record can be read");
            at = next;
            continue;
        }
        const TensorBoardLeftOut before = state.leftOut;
        try {
            bool given = false;
            const TensorBoardEvent event = readEvent(*bytes, state, given);
            ++result.records;
            if (given) take(event);
        } catch (const Malformed&) {
            state.leftOut = before;
            damaged(16 + bytes->size(), 1, "a record is no event");
        }
        at += 16 + bytes->size();
    }
    result.leftOut = state.leftOut;
    return result;
}

}  // namespace tritlab
