// GGUF, version 3: header, metadata (keys with typed values), tensor infos, then the tensors' bytes at multiples of an
// alignment. The reader trusts nothing: every count, length, shape and offset is checked against the file before it is
// used. What the bytes of a tensor mean is in gguf_codecs.h, which model a file holds in model_gguf.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/files.h"

namespace tritlab {

// The tensor types that this program reads, by their number in the file.
enum class GgmlType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    IQ4_NL = 20,
    BF16 = 30,
    TQ1_0 = 34,
    TQ2_0 = 35,
    I2_S = 36,
    Q2_0 = 42
};
const char* ggmlTypeName(GgmlType type);
struct GgmlBlock {
    std::int64_t weights, bytes;
};
GgmlBlock ggmlBlock(GgmlType type);
std::int64_t ggmlBytes(GgmlType type, std::int64_t weights);  // of a tensor of whole blocks

// A variant's index is the value's type number in the file; an array's index that of its elements (arrays of arrays are
// refused).
struct GgufArray {
    std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::uint16_t>,
                 std::vector<std::int16_t>, std::vector<std::uint32_t>, std::vector<std::int32_t>, std::vector<float>,
                 std::vector<bool>, std::vector<std::string>, std::monostate, std::vector<std::uint64_t>,
                 std::vector<std::int64_t>, std::vector<double>>
        values;
    bool operator==(const GgufArray&) const = default;
};
using GgufValue = std::variant<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t,
                               float, bool, std::string, GgufArray, std::uint64_t, std::int64_t, double>;
using GgufEntries = std::vector<std::pair<std::string, GgufValue>>;

struct GgufTensor {
    GgmlType type = GgmlType::F32;
    std::vector<std::int64_t> shape;  // rows first, as everywhere else here: the file has the longest stride last
    std::span<const std::byte> bytes;
};

// Whether a file begins as GGUF does.
bool holdsGguf(const std::filesystem::path& path);

// A mapped file; its tensors' bytes stay valid as long as it lives.
class GgufFile {
public:
    explicit GgufFile(const std::filesystem::path& path);  // throws Error naming the file and what is wrong with it
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const std::map<std::string, GgufValue>& metadata() const { return metadata_; }
    [[nodiscard]] const std::map<std::string, GgufTensor>& tensors() const { return tensors_; }
    [[nodiscard]] const GgufTensor* find(const std::string& tensor) const;

    // A key's value, none where the key is missing. Throw Error, naming the key, where it has a value of another kind.
    [[nodiscard]] std::optional<std::int64_t> integer(const std::string& key) const;  // of any integer type
    [[nodiscard]] std::optional<double> real(
        const std::string& key) const;  // of any number type; a float as it is written: 1e-5
    [[nodiscard]] std::optional<bool> flag(const std::string& key) const;
    [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
    template <class T>
    [[nodiscard]] const std::vector<T>* list(const std::string& key) const {
        const auto found = metadata_.find(key);
        if (found == metadata_.end()) return nullptr;
        const auto* array = std::get_if<GgufArray>(&found->second);
        const auto* values = array != nullptr ? std::get_if<std::vector<T>>(&array->values) : nullptr;
        if (values == nullptr) wrongKind(key);
        return values;
    }

private:
    [[noreturn]] void wrongKind(const std::string& key) const;
    std::filesystem::path path_;
    MappedFile file_;
    std::map<std::string, GgufValue> metadata_;
    std::map<std::string, GgufTensor> tensors_;
};

struct GgufTensorToWrite {
    std::string name;
    GgmlType type = GgmlType::F32;
    std::vector<std::int64_t> shape;  // rows first; the last length a multiple of the type's block
    std::function<std::vector<std::uint8_t>()>
        bytes;  // made when they are written: one tensor at a time is held in memory
};
// The file, whole or not at all.
void writeGguf(const std::filesystem::path& path, const GgufEntries& metadata,
               const std::vector<GgufTensorToWrite>& tensors);

}  // namespace tritlab
