// The packed form of a model on disk: packed.safetensors holds every matrix in the tiles that the kernels read, so that
// loading is mapping: nothing is converted, and sessions and processes share the pages. A packed folder is config.json,
// packed.safetensors and tokenizer.model; it has no other weights.
//
// A ternary matrix is U8 [tiles, blocks, 64] with NAME.absmean F32 [1]; a dense one is F32, BF16 or I8 [tiles, quads,
// 4, 16] (BF16: [tiles, quads, 2, 16, 2]), an int8 one with NAME.row_scales F32 [16 * tiles]; bf16 in twelve bits is U8
// [tiles, bytes] with NAME.exception_starts I64 [tiles + 1] and NAME.exceptions U8 [n, 8] (bf16_short.h). Norms and
// biases are F32 [width]. Metadata:
// "format" = "tritlab-packed", "version", "ternary" = "2bit" or "5trits", "hash" = XXH3 of all tensors' bytes in the
// order of their names.
#pragma once

#include <filesystem>

#include "core/infer/model_parts.h"

namespace tritlab {

// Whether loading this folder means mapping: it has packed.safetensors and no master weights, which would come first.
bool isPackedFolder(const std::filesystem::path& folder);
void writePackedFile(const ModelParts& parts, const std::filesystem::path& path);
// Throws Error naming file and tensor for anything cut, altered or misshapen. Of the options only `cache` counts: the
// formats are the file's.
ModelParts mapPackedFolder(const std::filesystem::path& folder, const PackedOptions& options);

}  // namespace tritlab
