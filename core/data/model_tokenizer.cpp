#include "core/data/model_tokenizer.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/lenient_json.h"
#include "core/base/number.h"
#include "core/data/sentencepiece_model.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxModelBytes = std::uint64_t{256} << 20;
constexpr std::int64_t kMaxVocabulary = 1 << 24;

// The object of a file; an empty one where there is no such file.
Json objectOf(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return Json::object();
    std::optional<Json> json = parseLenientJson(readFile(path, 1 << 24));
    if (!json || !json->is_object()) throw Error("is no JSON object", path.string(), "Copy the file anew");
    return *std::move(json);
}

// Null and a missing key are the same here.
const Json* valueOf(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

// A token is given as its text or as an object with its text and how it is matched.
std::optional<std::string> tokenText(const Json* token) {
    if (token == nullptr) return std::nullopt;
    if (token->is_string()) return token->get<std::string>();
    const Json* content = token->is_object() ? valueOf(*token, "content") : nullptr;
    return content != nullptr && content->is_string() ? std::optional(content->get<std::string>()) : std::nullopt;
}

std::optional<std::int64_t> tokenNumber(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    const auto id = value.get<std::int64_t>();  // below 0: none is meant
    return id >= 0 && id < kMaxVocabulary ? std::optional(id) : std::nullopt;
}

class ModelTokenizer {
public:
    explicit ModelTokenizer(const fs::path& folder)
        : file_(folder / "tokenizer.model"), tokenizer_(objectOf(folder / "tokenizer_config.json")),
          added_(objectOf(folder / "added_tokens.json")), generation_(objectOf(folder / "generation_config.json")),
          config_(objectOf(folder / "config.json")), bytes_(readFile(file_, kMaxModelBytes)),
          model_(parseSentencePieceModel(bytes_, file_.string())), own_(model_.pieces.size()) {}

    std::string read() {
        // One that this program wrote says all of it itself, as it was read from files like these.
        if (!(model_.use == TokenizerUse{})) return bytes_;
        addPieces();
        const TokenizerUse before = model_.use;
        readBos();
        readEnds();
        const std::vector<VocabularyPiece> more(model_.pieces.begin() + static_cast<std::ptrdiff_t>(own_),
                                                model_.pieces.end());
        if (more.empty() && model_.use == before) return bytes_;
        return extendSentencePieceModel(bytes_, more, model_.use);
    }

private:
    void addPieces() {
        std::map<std::int64_t, VocabularyPiece> more;
        for (const auto& [text, id] : added_.items())
            if (const auto number = tokenNumber(id)) more[*number] = {text, 0, PieceType::UserDefined};
        if (const Json* list = valueOf(tokenizer_, "added_tokens_decoder"); list != nullptr && list->is_object())
            for (const auto& [key, token] : list->items()) {
                const auto number = parseInt(key);
                const auto text = tokenText(&token);
                if (!number || *number < 0 || *number >= kMaxVocabulary || !text) continue;
                const Json* special = token.is_object() ? valueOf(token, "special") : nullptr;
                const bool control = special != nullptr && special->is_boolean() && special->get<bool>();
                more[*number] = {*text, 0, control ? PieceType::Control : PieceType::UserDefined};
            }
        const Json* rows = valueOf(config_, "vocab_size");
        const std::int64_t limit = rows != nullptr ? tokenNumber(*rows).value_or(kMaxVocabulary) : kMaxVocabulary;
        for (auto& [id, piece] : more) {
            if (id < static_cast<std::int64_t>(own_) || id >= limit) continue;
            while (static_cast<std::int64_t>(model_.pieces.size()) < id)
                model_.pieces.push_back({"[PAD" + std::to_string(model_.pieces.size()) + "]", 0, PieceType::Unused});
            model_.pieces.push_back(std::move(piece));
        }
    }

    [[nodiscard]] TokenId idOf(const char* key) const {
        const auto text = tokenText(valueOf(tokenizer_, key));
        return text ? findPiece(model_, *text) : -1;
    }

    void readBos() {
        TokenizerUse& use = model_.use;
        if (const TokenId bos = idOf("bos_token"); bos >= 0 && bos != bosOf(model_)) {
            use.bos = bos;
            if (bosOf(model_) < 0) use.bos = -1;  // a piece that text is encoded as
        }
        const auto named = tokenizer_.find("bos_token");
        if (named != tokenizer_.end() && named->is_null()) use.addsBos = false;
        if (const Json* adds = valueOf(tokenizer_, "add_bos_token"); adds != nullptr && adds->is_boolean())
            use.addsBos = adds->get<bool>();
        if (bosOf(model_) < 0) use.addsBos = true;  // there is none to add: nothing to say
    }

    void readEnds() {
        TokenizerUse& use = model_.use;
        if (const TokenId eos = idOf("eos_token"); eos >= 0 && eos != eosOf(model_)) {
            const TokenId before = eosOf(model_);
            use.eos = eos;
            if (eosOf(model_) < 0) {  // a piece that text is encoded as: it ends an answer, and is no border
                use.eos = -1;
                addEnd(eos);
            } else if (before >= 0) {
                addEnd(before);
            }
        }
        const Json* ends = valueOf(generation_, "eos_token_id");
        if (ends == nullptr) ends = valueOf(config_, "eos_token_id");
        if (ends == nullptr) return;
        for (const Json& each : ends->is_array() ? *ends : Json::array({*ends}))
            if (const auto id = tokenNumber(each)) addEnd(static_cast<TokenId>(*id));
    }

    void addEnd(TokenId id) {
        std::vector<TokenId>& ends = model_.use.ends;
        if (id != eosOf(model_) && std::find(ends.begin(), ends.end(), id) == ends.end()) ends.push_back(id);
    }

    fs::path file_;
    Json tokenizer_, added_, generation_, config_;
    std::string bytes_;
    SentencePieceModel model_;
    std::size_t own_;  // pieces of tokenizer.model
};

}  // namespace

bool isTokenizerFolder(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder, error) &&
           (fs::exists(folder / "config.json", error) || fs::exists(folder / "tokenizer.model", error));
}

std::string readModelTokenizer(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(folder / "tokenizer.model", error))
        throw Error(fs::exists(folder / "tokenizer.json", error)
                        ? "has a tokenizer.json and no tokenizer.model: this program reads sentencepiece models"
                        : "has no tokenizer.model",
                    folder.string(),
                    "Copy the model's tokenizer.model into the folder, or take a model with a sentencepiece tokenizer");
    return ModelTokenizer(folder).read();
}

}  // namespace tritlab
