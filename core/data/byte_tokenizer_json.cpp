#include "core/data/byte_tokenizer_json.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/byte_characters.h"
#include "core/data/pre_tokenizers.h"
#include "core/data/tokenizer_files.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t maxBytes = std::uint64_t{256} << 20;

constexpr std::pair<const char*, SplitBehavior> behaviors[] = {
    {"Isolated", SplitBehavior::Isolated},
    {"Removed", SplitBehavior::Removed},
    {"MergedWithPrevious", SplitBehavior::MergedWithPrevious},
    {"MergedWithNext", SplitBehavior::MergedWithNext},
    {"Contiguous", SplitBehavior::Contiguous}};

class Reader {
public:
    Reader(const Json& file, std::string name) : file_(file), name_(std::move(name)) {}

    ByteVocabulary vocabulary() {
        if (!file_.is_object() || !file_.contains("model")) refuse("is no tokenizer.json: it has no \"model\"");
        readModel(object(file_, "model"));
        readAdded();
        readNormalizer(field(file_, "normalizer"));
        byteLevel_ = false;
        readPreTokenizer(field(file_, "pre_tokenizer"));
        if (!byteLevel_) refuse("is BPE over characters, not over bytes: its pre_tokenizer has no \"ByteLevel\"");
        readPostProcessor(field(file_, "post_processor"));
        readDecoder(field(file_, "decoder"));
        readOwn();
        return std::move(out_);
    }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        throw Error(what, name_, "Name a byte-level BPE tokenizer.json, or a tokenizer.model");
    }
    [[noreturn]] void refuseValue(const std::string& where, const Json& value) const {
        std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (text.size() > 60) text = text.substr(0, 60) + "…";
        refuse("has " + where + " " + text + ", which this program does not do");
    }
    static const Json* field(const Json& object, const char* key) {
        const auto found = object.find(key);
        return found == object.end() || found->is_null() ? nullptr : &*found;
    }
    const Json& object(const Json& from, const char* key) const {
        const Json* value = field(from, key);
        if (value == nullptr || !value->is_object()) refuse(std::string("has no object \"") + key + "\"");
        return *value;
    }
    std::string text(const Json& from, const char* key, const std::string& fallback = {}) const {
        const Json* value = field(from, key);
        if (value == nullptr) return fallback;
        if (!value->is_string()) refuse(std::string("has a \"") + key + "\" that is no text");
        return value->get<std::string>();
    }
    bool flag(const Json& from, const char* key, bool fallback) const {
        const Json* value = field(from, key);
        if (value == nullptr) return fallback;
        if (!value->is_boolean()) refuse(std::string("has a \"") + key + "\" that is neither true nor false");
        return value->get<bool>();
    }
    TokenId tokenId(const Json& value, const std::string& what) const {
        if (!value.is_number_integer() || value < 0 || value >= kMaxVocabulary)
            refuse("gives " + what + " the id " + value.dump() + ", and ids go from 0 to " +
                   std::to_string(kMaxVocabulary - 1));
        return value.get<TokenId>();
    }

    void readModel(const Json& model) {
        if (const std::string type = text(model, "type", "BPE"); type != "BPE")
            refuse("is a tokenizer of the kind " + type + ", and this program reads BPE");
        if (flag(model, "byte_fallback", false))
            refuse("is a sentencepiece model in JSON (byte_fallback); its tokenizer.model is read instead");
        for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"})
            if (const Json* value = field(model, key); value != nullptr && *value != "")
                refuseValue(std::string("\"") + key + "\"", *value);
        if (const Json* dropout = field(model, "dropout"); dropout != nullptr && *dropout != 0)
            refuseValue("\"dropout\"", *dropout);
        out_.wholeWords = flag(model, "ignore_merges", false);
        const Json& vocab = object(model, "vocab");
        for (const auto& [characters, id] : vocab.items()) putToken(characters, tokenId(id, '"' + characters + '"'));
        if (const std::string unknown = text(model, "unk_token"); !unknown.empty()) {
            const auto found = ids_.find(unknown);
            if (found == ids_.end()) refuse("has the unk_token \"" + unknown + "\", which is no token");
            out_.unknown = found->second;
        }
        const auto bytes =
            std::ranges::count_if(out_.tokens, [](const std::string& token) { return token.size() == 1; });
        if (out_.unknown >= 0 && flag(model, "fuse_unk", false) && bytes < 256)
            refuse("lacks tokens for single bytes and fuses unknown ones (fuse_unk), which this program does not do");
        readMerges(model);
    }
    // A token that is no text of bytes can only be an added one.
    void putToken(const std::string& characters, TokenId id) {
        ids_.insert_or_assign(characters, id);
        if (id >= static_cast<TokenId>(out_.tokens.size())) out_.tokens.resize(static_cast<std::size_t>(id) + 1);
        out_.tokens[static_cast<std::size_t>(id)] = charactersAsBytes(characters).value_or("");
    }
    void readMerges(const Json& model) {
        const Json* merges = field(model, "merges");
        if (merges == nullptr || !merges->is_array()) refuse("has no list of merges");
        for (const Json& merge : *merges) {
            std::string left, right;
            if (merge.is_string()) {
                const std::string both = merge.get<std::string>();
                const std::size_t blank = both.find(' ');
                if (blank == std::string::npos) refuse("has the merge \"" + both + "\", which is no pair");
                left = both.substr(0, blank);
                right = both.substr(blank + 1);
            } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
                left = merge[0].get<std::string>();
                right = merge[1].get<std::string>();
            } else {
                refuseValue("the merge", merge);
            }
            const auto a = ids_.find(left), b = ids_.find(right), both = ids_.find(left + right);
            if (a == ids_.end() || b == ids_.end() || both == ids_.end())
                refuse("merges \"" + left + "\" and \"" + right + "\", which are not both tokens with their sum");
            out_.merges.push_back({a->second, b->second, both->second});
        }
    }

    void readAdded() {
        const Json* list = field(file_, "added_tokens");
        if (list == nullptr) return;
        if (!list->is_array()) refuse("has added_tokens that are no list");
        for (const Json& entry : *list) {
            if (!entry.is_object() || !entry.contains("id")) refuse("has an added token without an id");
            AddedToken token;
            token.text = text(entry, "content");
            if (token.text.empty()) continue;  // the package never matches it
            token.id = tokenId(entry.at("id"), '"' + token.text + '"');
            token.special = flag(entry, "special", false);
            token.leftStrip = flag(entry, "lstrip", false);
            token.rightStrip = flag(entry, "rstrip", false);
            token.singleWord = flag(entry, "single_word", false);
            token.normalized = flag(entry, "normalized", !token.special);
            if (token.special && token.id < static_cast<TokenId>(out_.tokens.size()))
                out_.tokens[static_cast<std::size_t>(token.id)].clear();  // letters never make it
            out_.added.push_back(std::move(token));
        }
        // Letters never make a control token, not by merges either.
        std::unordered_set<TokenId> control;
        for (const AddedToken& token : out_.added)
            if (token.special) control.insert(token.id);
        std::erase_if(out_.merges, [&](const BpeMerge& merge) {
            return control.contains(merge.left) || control.contains(merge.right) || control.contains(merge.merged);
        });
    }

    void readNormalizer(const Json* normalizer) {
        if (normalizer == nullptr) return;
        const std::string type = text(*normalizer, "type");
        if (type == "NFC") out_.composed = true;
        else if (type == "Sequence")
            for (const Json& one : list(*normalizer, "normalizers")) readNormalizer(&one);
        else refuseValue("the normalizer", *normalizer);
    }

    void readPreTokenizer(const Json* one) {
        if (one == nullptr) return;
        const std::string type = text(*one, "type");
        if (type == "Sequence") {
            for (const Json& part : list(*one, "pretokenizers")) readPreTokenizer(&part);
            return;
        }
        if (byteLevel_) refuse("splits text after \"ByteLevel\", by " + type + ", which then sees bytes' characters");
        if (type == "ByteLevel") {
            byteLevel_ = true;
            out_.prefixBlank = flag(*one, "add_prefix_space", true);
            if (out_.prefixBlank && !out_.passes.empty())
                refuse(
                    "puts a blank before each word (add_prefix_space after a split), which this program does not do");
            if (flag(*one, "use_regex", true)) out_.passes.push_back({gpt2Pattern});
        } else if (type == "Split") {
            const Json& pattern = object(*one, "pattern");
            const bool regex = pattern.contains("Regex");
            SplitPass pass;
            pass.pattern = regex ? text(pattern, "Regex") : literalPattern(text(pattern, "String"));
            pass.behavior = behavior(text(*one, "behavior"));
            pass.invert = flag(*one, "invert", false);
            out_.passes.push_back(std::move(pass));
        } else if (type == "Digits") {
            const bool each = flag(*one, "individual_digits", false);
            out_.passes.push_back({each ? "\\p{N}" : "\\p{N}+"});
        } else {
            refuseValue("the pre_tokenizer", *one);
        }
    }
    SplitBehavior behavior(const std::string& key) const {
        for (const auto& [name, value] : behaviors)
            if (key == name) return value;
        refuse("has a Split with the behavior \"" + key + "\", which this program does not know");
    }

    void readPostProcessor(const Json* one) {
        if (one == nullptr) return;
        const std::string type = text(*one, "type");
        if (type == "Sequence") {
            for (const Json& part : list(*one, "processors")) readPostProcessor(&part);
        } else if (type == "TemplateProcessing") {
            readTemplate(*one);
        } else if (type != "ByteLevel") {
            refuseValue("the post_processor", *one);
        }
    }
    // One special token before the text is BOS; EOS behind it does not belong to a prompt.
    void readTemplate(const Json& processor) {
        bool before = true;
        for (const Json& piece : list(processor, "single")) {
            if (piece.contains("Sequence")) {
                before = false;
                continue;
            }
            const std::string token = text(object(piece, "SpecialToken"), "id");
            const auto known = std::ranges::find(out_.added, token, &AddedToken::text);
            if (known == out_.added.end()) refuse("puts \"" + token + "\" around a text, which is no added token");
            if (!before) {
                out_.eos = known->id;
                continue;
            }
            if (out_.addBos) refuse("puts more than one token before a text, which this program does not do");
            out_.addBos = true;
            out_.bos = known->id;
        }
    }

    void readDecoder(const Json* decoder) const {
        if (decoder == nullptr) return;
        const std::string type = text(*decoder, "type");
        if (type == "Sequence")
            for (const Json& part : list(*decoder, "decoders")) readDecoder(&part);
        else if (type != "ByteLevel") refuseValue("the decoder", *decoder);
    }
    const Json& list(const Json& from, const char* key) const {
        const Json* value = field(from, key);
        if (value == nullptr || !value->is_array()) refuse(std::string("has no list \"") + key + "\"");
        return *value;
    }

    void readOwn() {
        const Json* own = field(file_, "tritlab");
        if (own == nullptr) return;
        if (const Json* bos = field(*own, "bos")) out_.bos = tokenId(*bos, "BOS");
        if (const Json* eos = field(*own, "eos")) out_.eos = tokenId(*eos, "EOS");
        out_.addBos = flag(*own, "add_bos", out_.addBos);
        if (const Json* ends = field(*own, "ends"); ends != nullptr)
            for (const Json& end : list(*own, "ends")) out_.ends.push_back(tokenId(end, "an end"));
    }

    const Json& file_;
    std::string name_;
    ByteVocabulary out_;
    std::unordered_map<std::string, TokenId> ids_;  // by their characters
    bool byteLevel_ = false;
};

Json parsed(std::string_view bytes, const std::string& name) {
    Json file = Json::parse(bytes, nullptr, false);
    if (file.is_discarded()) throw Error("is not valid JSON", name, "Take the file from its source again");
    return file;
}

}  // namespace

ByteVocabulary parseTokenizerJson(std::string_view bytes, const std::string& name) {
    try {
        const Json file = parsed(bytes, name);
        return Reader(file, name).vocabulary();
    } catch (const Json::exception& error) {
        throw Error(std::string("is no tokenizer.json that can be read: ") + error.what(), name,
                    "Take the file from its source again");
    }
}

ByteVocabulary readTokenizerJson(const fs::path& path) {
    const std::string bytes = readFile(path, maxBytes);
    ByteVocabulary vocabulary = parseTokenizerJson(bytes, path.string());
    if (parsed(bytes, path.string()).contains("tritlab")) return vocabulary;  // it says all of it itself
    const fs::path folder = path.parent_path();
    const Json config = objectOf(folder / "tokenizer_config.json");
    const auto take = [&](const char* key, TokenId& id) {
        const auto token = tokenText(valueOf(config, key));
        if (!token) return;
        const auto known = std::ranges::find(vocabulary.added, *token, &AddedToken::text);
        if (known != vocabulary.added.end()) id = known->id;
    };
    take("bos_token", vocabulary.bos);
    take("eos_token", vocabulary.eos);
    const Json* adds = valueOf(config, "add_bos_token");
    if (adds != nullptr && adds->is_boolean()) vocabulary.addBos = adds->get<bool>();
    vocabulary.ends = endsIn(objectOf(folder / "generation_config.json"), objectOf(folder / "config.json"));
    return vocabulary;
}

namespace {

using Ordered = nlohmann::ordered_json;

Ordered written(const ByteVocabulary& vocabulary) {
    Ordered vocab = Ordered::object(), merges = Ordered::array(), added = Ordered::array();
    std::vector<std::string> characters;
    for (const std::string& token : vocabulary.tokens) characters.push_back(bytesAsCharacters(token));
    const auto textOf = [&](TokenId id) {
        const auto token = std::ranges::find(vocabulary.added, id, &AddedToken::id);
        return token != vocabulary.added.end() && token->special ? token->text
                                                                 : characters.at(static_cast<std::size_t>(id));
    };
    auto& entries = vocab.get_ref<Ordered::object_t&>();  // operator[] would look through all of them each time
    for (std::size_t id = 0; id < characters.size(); ++id)
        if (!characters[id].empty()) entries.push_back({characters[id], id});
    if (const TokenId id = vocabulary.unknown; id >= 0) vocab[textOf(id)] = id;
    for (const BpeMerge& merge : vocabulary.merges)
        merges.push_back({characters.at(static_cast<std::size_t>(merge.left)),
                          characters.at(static_cast<std::size_t>(merge.right))});
    for (const AddedToken& token : vocabulary.added)
        added.push_back({{"id", token.id},
                         {"content", token.text},
                         {"single_word", token.singleWord},
                         {"lstrip", token.leftStrip},
                         {"rstrip", token.rightStrip},
                         {"normalized", token.normalized},
                         {"special", token.special}});
    Ordered splits = Ordered::array();
    for (const SplitPass& pass : vocabulary.passes) {
        const auto behavior =
            std::ranges::find(behaviors, pass.behavior, &std::pair<const char*, SplitBehavior>::second);
        splits.push_back({{"type", "Split"},
                          {"pattern", {{"Regex", pass.pattern}}},
                          {"behavior", behavior->first},
                          {"invert", pass.invert}});
    }
    const Ordered byteLevel = {{"type", "ByteLevel"},
                               {"add_prefix_space", vocabulary.prefixBlank},
                               {"trim_offsets", true},
                               {"use_regex", false}};
    // The blank comes before the first split: a ByteLevel with GPT-2's pattern does both at once.
    const bool joint =
        vocabulary.prefixBlank && vocabulary.passes.size() == 1 && vocabulary.passes[0] == SplitPass{gpt2Pattern};
    if (joint) splits.clear();
    splits.push_back(byteLevel);
    if (joint) splits.back()["use_regex"] = true;
    Ordered file = {
        {"version", "1.0"},
        {"truncation", nullptr},
        {"padding", nullptr},
        {"added_tokens", std::move(added)},
        {"normalizer", vocabulary.composed ? Ordered{{"type", "NFC"}} : Ordered(nullptr)},
        {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", std::move(splits)}}},
        {"post_processor", nullptr},
        {"decoder", {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}}},
        {"model",
         {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", vocabulary.unknown >= 0 ? Ordered(textOf(vocabulary.unknown)) : Ordered(nullptr)},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", vocabulary.wholeWords},
          {"vocab", std::move(vocab)},
          {"merges", std::move(merges)}}}};
    const auto bosToken = std::ranges::find(vocabulary.added, vocabulary.bos, &AddedToken::id);
    if (vocabulary.addBos && bosToken != vocabulary.added.end()) {
        const std::string& text = bosToken->text;
        const Ordered first = {{"SpecialToken", {{"id", text}, {"type_id", 0}}}};
        const auto sequence = [](const char* id, int type) {
            return Ordered{{"Sequence", {{"id", id}, {"type_id", type}}}};
        };
        file["post_processor"] = {
            {"type", "TemplateProcessing"},
            {"single", {first, sequence("A", 0)}},
            {"pair", {first, sequence("A", 0), sequence("B", 0)}},
            {"special_tokens", {{text, {{"id", text}, {"ids", {vocabulary.bos}}, {"tokens", {text}}}}}}};
    }
    return file;
}

}  // namespace

std::string tokenizerJson(const ByteVocabulary& vocabulary) { return written(vocabulary).dump(); }

std::string keptTokenizerJson(const ByteVocabulary& vocabulary) {
    Ordered file = written(vocabulary);
    file["tritlab"] = {{"bos", vocabulary.bos >= 0 ? Ordered(vocabulary.bos) : Ordered(nullptr)},
                       {"eos", vocabulary.eos >= 0 ? Ordered(vocabulary.eos) : Ordered(nullptr)},
                       {"add_bos", vocabulary.addBos},
                       {"ends", vocabulary.ends}};
    return file.dump();
}

}  // namespace tritlab
