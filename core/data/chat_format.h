// How a conversation becomes a model's prompt, and where its answer ends: by one of the templates that this program
// trains with (chat_template.h), or by a Jinja text, as transformers' apply_chat_template renders it: the model's own,
// a family's, or one that a person wrote.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/chat_template.h"
#include "core/data/tokenizer.h"

namespace tritlab {

class JinjaTemplate;

inline constexpr std::uint64_t kMaxTemplateBytes = 4U << 20;

// The Jinja text that a model's files bring; `from` names the file or key.
struct ChatTemplateText {
    std::string source, from;
    bool operator==(const ChatTemplateText&) const = default;
};

class ChatFormat {
public:
    explicit ChatFormat(Template trained);
    // Throws Error with the name and line of what is no template, or needs what this program does not have.
    explicit ChatFormat(ChatTemplateText text);
    // What a model's description says: the template that it was trained with here, else its own text. One that cannot
    // be run gives the family that its marks tell, else plain text; then note() says so.
    static ChatFormat ofModel(Template trained, const ChatTemplateText& own);

    // Ids of the conversation up to where the assistant is to speak. Where the last message is the assistant's, that
    // answer is begun and goes on after its last letter. Only what the template writes can be a special token: the same
    // letters in a message are letters. Throws Error where the template refuses the conversation, in its own words.
    [[nodiscard]] std::vector<TokenId> prompt(const std::vector<Message>& messages, const Tokenizer& tokenizer) const;
    // Texts at which an answer ends, besides the ends that are tokens.
    [[nodiscard]] std::vector<std::string> stopTexts(const Tokenizer& tokenizer) const;
    // Tokens at which an answer ends: the tokenizer's, and those with one of the texts that are known to end a turn.
    [[nodiscard]] std::vector<TokenId> ends(const Tokenizer& tokenizer) const;
    // Whether the blank that an answer begins with belongs to the template.
    [[nodiscard]] bool dropsFirstBlank() const { return !jinja_ && trained_ == Template::B2B4T; }
    // The template that this program trains with; Plain where it is a Jinja text.
    [[nodiscard]] Template trained() const { return trained_; }
    // The Jinja text; empty where it is one of the program's own.
    [[nodiscard]] const ChatTemplateText& text() const { return text_; }
    // "plain", "instruction", "2b4t", or what the Jinja text is from: a file, a key, a family's title.
    [[nodiscard]] std::string name() const;
    // What a person has to know of how the template was found; mostly empty.
    [[nodiscard]] const std::string& note() const { return note_; }

private:
    Template trained_ = Template::Plain;
    ChatTemplateText text_;
    std::shared_ptr<const JinjaTemplate> jinja_;
    std::string note_;
};

// What a person names instead: a family's key, or a file that holds Jinja text. Throws Error where it is neither,
// naming the families.
ChatFormat chosenChatFormat(const std::string& choice);

}  // namespace tritlab
