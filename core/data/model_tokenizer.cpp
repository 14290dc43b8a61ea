#include "core/data/model_tokenizer.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/data/sentencepiece_model.h"
#include "core/data/tokenizer_files.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxModelBytes = std::uint64_t{256} << 20;
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
        for (const TokenId end : endsIn(generation_, config_)) addEnd(end);
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
           (fs::exists(folder / "config.json", error) || fs::exists(folder / "tokenizer.model", error) ||
            fs::exists(folder / "tokenizer.json", error));
}

std::string readModelTokenizer(const fs::path& folder) { return ModelTokenizer(folder).read(); }

}  // namespace tritlab
