#include "core/data/chat_template_file.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/workspace.h"
#include "core/data/tokenizer_files.h"
#include "core/formats/gguf.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr const char* key = "chat_template";

// A template, or several as [{"name": …, "template": …}].
std::string templateIn(const nlohmann::json& value, const std::string& where) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_array())
        for (const nlohmann::json& each : value) {
            if (!each.is_object()) continue;
            const nlohmann::json *name = valueOf(each, "name"), *source = valueOf(each, "template");
            if (name != nullptr && *name == "default" && source != nullptr && source->is_string())
                return source->get<std::string>();
        }
    throw Error("'chat_template' is neither a text nor a list with one that is named default", where,
                "Take the file from the model's source again");
}

// Of a checkpoint or a snapshot (Workspace); else the folder itself.
fs::path runFolderOf(const fs::path& model) {
    const fs::path folder = model.has_filename() ? model : model.parent_path();
    if (folder.parent_path().filename() == "checkpoints") return folder.parent_path().parent_path();
    return folder.filename() == "snapshot" ? folder.parent_path() : folder;
}

}  // namespace

ChatTemplateText readChatTemplate(const fs::path& model) {
    std::error_code error;
    if (fs::is_regular_file(model, error)) {
        const char* const ggufKey = "tokenizer.chat_template";
        return {GgufFile(model).text(ggufKey).value_or(""), ggufKey};
    }
    const fs::path config = model / "tokenizer_config.json";
    for (const fs::path& file : {model / kChatTemplateFile, runFolderOf(model) / kChatTemplateFile})
        if (fs::exists(file, error)) return {readFile(file, kMaxTemplateBytes), kChatTemplateFile};
    const nlohmann::json object = objectOf(config);
    const nlohmann::json* value = valueOf(object, key);
    if (value == nullptr) return {};
    return {templateIn(*value, config.string()), config.filename().string()};
}

}  // namespace tritlab
