#include "core/data/gguf_byte_vocabulary.h"

#include <unordered_map>

#include "core/base/error.h"
#include "core/data/byte_characters.h"
#include "core/data/pre_tokenizers.h"
#include "core/data/sentencepiece_model.h"

namespace tritlab {
namespace {

constexpr const char* kind = "tokenizer.ggml.model";
constexpr const char* preTokenizer = "tokenizer.ggml.pre";
constexpr const char* tokenTexts = "tokenizer.ggml.tokens";
constexpr const char* tokenTypes = "tokenizer.ggml.token_type";
constexpr const char* mergeTexts = "tokenizer.ggml.merges";
constexpr const char* bosKey = "tokenizer.ggml.bos_token_id";
constexpr const char* eosKey = "tokenizer.ggml.eos_token_id";
constexpr const char* eotKey = "tokenizer.ggml.eot_token_id";
constexpr const char* eomKey = "tokenizer.ggml.eom_token_id";
constexpr const char* addBosKey = "tokenizer.ggml.add_bos_token";
constexpr const char* addPrefixKey = "tokenizer.ggml.add_space_prefix";
constexpr TokenId silentEnd = 11;  // what llama.cpp takes for BOS and EOS where a "gpt2" file names none

[[noreturn]] void refuse(const GgufFile& file, const std::string& what) {
    throw Error(what, file.path().string(), "Convert the model anew with a current llama.cpp");
}

TokenId idOf(const GgufFile& file, const char* key, std::size_t size) {
    const auto id = file.integer(key);
    if (!id) return silentEnd < static_cast<TokenId>(size) ? silentEnd : -1;
    if (*id < 0 || *id >= static_cast<std::int64_t>(size))
        refuse(file, std::string("key ") + key + " names token " + std::to_string(*id) + " of " + std::to_string(size));
    return static_cast<TokenId>(*id);
}

PieceType typeOf(const GgufFile& file, const std::vector<std::int32_t>* types, std::size_t id) {
    const std::int32_t type = types != nullptr ? (*types)[id] : 1;
    if (type < 0 || type > 6)
        refuse(file, "token " + std::to_string(id) + " has the unknown type " + std::to_string(type));
    return type == 0 ? PieceType::Normal : static_cast<PieceType>(type);  // 0: undefined
}

}  // namespace

bool holdsByteVocabulary(const GgufFile& file) { return file.text(kind) == "gpt2"; }

ByteVocabulary ggufByteVocabulary(const GgufFile& file) {
    const auto* texts = file.list<std::string>(tokenTexts);
    const auto* types = file.list<std::int32_t>(tokenTypes);
    const auto* merges = file.list<std::string>(mergeTexts);
    if (texts == nullptr || texts->empty()) refuse(file, std::string("has no list ") + tokenTexts);
    if (merges == nullptr) refuse(file, std::string("has no list ") + mergeTexts);
    if (types != nullptr && types->size() != texts->size())
        refuse(file, "has lists of tokens and types that are not of the same length");
    const std::string name = file.text(preTokenizer).value_or("");
    const NamedPreTokenizer* known = namedPreTokenizer(name);
    if (known == nullptr)
        refuse(file, name.empty() ? std::string("does not name its pre-tokenizer (") + preTokenizer +
                                        "), so that it is not known how its text is split"
                                  : "has the pre-tokenizer '" + name + "', which this program does not know");
    ByteVocabulary out;
    out.passes = known->passes;
    out.wholeWords = known->wholeWords;
    out.prefixBlank = file.flag(addPrefixKey).value_or(false);
    out.bos = idOf(file, bosKey, texts->size());
    out.eos = idOf(file, eosKey, texts->size());
    out.addBos = file.flag(addBosKey).value_or(known->addBos);
    for (const char* key : {eotKey, eomKey})
        if (file.integer(key)) out.ends.push_back(idOf(file, key, texts->size()));
    out.tokens.resize(texts->size());
    std::unordered_map<std::string_view, TokenId> ids;
    for (std::size_t i = 0; i < texts->size(); ++i) {
        const std::string& text = (*texts)[i];
        const auto id = static_cast<TokenId>(i);
        switch (typeOf(file, types, i)) {
            case PieceType::Unused: break;
            case PieceType::Control:
            case PieceType::Unknown:
                if (!text.empty()) out.added.push_back({text, id, true});
                break;
            case PieceType::UserDefined:
                if (!text.empty()) out.added.push_back({text, id});
                break;
            case PieceType::Normal:
            case PieceType::Byte:
                out.tokens[i] = charactersAsBytes(text).value_or("");
                ids.emplace(text, id);  // of twins the first is used
                break;
        }
    }
    for (const std::string& merge : *merges) {
        const std::size_t blank = merge.find(' ', 1);
        if (blank == std::string::npos) refuse(file, "has the merge \"" + merge + "\", which is no pair");
        const auto left = ids.find(std::string_view(merge).substr(0, blank)),
                   right = ids.find(std::string_view(merge).substr(blank + 1));
        const std::string both = merge.substr(0, blank) + merge.substr(blank + 1);
        const auto merged = ids.find(both);
        // llama.cpp merges texts, and a text that is no token falls apart into bytes: such a merge is without effect.
        if (left == ids.end() || right == ids.end() || merged == ids.end()) continue;
        out.merges.push_back({left->second, right->second, merged->second});
    }
    return out;
}

GgufEntries ggufByteVocabularyEntries(const ByteVocabulary& vocabulary, std::int64_t size, const std::string& jinja,
                                      const std::string& name) {
    const std::string_view pre = preTokenizerName(vocabulary.passes, vocabulary.wholeWords);
    if (pre.empty())
        throw Error("splits text in a way for which llama.cpp has no pre-tokenizer", name, "Export with --format hf");
    if (vocabulary.composed)
        throw Error("composes characters (NFC) before it splits, which GGUF has no form for", name,
                    "Export with --format hf");
    std::vector<std::string> texts, merges;
    std::vector<std::int32_t> types(vocabulary.tokens.size(), static_cast<std::int32_t>(PieceType::Normal));
    for (const std::string& token : vocabulary.tokens) texts.push_back(bytesAsCharacters(token));
    for (const BpeMerge& merge : vocabulary.merges)
        merges.push_back(texts.at(static_cast<std::size_t>(merge.left)) + " " +
                         texts.at(static_cast<std::size_t>(merge.right)));
    const auto atLeast = [&](std::size_t count) {
        while (texts.size() < count) {
            texts.push_back("[PAD" + std::to_string(texts.size()) + "]");
            types.push_back(static_cast<std::int32_t>(PieceType::Unused));
        }
    };
    for (const AddedToken& token : vocabulary.added) {
        const auto id = static_cast<std::size_t>(token.id);
        atLeast(id + 1);
        texts[id] = token.text;
        types[id] = static_cast<std::int32_t>(token.special ? PieceType::Control : PieceType::UserDefined);
    }
    atLeast(static_cast<std::size_t>(size));
    for (std::size_t id = 0; id < texts.size(); ++id)
        if (texts[id].empty()) {
            texts[id] = "[PAD" + std::to_string(id) + "]";
            types[id] = static_cast<std::int32_t>(PieceType::Unused);
        }
    GgufEntries out{{kind, std::string("gpt2")},
                    {preTokenizer, std::string(pre)},
                    {tokenTexts, GgufArray{std::move(texts)}},
                    {tokenTypes, GgufArray{std::move(types)}},
                    {mergeTexts, GgufArray{std::move(merges)}}};
    if (vocabulary.bos >= 0) out.emplace_back(bosKey, static_cast<std::uint32_t>(vocabulary.bos));
    if (vocabulary.eos >= 0) out.emplace_back(eosKey, static_cast<std::uint32_t>(vocabulary.eos));
    out.emplace_back(addBosKey, vocabulary.addBos);
    out.emplace_back("tokenizer.ggml.add_eos_token", false);
    out.emplace_back(addPrefixKey, vocabulary.prefixBlank);
    if (!jinja.empty()) out.emplace_back("tokenizer.chat_template", jinja);
    return out;
}

}  // namespace tritlab
