#include "core/formats/gguf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <type_traits>

#include "core/base/error.h"
#include "core/base/written_file.h"

namespace tritlab {
namespace {

constexpr std::array<char, 4> magic{'G', 'G', 'U', 'F'};
constexpr std::uint32_t version = 3;
constexpr std::uint32_t defaultAlignment = 32;
constexpr std::size_t maxDimensions = 4;
constexpr const char* alignmentKey = "general.alignment";
constexpr std::uint32_t arrayType = 9;

struct TypeInfo {
    GgmlType type;
    const char* name;
    GgmlBlock block;
    std::int64_t tail = 0;  // bytes behind a tensor's blocks
};
constexpr std::array<TypeInfo, 18> types{{{GgmlType::F32, "F32", {1, 4}},
                                          {GgmlType::F16, "F16", {1, 2}},
                                          {GgmlType::BF16, "BF16", {1, 2}},
                                          {GgmlType::Q4_0, "Q4_0", {32, 18}},
                                          {GgmlType::Q4_1, "Q4_1", {32, 20}},
                                          {GgmlType::Q5_0, "Q5_0", {32, 22}},
                                          {GgmlType::Q5_1, "Q5_1", {32, 24}},
                                          {GgmlType::Q8_0, "Q8_0", {32, 34}},
                                          {GgmlType::IQ4_NL, "IQ4_NL", {32, 18}},
                                          {GgmlType::Q2_0, "Q2_0", {64, 18}},
                                          {GgmlType::Q2_K, "Q2_K", {256, 84}},
                                          {GgmlType::Q3_K, "Q3_K", {256, 110}},
                                          {GgmlType::Q4_K, "Q4_K", {256, 144}},
                                          {GgmlType::Q5_K, "Q5_K", {256, 176}},
                                          {GgmlType::Q6_K, "Q6_K", {256, 210}},
                                          {GgmlType::TQ1_0, "TQ1_0", {256, 54}},
                                          {GgmlType::TQ2_0, "TQ2_0", {256, 66}},
                                          {GgmlType::I2_S, "I2_S", {128, 32}, 32}}};

const TypeInfo* infoOf(std::uint32_t type) {
    for (const TypeInfo& info : types)
        if (static_cast<std::uint32_t>(info.type) == type) return &info;
    return nullptr;
}
const TypeInfo& infoOf(GgmlType type) { return *infoOf(static_cast<std::uint32_t>(type)); }

// Of types that are not read: so that a refusal can name them.
std::string foreignTypeName(std::uint32_t type) {
    constexpr std::array<std::pair<std::uint32_t, const char*>, 16> names{{{9, "Q8_1"},
                                                                           {15, "Q8_K"},
                                                                           {16, "IQ2_XXS"},
                                                                           {17, "IQ2_XS"},
                                                                           {18, "IQ3_XXS"},
                                                                           {19, "IQ1_S"},
                                                                           {21, "IQ3_S"},
                                                                           {22, "IQ2_S"},
                                                                           {23, "IQ4_XS"},
                                                                           {28, "F64"},
                                                                           {29, "IQ1_M"},
                                                                           {37, "I8_S"},
                                                                           {38, "TL1"},
                                                                           {39, "MXFP4 (TL2 to bitnet.cpp)"},
                                                                           {40, "NVFP4"},
                                                                           {41, "Q1_0"}}};
    for (const auto& [number, name] : names)
        if (number == type) return name;
    return "number " + std::to_string(type);
}

[[noreturn]] void broken(const std::filesystem::path& path, const std::string& what) {
    throw Error(what, path.string(), "The file is damaged or no GGUF file: copy or download it again");
}

// Reads forward through the file and never beyond its end.
class Cursor {
public:
    Cursor(std::span<const std::byte> bytes, const std::filesystem::path& path) : bytes_(bytes), path_(path) {}

    template <class T>
    T number(const std::string& what) {
        T value;
        std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
        return value;
    }
    std::string text(const std::string& what) {
        const auto length = number<std::uint64_t>(what);
        const auto part = take(length, what);
        return {reinterpret_cast<const char*>(part.data()), part.size()};
    }
    [[nodiscard]] std::uint64_t left() const { return bytes_.size() - at_; }
    [[nodiscard]] std::uint64_t at() const { return at_; }
    [[noreturn]] void fail(const std::string& what) const { broken(path_, what); }

private:
    std::span<const std::byte> take(std::uint64_t size, const std::string& what) {
        if (size > left())
            fail("ends within " + what + ": " + std::to_string(size) + " bytes are due at byte " + std::to_string(at_) +
                 ", " + std::to_string(left()) + " are there");
        const auto part = bytes_.subspan(at_, size);
        at_ += size;
        return part;
    }
    std::span<const std::byte> bytes_;
    const std::filesystem::path& path_;
    std::size_t at_ = 0;
};

template <class T>
T readOne(Cursor& cursor, const std::string& what) {
    if constexpr (std::is_same_v<T, std::string>) {
        return cursor.text(what);
    } else if constexpr (std::is_same_v<T, bool>) {
        const auto byte = cursor.number<std::uint8_t>(what);
        if (byte > 1) cursor.fail(what + " is neither true nor false");
        return byte == 1;
    } else {
        return cursor.number<T>(what);
    }
}

template <std::size_t I = 0>
GgufArray readArray(Cursor& cursor, std::uint32_t type, const std::string& what) {
    using Values = decltype(GgufArray::values);
    if constexpr (I == std::variant_size_v<Values>) {
        cursor.fail(what + " is a list of the unknown type " + std::to_string(type));
    } else if constexpr (I == arrayType) {
        if (type == I) cursor.fail(what + " is a list of lists, which no model has");
        return readArray<I + 1>(cursor, type, what);
    } else {
        if (type != I) return readArray<I + 1>(cursor, type, what);
        using T = typename std::variant_alternative_t<I, Values>::value_type;
        constexpr std::uint64_t min = std::is_same_v<T, std::string> ? sizeof(std::uint64_t) : sizeof(T);
        const auto count = cursor.number<std::uint64_t>(what);
        if (count > cursor.left() / min)
            cursor.fail(what + " is a list of " + std::to_string(count) + " values, for which the file is too short");
        std::vector<T> values;
        for (std::uint64_t i = 0; i < count; ++i) values.push_back(readOne<T>(cursor, what));
        return {Values(std::in_place_index<I>, std::move(values))};
    }
}

template <std::size_t I = 0>
GgufValue readValue(Cursor& cursor, std::uint32_t type, const std::string& what) {
    if constexpr (I == std::variant_size_v<GgufValue>) {
        cursor.fail(what + " is of the unknown type " + std::to_string(type));
    } else {
        if (type != I) return readValue<I + 1>(cursor, type, what);
        using T = std::variant_alternative_t<I, GgufValue>;
        if constexpr (std::is_same_v<T, GgufArray>)
            return GgufValue(std::in_place_index<I>, readArray(cursor, cursor.number<std::uint32_t>(what), what));
        else return GgufValue(std::in_place_index<I>, readOne<T>(cursor, what));
    }
}

struct TensorPlace {
    std::string name;
    GgufTensor tensor;
    std::uint64_t offset = 0, bytes = 0;
};

TensorPlace readInfo(Cursor& cursor, std::uint64_t fileBytes, const std::filesystem::path& path) {
    TensorPlace place;
    place.name = cursor.text("a tensor's name");
    const std::string what = "tensor " + place.name;
    const auto dimensions = cursor.number<std::uint32_t>(what);
    if (dimensions < 1 || dimensions > maxDimensions)
        cursor.fail(what + " has " + std::to_string(dimensions) + " dimensions, not 1 to " +
                    std::to_string(maxDimensions));
    std::uint64_t count = 1;
    for (std::uint32_t i = 0; i < dimensions; ++i) {
        const auto length = cursor.number<std::uint64_t>(what);
        if (length == 0) cursor.fail(what + " has no elements");
        // A byte holds at most five weights.
        if (length > 8 * fileBytes || count > 8 * fileBytes / length) cursor.fail(what + " is larger than the file");
        count *= length;
        place.tensor.shape.insert(place.tensor.shape.begin(), static_cast<std::int64_t>(length));
    }
    const auto type = cursor.number<std::uint32_t>(what);
    const TypeInfo* info = infoOf(type);
    if (info == nullptr)
        throw Error(
            what + " is of type " + foreignTypeName(type) + ", which this program does not read", path.string(),
            "Take the model in F16, BF16, Q8_0, another of the types Q2_K to Q6_K, or a ternary one (TQ2_0, I2_S)");
    place.tensor.type = info->type;
    const auto divided = info->tail != 0 ? static_cast<std::int64_t>(count) : place.tensor.shape.back();
    if (divided % info->block.weights != 0)
        cursor.fail(what + " has rows of " + std::to_string(place.tensor.shape.back()) + " weights: type " +
                    info->name + " needs a multiple of " + std::to_string(info->block.weights));
    place.offset = cursor.number<std::uint64_t>(what);
    place.bytes = static_cast<std::uint64_t>(ggmlBytes(info->type, static_cast<std::int64_t>(count)));
    return place;
}

void append(std::string& out, const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); }

template <class T>
void appendOne(std::string& out, const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        appendOne(out, std::uint64_t{value.size()});
        out += value;
    } else if constexpr (std::is_same_v<T, bool>) {
        out += static_cast<char>(value ? 1 : 0);
    } else {
        append(out, &value, sizeof value);
    }
}

void appendValue(std::string& out, const GgufValue& value) {
    appendOne(out, static_cast<std::uint32_t>(value.index()));
    std::visit(
        [&out](const auto& each) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(each)>, GgufArray>) {
                appendOne(out, each);
            } else {
                appendOne(out, static_cast<std::uint32_t>(each.values.index()));
                std::visit(
                    [&out](const auto& values) {
                        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::monostate>) {
                            throw Error("a list of lists cannot be written to GGUF");
                        } else {
                            using T = typename std::decay_t<decltype(values)>::value_type;
                            appendOne(out, std::uint64_t{values.size()});
                            for (std::size_t i = 0; i < values.size(); ++i) appendOne<T>(out, values[i]);
                        }
                    },
                    each.values);
            }
        },
        value);
}

// The number that a person writes for this float: 1e-5, and not the 9.99999974738e-06 that is nearest to it.
double shortest(float value) {
    if (!std::isfinite(value)) return static_cast<double>(value);
    std::array<char, 32> text{};
    double number = 0;
    std::from_chars(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr, number);
    return number;
}

std::uint64_t padded(std::uint64_t size) { return (size + defaultAlignment - 1) / defaultAlignment * defaultAlignment; }

}  // namespace

const char* ggmlTypeName(GgmlType type) { return infoOf(type).name; }
GgmlBlock ggmlBlock(GgmlType type) { return infoOf(type).block; }
std::int64_t ggmlBytes(GgmlType type, std::int64_t weights) {
    const TypeInfo& info = infoOf(type);
    return weights / info.block.weights * info.block.bytes + info.tail;
}

bool holdsGguf(const std::filesystem::path& path) {
    std::array<char, magic.size()> start{};
    std::ifstream(path, std::ios::binary).read(start.data(), start.size());
    return start == magic;
}

GgufFile::GgufFile(const std::filesystem::path& path) : path_(path), file_(path) {
    static_assert(std::endian::native == std::endian::little, "the format is little-endian");
    const auto bytes = file_.bytes();
    if (bytes.size() < magic.size() || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
        broken(path, "does not begin with GGUF");
    Cursor cursor(bytes.subspan(magic.size()), path);
    const auto fileVersion = cursor.number<std::uint32_t>("the header");
    if (fileVersion != version && fileVersion != 2)  // 2 is laid out the same way
        throw Error("is GGUF of version " + std::to_string(fileVersion) + " or of another byte order", path.string(),
                    "Versions 2 and 3, little-endian, are read: convert the model anew");
    const auto tensorCount = cursor.number<std::uint64_t>("the header"),
               valueCount = cursor.number<std::uint64_t>("the header");
    for (std::uint64_t i = 0; i < valueCount; ++i) {
        const std::string key = cursor.text("a key of the metadata");
        const auto type = cursor.number<std::uint32_t>("key " + key);
        if (!metadata_.emplace(key, readValue(cursor, type, "key " + key)).second)
            broken(path, "has the key " + key + " twice");
    }
    std::vector<TensorPlace> places;
    for (std::uint64_t i = 0; i < tensorCount; ++i) places.push_back(readInfo(cursor, bytes.size(), path));
    const std::int64_t alignment = integer(alignmentKey).value_or(defaultAlignment);
    if (alignment < 1 || alignment > (1 << 20) || (alignment & (alignment - 1)) != 0)
        broken(path, std::string(alignmentKey) + " is " + std::to_string(alignment) + ", not a power of two");
    const auto step = static_cast<std::uint64_t>(alignment);
    const std::uint64_t start = (cursor.at() + magic.size() + step - 1) / step * step;
    const std::uint64_t room = start < bytes.size() ? bytes.size() - start : 0;
    for (TensorPlace& place : places) {
        if (place.offset % step != 0)
            broken(path, "tensor " + place.name + " begins at no multiple of " + std::to_string(alignment));
        if (place.offset > room || place.bytes > room - place.offset)
            broken(path, "tensor " + place.name + " needs " + std::to_string(place.bytes) + " bytes at " +
                             std::to_string(place.offset) + ", of which the file holds " +
                             std::to_string(place.offset < room ? room - place.offset : 0));
        place.tensor.bytes = bytes.subspan(start + place.offset, place.bytes);
        if (!tensors_.emplace(place.name, place.tensor).second) broken(path, "has tensor " + place.name + " twice");
    }
    // Forks give numbers of types another layout (groups of 128 under Q2_0's): then tensors are not as long as thought.
    std::ranges::sort(places, {}, &TensorPlace::offset);
    for (std::size_t i = 1; i < places.size(); ++i)
        if (places[i - 1].offset + places[i - 1].bytes > places[i].offset)
            broken(path, "tensor " + places[i - 1].name + " of the type " + ggmlTypeName(places[i - 1].tensor.type) +
                             " would reach into tensor " + places[i].name +
                             ": the file is damaged, or another program gives this type's number another layout");
}

const GgufTensor* GgufFile::find(const std::string& tensor) const {
    const auto found = tensors_.find(tensor);
    return found == tensors_.end() ? nullptr : &found->second;
}

void GgufFile::wrongKind(const std::string& key) const {
    throw Error("key " + key + " has a value of another kind than it should have", path_.string(),
                "The file is damaged or of another program's making: convert the model anew");
}

std::optional<std::int64_t> GgufFile::integer(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) return std::nullopt;
    return std::visit(
        [&](const auto& value) -> std::int64_t {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
                if (std::is_same_v<T, std::uint64_t> &&
                    static_cast<std::uint64_t>(value) > std::numeric_limits<std::int64_t>::max())
                    wrongKind(key);
                return static_cast<std::int64_t>(value);
            } else {
                wrongKind(key);
            }
        },
        found->second);
}

std::optional<double> GgufFile::real(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) return std::nullopt;
    if (const auto* value = std::get_if<float>(&found->second)) return shortest(*value);
    if (const auto* value = std::get_if<double>(&found->second)) return *value;
    return static_cast<double>(*integer(key));
}

std::optional<bool> GgufFile::flag(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) return std::nullopt;
    if (const auto* value = std::get_if<bool>(&found->second)) return *value;
    wrongKind(key);
}

std::optional<std::string> GgufFile::text(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) return std::nullopt;
    if (const auto* value = std::get_if<std::string>(&found->second)) return *value;
    wrongKind(key);
}

void writeGguf(const std::filesystem::path& path, const GgufEntries& metadata,
               const std::vector<GgufTensorToWrite>& tensors) {
    std::string head(magic.data(), magic.size());
    appendOne(head, version);
    appendOne(head, std::uint64_t{tensors.size()});
    appendOne(head, std::uint64_t{metadata.size()});
    for (const auto& [key, value] : metadata) {
        appendOne(head, key);
        appendValue(head, value);
    }
    std::uint64_t offset = 0;
    std::vector<std::uint64_t> sizes;
    for (const GgufTensorToWrite& tensor : tensors) {
        appendOne(head, tensor.name);
        appendOne(head, static_cast<std::uint32_t>(tensor.shape.size()));
        std::int64_t count = 1;
        for (auto length = tensor.shape.rbegin(); length != tensor.shape.rend(); ++length) {
            appendOne(head, static_cast<std::uint64_t>(*length));
            count *= *length;
        }
        appendOne(head, static_cast<std::uint32_t>(tensor.type));
        appendOne(head, offset);
        sizes.push_back(static_cast<std::uint64_t>(ggmlBytes(tensor.type, count)));
        offset += padded(sizes.back());
    }
    head.resize(padded(head.size()), '\0');
    writeFileAtomically(path, [&](OutputFile& file) {
        const std::string zeros(defaultAlignment, '\0');
        file.write(head.data(), head.size());
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const std::vector<std::uint8_t> bytes = tensors[i].bytes();
            if (bytes.size() != sizes[i])
                throw Error("tensor " + tensors[i].name + " came as " + std::to_string(bytes.size()) + " bytes, not " +
                                std::to_string(sizes[i]),
                            path.string(), {}, ErrorKind::Failed);
            file.write(bytes.data(), bytes.size());
            file.write(zeros.data(), padded(bytes.size()) - bytes.size());
        }
    });
}

}  // namespace tritlab
