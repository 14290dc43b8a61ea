#include "core/data/chat_format.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/chat_families.h"
#include "core/jinja/template.h"

namespace tritlab {
namespace {

constexpr std::array<std::string_view, 8> knownEnds{"<|eot_id|>",    "<|eom_id|>",    "<|im_end|>",      "<|end|>",
                                                    "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>"};
constexpr std::string_view blanks = " \t\n\v\f\r";

const char* roleName(Role role) {
    switch (role) {
        case Role::System: return "system";
        case Role::User: return "user";
        case Role::Assistant: return "assistant";
    }
    return "";
}

// Spans as a template writes them: its own text is looked through for special tokens, what came from the conversation
// is not. Blanks beside a token that takes them fall away on either side, whoever wrote them.
class Spans {
public:
    explicit Spans(const SpecialTokens& specials) : specials_(specials) {
        for (const auto& [text, token] : specials)
            if (!text.empty()) begins_[static_cast<unsigned char>(text.front())] = true;
    }
    void data(std::string_view text) { append(text); }
    void written(std::string_view text) {
        std::size_t done = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto special =
                begins_[static_cast<unsigned char>(text[at])] ? longest(text.substr(at)) : specials_.end();
            if (special == specials_.end()) {
                ++at;
                continue;
            }
            append(text.substr(done, at - done));
            if (special->second.stripsBefore) stripEnd();
            spans_.push_back({special->first, true, {}});
            stripping_ = special->second.stripsAfter;
            done = at += special->first.size();
        }
        append(text.substr(done));
    }
    [[nodiscard]] TextSpans take() { return std::move(spans_); }

private:
    // The longest special token that the text begins with.
    [[nodiscard]] SpecialTokens::const_iterator longest(std::string_view text) const {
        auto found = specials_.end();
        for (auto each = specials_.begin(); each != specials_.end(); ++each)
            if (text.starts_with(each->first) && (found == specials_.end() || each->first.size() > found->first.size()))
                found = each;
        return found;
    }
    void append(std::string_view text) {
        if (stripping_) {
            text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
            if (text.empty()) return;
            stripping_ = false;
        }
        if (!text.empty()) spans_.push_back({std::string(text), false, {}});
    }
    void stripEnd() {
        while (!spans_.empty() && !spans_.back().control) {
            std::string& text = spans_.back().text;
            text.resize(text.find_last_not_of(blanks) + 1);
            if (!text.empty()) return;
            spans_.pop_back();
        }
    }

    const SpecialTokens& specials_;
    std::array<bool, 256> begins_{};
    TextSpans spans_;
    bool stripping_ = false;
};

std::string textOf(TokenId id, const SpecialTokens& specials) {
    const auto found = std::ranges::find_if(specials, [id](const auto& entry) { return entry.second.id == id; });
    return found != specials.end() ? found->first : std::string();
}

nlohmann::ordered_json contextOf(std::span<const Message> messages, const Tokenizer& tokenizer) {
    nlohmann::ordered_json context{{"messages", nlohmann::ordered_json::array()},
                                   {"add_generation_prompt", true},
                                   {"tools", nullptr},
                                   {"documents", nullptr}};
    for (const Message& message : messages)
        context["messages"].push_back({{"role", roleName(message.role)}, {"content", withNewlines(message.text)}});
    for (const auto& [name, id] : {std::pair{"bos_token", tokenizer.bos()}, {"eos_token", tokenizer.eos()}})
        context[name] = textOf(id, tokenizer.specials());
    return context;
}

}  // namespace

ChatFormat::ChatFormat(Template trained) : trained_(trained) {}

ChatFormat::ChatFormat(ChatTemplateText text)
    : text_(std::move(text)), jinja_(std::make_shared<const JinjaTemplate>(text_.source, text_.from)) {}

ChatFormat ChatFormat::ofModel(Template trained, const ChatTemplateText& own) {
    if (trained != Template::Plain || own.source.empty()) return ChatFormat(trained);
    try {
        return ChatFormat(own);
    } catch (const Error& error) {
        const std::string why = std::string("the model's own chat template cannot be run (") + error.what() + "): ";
        const ChatFamily* family = recognizedChatFamily(own.source);
        if (family == nullptr) {
            ChatFormat plain(Template::Plain);
            plain.note_ = why +
                          "it is of no family that is known, and what is said goes to the model as plain text. "
                          "Choose a template";
            return plain;
        }
        ChatFormat recognized(ChatTemplateText{family->source, family->title});
        recognized.note_ = why + "by its marks it is " + family->title + ", which is used instead";
        return recognized;
    }
}

std::string ChatFormat::name() const {
    if (jinja_) return text_.from;
    switch (trained_) {
        case Template::Plain: return "plain";
        case Template::Instruction: return "instruction";
        case Template::B2B4T: return "2b4t";
    }
    return {};
}

std::vector<TokenId> ChatFormat::prompt(const std::vector<Message>& messages, const Tokenizer& tokenizer) const {
    if (!jinja_) return renderPrompt(trained_, messages, tokenizer);
    const bool begun = !messages.empty() && messages.back().role == Role::Assistant;
    const std::span said(messages.data(), messages.size() - (begun ? 1 : 0));
    Spans spans(tokenizer.specials());
    for (const JinjaStretch& stretch : jinja_->render(contextOf(said, tokenizer)).stretches) {
        if (stretch.fromData) spans.data(stretch.text);
        else spans.written(stretch.text);
    }
    if (begun) spans.data(withNewlines(messages.back().text));
    return encodeSpans(spans.take(), tokenizer);
}

std::vector<std::string> ChatFormat::stopTexts(const Tokenizer& tokenizer) const {
    if (!jinja_) return tritlab::stopTexts(trained_);
    std::vector<std::string> texts;
    for (const std::string_view end : knownEnds)
        if (text_.source.find(end) != std::string::npos && tokenizer.special(end) < 0) texts.emplace_back(end);
    return texts;
}

std::vector<TokenId> ChatFormat::ends(const Tokenizer& tokenizer) const {
    std::vector<TokenId> ends = tokenizer.ends();
    const auto add = [&](std::string_view text) {
        const TokenId id = tokenizer.special(text);
        if (id >= 0 && std::ranges::find(ends, id) == ends.end()) ends.push_back(id);
    };
    if (jinja_) std::ranges::for_each(knownEnds, add);
    for (const std::string& text : specialTexts(trained_)) add(text);
    return ends;
}

ChatFormat chosenChatFormat(const std::string& choice) {
    if (const ChatFamily* family = findChatFamily(choice)) return ChatFormat({family->source, family->title});
    std::error_code error;
    const std::filesystem::path file = choice;
    if (std::filesystem::is_regular_file(file, error))
        return ChatFormat({readFile(file, kMaxTemplateBytes), file.filename().string()});
    std::string families;
    for (const ChatFamily& family : chatFamilies())
        families += (families.empty() ? "" : ", ") + std::string(family.key);
    throw Error("is neither a chat template that is known here nor a file", choice, "Known are " + families);
}

}  // namespace tritlab
