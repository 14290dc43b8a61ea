#include "core/formats/safetensors.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace tritlab {
namespace {

using nlohmann::json;
constexpr std::uint64_t headerLimit = 100'000'000;  // the format's own cap on its JSON

struct TypeInfo {
    DType type;
    const char* name;
    std::size_t size;
};
constexpr std::array<TypeInfo, 10> types{{{DType::F32, "F32", 4},
                                          {DType::F16, "F16", 2},
                                          {DType::BF16, "BF16", 2},
                                          {DType::I64, "I64", 8},
                                          {DType::I32, "I32", 4},
                                          {DType::I16, "I16", 2},
                                          {DType::I8, "I8", 1},
                                          {DType::U8, "U8", 1},
                                          {DType::Bool, "BOOL", 1},
                                          {DType::F64, "F64", 8}}};

const TypeInfo& info(DType type) {
    for (const TypeInfo& entry : types)
        if (entry.type == type) return entry;
    throw Error("unknown tensor type");
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

[[noreturn]] void broken(const std::filesystem::path& path, const std::string& what) {
    throw Error(what, path.string(), "The file is damaged or no safetensors file: copy or download it again");
}

// Elements of a shape read from a file; throws where it is negative or larger than could lie in `most` bytes.
std::uint64_t checkedCount(const std::vector<std::int64_t>& shape, std::uint64_t max, const std::filesystem::path& path,
                           const std::string& name) {
    std::uint64_t count = 1;
    for (const std::int64_t size : shape) {
        if (size < 0) broken(path, "tensor " + name + " has a negative size");
        if (size != 0 && count > max / static_cast<std::uint64_t>(size))
            broken(path, "tensor " + name + " is larger than the file");
        count *= static_cast<std::uint64_t>(size);
    }
    return count;
}

TensorView readEntry(const json& entry, const std::string& name, std::span<const std::byte> data,
                     const std::filesystem::path& path) {
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() || !entry.contains("shape") ||
        !entry["shape"].is_array() || !entry.contains("data_offsets") || !entry["data_offsets"].is_array() ||
        entry["data_offsets"].size() != 2)
        broken(path, "tensor " + name + " has no dtype, shape and data_offsets");
    TensorView view;
    const auto typeName = entry["dtype"].get<std::string>();
    const TypeInfo* type = nullptr;
    for (const TypeInfo& known : types)
        if (typeName == known.name) type = &known;
    if (type == nullptr)
        broken(path, "tensor " + name + " is of type " + typeName + ", which this program does not read");
    view.type = type->type;
    for (const json& size : entry["shape"]) {
        if (!size.is_number_integer()) broken(path, "tensor " + name + " has a shape that is no list of integers");
        view.shape.push_back(size.get<std::int64_t>());
    }
    for (const json& offset : entry["data_offsets"])
        if (!offset.is_number_unsigned()) broken(path, "tensor " + name + " has offsets that are no positive integers");
    const auto begin = entry["data_offsets"][0].get<std::uint64_t>(),
               end = entry["data_offsets"][1].get<std::uint64_t>();
    if (begin > end || end > data.size())
        broken(path, "tensor " + name + " ends at byte " + std::to_string(end) + ", the file holds " +
                         std::to_string(data.size()));
    if (checkedCount(view.shape, data.size(), path, name) * type->size != end - begin)
        broken(path, "tensor " + name + " of shape " + shapeText(view.shape) + " does not have " +
                         std::to_string(end - begin) + " bytes");
    view.bytes = data.subspan(begin, end - begin);
    return view;
}

template <class T, class Convert>
std::vector<float> convert(const TensorView& view, Convert toFloat) {
    std::vector<float> out(static_cast<std::size_t>(view.count()));
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, view.bytes.data() + i * sizeof(T), sizeof(T));  // a file promises no alignment
        out[i] = toFloat(value);
    }
    return out;
}

}  // namespace

std::size_t dtypeSize(DType type) { return info(type).size; }
const char* dtypeName(DType type) { return info(type).name; }

std::int64_t TensorView::count() const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return count;
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : path_(path), file_(path) {
    static_assert(std::endian::native == std::endian::little, "the format is little-endian");
    const auto bytes = file_.bytes();
    if (bytes.size() < 8) broken(path, "is too short for a header");
    std::uint64_t headerSize = 0;
    std::memcpy(&headerSize, bytes.data(), sizeof headerSize);
    if (headerSize > headerLimit || headerSize > bytes.size() - 8)
        broken(path, "says that its header has " + std::to_string(headerSize) + " bytes, the file has " +
                         std::to_string(bytes.size()));
    const auto* text = reinterpret_cast<const char*>(bytes.data() + 8);
    const json header = json::parse(text, text + headerSize, nullptr, false);
    if (!header.is_object()) broken(path, "has a header that is no JSON object");
    const auto data = bytes.subspan(8 + headerSize);
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            if (!entry.is_object()) broken(path, "has metadata that is no object");
            for (const auto& [key, value] : entry.items()) {
                if (!value.is_string()) broken(path, "has metadata that is no text: " + key);
                metadata_[key] = value.get<std::string>();
            }
        } else {
            tensors_.emplace(name, readEntry(entry, name, data, path));
        }
    }
}

const TensorView& SafetensorsFile::tensor(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end())
        throw Error("has no tensor " + name, path_.string(), "Check that the file belongs to this model");
    return found->second;
}

const TensorView& SafetensorsFile::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const TensorView& view = tensor(name);
    if (view.shape != shape)
        throw Error("tensor " + name + " has shape " + shapeText(view.shape) + ", the model needs " + shapeText(shape),
                    path_.string(), "Check that config.json belongs to these weights");
    return view;
}

std::vector<float> toFloats(const TensorView& view, const std::string& where) {
    switch (view.type) {
        case DType::F32: return convert<float>(view, [](float value) { return value; });
        case DType::F64: return convert<double>(view, [](double value) { return static_cast<float>(value); });
        case DType::BF16: return convert<std::uint16_t>(view, bf16ToFloat);
        case DType::F16: return convert<std::uint16_t>(view, f16ToFloat);
        default:
            throw Error(std::string("is of type ") + dtypeName(view.type) + " where floating point is needed", where);
    }
}

std::vector<float> SafetensorsFile::floats(const std::string& name) const {
    return toFloats(tensor(name), path_.string() + ": " + name);
}

void writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const TensorToWrite& tensor : tensors) {
        std::uint64_t bytes = dtypeSize(tensor.type);
        for (const std::int64_t size : tensor.shape) bytes *= static_cast<std::uint64_t>(size);
        header[tensor.name] = {
            {"dtype", dtypeName(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + bytes}}};
        offset += bytes;
    }
    std::string text = header.dump();
    // the data starts at a multiple of 64: mapped, it can be computed with
    text.resize((text.size() + 8 + 63) / 64 * 64 - 8, ' ');
    OutputFile file(path);
    const std::uint64_t headerSize = text.size();
    file.write(&headerSize, sizeof headerSize);
    file.write(text.data(), text.size());
    for (const TensorToWrite& tensor : tensors) {
        std::uint64_t bytes = dtypeSize(tensor.type);
        for (const std::int64_t size : tensor.shape) bytes *= static_cast<std::uint64_t>(size);
        file.write(tensor.data, bytes);
    }
    file.close();
}

float bf16ToFloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

std::uint16_t floatToBf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>((bits >> 16) | 0x40);  // NaN, kept quiet
    return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

float f16ToFloat(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
    const std::uint32_t exponent = (bits >> 10) & 31U, mantissa = bits & 1023U;
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000U | (mantissa << 13));
    if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
    const float magnitude = static_cast<float>(mantissa) * 0x1.0p-24F;  // subnormal: exact
    return sign != 0 ? -magnitude : magnitude;
}

std::uint16_t floatToF16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    if (magnitude > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
    if (magnitude >= 0x477ff000U) return static_cast<std::uint16_t>(sign | 0x7c00U);  // rounds beyond 65504
    if (magnitude < 0x38800000U) {  // below 2^-14: adding 0.5 leaves the rounded subnormal in the low bits
        const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000U));
    }
    const std::uint32_t rounded = magnitude + 0xfffU + ((magnitude >> 13) & 1U);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13));
}

}  // namespace tritlab
