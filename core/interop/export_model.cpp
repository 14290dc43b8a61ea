#include "core/interop/export_model.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/interop/export_weights.h"
#include "core/interop/model_folder.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using nlohmann::ordered_json;

// Row blocks: bits 2i of packed row r hold the code + 1 of row i * out/4 + r (transformers' pack_weights).
std::vector<std::uint8_t> packRows(const std::vector<std::int8_t>& codes, std::int64_t out, std::int64_t in) {
    const auto quarter = static_cast<std::size_t>(out / 4 * in);
    std::vector<std::uint8_t> packed(quarter, 0);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t k = 0; k < quarter; ++k)
            packed[k] =
                static_cast<std::uint8_t>(packed[k] | static_cast<unsigned>(codes[i * quarter + k] + 1) << (2 * i));
    return packed;
}

void addPacked(OwnedTensors& tensors, const ModelWeights& weights, const TensorSpec& spec,
               const ModelDescription& description) {
    if (spec.shape[0] % 4 != 0)
        throw Error("has " + std::to_string(spec.shape[0]) + " rows: packed weights need a multiple of 4", spec.name,
                    "Export with --format hf");
    const TernaryWeights packed = ternaryLinear(weights, spec, description);
    tensors.add(spec.name, {spec.shape[0] / 4, spec.shape[1]}, packRows(packed.codes, spec.shape[0], spec.shape[1]));
    tensors.add(moduleOf(spec.name) + ".weight_scale", {1}, std::vector<float>{packed.tensorScale(spec.name)});
}

// All at which an answer ends, EOS first.
std::vector<std::int64_t> endsOf(const TokenizerIds& ids) {
    std::vector<std::int64_t> ends;
    const auto add = [&](std::int64_t id) {
        if (id >= 0 && std::find(ends.begin(), ends.end(), id) == ends.end()) ends.push_back(id);
    };
    add(ids.eos);
    add(ids.endOfTurn);
    for (const TokenId id : ids.ends) add(id);
    return ends;
}

void addIds(ordered_json& json, const TokenizerIds& ids) {
    if (ids.bos >= 0) json["bos_token_id"] = ids.bos;
    if (ids.eos >= 0) json["eos_token_id"] = ids.eos;
}

}  // namespace

ModelExport exportModel(const fs::path& model, const fs::path& out, ExportFormat format,
                        const TokenizerExport& tokenizer) {
    return exportFormat(format).isFile() ? exportGguf(model, out, format, tokenizer)
                                         : exportHuggingFace(model, out, format, tokenizer);
}

ModelExport exportHuggingFace(const fs::path& model, const fs::path& out, ExportFormat format,
                              const TokenizerExport& tokenizer) {
    std::error_code error;
    if (fs::exists(out, error) && !(fs::is_directory(out, error) && fs::is_empty(out, error)))
        throw Error("is there already", out.string(), "Name a folder that does not exist yet");
    ModelDescription description = readModelDescription(model);
    if (const auto obstacle = exportObstacle(description.config, format)) throw Error(*obstacle);
    const ModelWeights weights(model);
    weights.requireTensorsOf(description);
    ModelExport result;
    result.parameters = parameterCount(description.config);
    OwnedTensors tensors;
    for (const TensorSpec& spec : tensorSpecs(description.config)) {
        if (spec.ternary && format == ExportFormat::HuggingFacePacked) {
            addPacked(tensors, weights, spec, description);
            continue;
        }
        std::vector<float> values = weights.shadowWeights(spec, description.storage);
        requireFinite(values, spec.name);
        tensors.add(spec.name, spec.shape, std::move(values));
    }
    result.bytes = tensors.bytes();
    description.storage = format == ExportFormat::HuggingFacePacked && description.config.ternaryLinears
                              ? WeightStorage::PackedAbsmean
                              : WeightStorage::Master;
    // codes are the model at lambda 1, whatever it was trained with
    if (description.storage == WeightStorage::PackedAbsmean) description.lambda = 1;
    ordered_json config = modelDescriptionJson(description);
    result.readerComputes = readerComputes(description.config, ExportReader::Transformers);
    config["dtype"] = "float32";
    addIds(config, tokenizer.ids);
    ordered_json generation = ordered_json::object();
    addIds(generation, tokenizer.ids);
    if (const std::vector<std::int64_t> ends = endsOf(tokenizer.ids); ends.size() > 1)
        generation["eos_token_id"] = ends;
    if (fs::is_directory(out, error)) fs::remove(out, error);
    writeFolderAtomically(out, [&](const fs::path& fresh) {
        writeFileAtomically(fresh / "config.json", config.dump(2) + "\n");
        writeFileAtomically(fresh / "generation_config.json", generation.dump(2) + "\n");
        for (const TokenizerExport::File& file : tokenizer.files) writeFileAtomically(fresh / file.name, file.bytes);
        writeSafetensors(fresh / "model.safetensors", tensors.list(), {{"format", "pt"}});
    });
    return result;
}

}  // namespace tritlab
