#include "core/library/model_notes.h"

#include "core/data/chat_template_file.h"
#include "core/data/gguf_vocabulary.h"
#include "core/interop/known_keys.h"

namespace tritlab {
namespace fs = std::filesystem;

std::vector<std::string> modelNotes(const fs::path& model, const ModelDescription& description,
                                    const Tokenizer& tokenizer) {
    std::vector<std::string> notes = description.notes;
    notes.insert(notes.end(), tokenizer.notes().begin(), tokenizer.notes().end());
    if (tokenizer.usedSize() < description.config.vocabSize)
        notes.push_back("the model has " + std::to_string(description.config.vocabSize) +
                        " embeddings, its tokenizer " + std::to_string(tokenizer.usedSize()) +
                        " pieces: the others show nothing and are never drawn");
    const std::string ofTemplate = ChatFormat::ofModel(description.chatTemplate, readChatTemplate(model)).note();
    if (!ofTemplate.empty()) notes.push_back(ofTemplate);
    tellOnce(notes, model.string());
    return notes;
}

std::vector<std::string> modelNotes(const fs::path& model) {
    const ModelDescription description = readModelDescription(model);
    std::error_code error;
    const fs::path file = tokenizerFile(model);
    if (!fs::exists(file, error) || (isGgufModel(model) && !holdsVocabulary(GgufFile(model)))) return description.notes;
    return modelNotes(model, description, *loadTokenizer(model));
}

}  // namespace tritlab
