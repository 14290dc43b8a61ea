// The safetensors format: an 8-byte little-endian header length, a JSON header, then the tensors' bytes.
// The reader trusts nothing: every offset, shape and length is checked against the file before it is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/files.h"

namespace tritlab {

enum class DType { F32, F16, BF16, I64, I32, I16, I8, U8, Bool, F64 };
std::size_t dtypeSize(DType type);
const char* dtypeName(DType type);  // as in the header: "F32"

struct TensorView {
    DType type = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    [[nodiscard]] std::int64_t count() const;
};

// A floating-point tensor as fp32: exact for F32, BF16 and F16. Throws Error, naming `where`, for other types.
std::vector<float> toFloats(const TensorView& view, const std::string& where);

// A mapped file; views stay valid as long as it lives.
class SafetensorsFile {
public:
    // throws Error naming the file and what is wrong with it
    explicit SafetensorsFile(const std::filesystem::path& path);
    [[nodiscard]] const std::map<std::string, TensorView>& tensors() const { return tensors_; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
    // Throws Error where it is missing or (shape given) of another shape.
    [[nodiscard]] const TensorView& tensor(const std::string& name) const;
    [[nodiscard]] const TensorView& tensor(const std::string& name, const std::vector<std::int64_t>& shape) const;
    [[nodiscard]] std::vector<float> floats(const std::string& name) const;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    MappedFile file_;
    std::map<std::string, TensorView> tensors_;
    std::map<std::string, std::string> metadata_;
};

struct TensorToWrite {
    std::string name;
    DType type = DType::F32;
    std::vector<std::int64_t> shape;
    const void* data = nullptr;  // contiguous
};
// Tensors to write, with the values that they point at.
class OwnedTensors {
public:
    OwnedTensors() = default;
    OwnedTensors(OwnedTensors&&) = default;
    OwnedTensors(const OwnedTensors&) = delete;  // the copy's list would point at the first one's values
    OwnedTensors& operator=(const OwnedTensors&) = delete;
    void add(const std::string& name, const std::vector<std::int64_t>& shape, std::vector<float> values) {
        keep(floats_, name, DType::F32, shape, std::move(values));
    }
    void add(const std::string& name, const std::vector<std::int64_t>& shape, std::vector<std::uint8_t> values) {
        keep(bytes_, name, DType::U8, shape, std::move(values));
    }
    [[nodiscard]] const std::vector<TensorToWrite>& list() const { return list_; }
    [[nodiscard]] std::int64_t bytes() const { return total_; }

private:
    template <typename T>
    void keep(std::deque<std::vector<T>>& kept, const std::string& name, DType type,
              const std::vector<std::int64_t>& shape, std::vector<T> values) {
        kept.push_back(std::move(values));
        list_.push_back({name, type, shape, kept.back().data()});
        total_ += static_cast<std::int64_t>(kept.back().size() * sizeof(T));
    }
    std::deque<std::vector<float>> floats_;  // whose addresses stay
    std::deque<std::vector<std::uint8_t>> bytes_;
    std::vector<TensorToWrite> list_;
    std::int64_t total_ = 0;
};
void writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

float bf16ToFloat(std::uint16_t bits);
std::uint16_t floatToBf16(float value);  // round to nearest even, NaN stays NaN
float f16ToFloat(std::uint16_t bits);
std::uint16_t floatToF16(float value);

}  // namespace tritlab
