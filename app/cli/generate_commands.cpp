// generate: one continuation. chat: a conversation on stdin, kept in the store as it happens.
#include <unistd.h>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/cli/at_lambda_one.h"
#include "app/cli/frame.h"
#include "app/cli/model_options.h"
#include "app/cli/signals.h"
#include "core/infer/chat_session.h"
#include "core/library/model_notes.h"
#include "core/store/store_writer.h"

namespace tritlab::cli {
namespace {

struct GenerateOptions {
    ModelOptions model;
    AtLambdaOne atLambdaOne;
    std::string prompt, system, chatTemplate;
    GenerationOptions generation;
    bool greedy = false;
    int threads = 0;

    [[nodiscard]] GenerationOptions wanted() const {
        GenerationOptions options = generation;
        if (greedy) options.sampling.temperature = 0;
        return options;
    }
};

void addSamplingOptions(CLI::App* command, GenerateOptions& options) {
    options.model.addTo(command);
    options.atLambdaOne.addTo(command);
    SamplingOptions& sampling = options.generation.sampling;
    command->add_option("--max-tokens", options.generation.maxTokens, "At most so many new tokens")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 24));
    command->add_option("--temperature", sampling.temperature, "0: always the most likely token")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 100.0));
    command->add_flag("--greedy", options.greedy, "The same as --temperature 0");
    command->add_option("--top-k", sampling.topK, "Of the k most likely tokens; 0: off")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command->add_option("--top-p", sampling.topP, "Of the most likely ones that make up this share; 1: off")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    command->add_option("--min-p", sampling.minP, "Of those at least this share as likely as the most likely; 0: off")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    command
        ->add_option("--repetition-penalty", sampling.repetitionPenalty,
                     "Above 1: what was said is less likely; 1: off")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 100.0));
    command->add_option("--seed", sampling.seed, "The same seed draws the same tokens")->capture_default_str();
    command->add_option("--stop", options.generation.stopTexts, "End before this text; may be repeated");
    command->add_flag("--shift-context", options.generation.shiftContext,
                      "Where the context is full, forget its older half and go on instead of ending");
    command->add_option("--threads", options.threads, "0: all cores")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
}

// Throws Error, with the ways out, where the text to go on from alone is longer than the context.
void requireRoom(const GenerationResult& result, const std::string& what, const std::string& otherWays) {
    if (result.reason == StopReason::ContextFull && result.tokens.empty())
        throw Error("the " + what + " has " + std::to_string(result.promptTokens.size()) +
                        " tokens, the model's context holds " + std::to_string(result.contextLength),
                    what, "Give --shift-context, " + otherWays);
}

Exit generate(Session& session, const GenerateOptions& options) {
    const auto model = options.model.resolve(session);
    const auto trained = options.atLambdaOne.require(session, model);
    ChatSession chat(model.folder, options.threads);
    const std::vector<std::string> notes = modelNotes(model.folder, chat.description(), chat.tokenizer());
    session.print(options.prompt);
    const GenerationResult result = chat.complete(
        options.prompt, options.wanted(), [&](const GeneratedToken& token) { session.print(token.text); },
        session.stop);
    session.print("\n");
    requireRoom(result, "prompt", "a shorter prompt, or a model with a larger context");
    session.result = {{"text", result.text},
                      {"token_ids", result.tokens},
                      {"prompt_token_ids", result.promptTokens},
                      {"reason", stopReasonKey(result.reason)},
                      {"tokens_per_second", result.tokensPerSecond},
                      {"prompt_tokens_per_second", result.promptTokensPerSecond},
                      {"first_token_seconds", result.firstTokenSeconds},
                      {"context_shifts", result.contextShifts},
                      {"model", model.name},
                      {"notes", notes}};
    addTrained(session, trained);
    return result.reason == StopReason::Stopped ? stopped : done;
}

nlohmann::json details(const GenerationResult& result, const SamplingOptions& sampling) {
    return {{"tokens", result.tokens.size()},
            {"tokens_per_second", result.tokensPerSecond},
            {"first_token_ms", result.firstTokenSeconds * 1000},
            {"reason", stopReasonKey(result.reason)},
            {"sampling",
             {{"temperature", sampling.temperature},
              {"top_k", sampling.topK},
              {"top_p", sampling.topP},
              {"min_p", sampling.minP},
              {"repetition_penalty", sampling.repetitionPenalty},
              {"seed", sampling.seed}}}};
}

// Messages go to the store when they are said; an answer when it is whole.
class StoredChat {
public:
    StoredChat(const Workspace& workspace, std::string model) : writer_(workspace), model_(std::move(model)) {}
    void add(Role role, const std::string& text, const nlohmann::json& info = {}) {
        if (conversation_ == 0) conversation_ = writer_.createConversation(text.substr(0, 60), model_);
        const char* name = role == Role::System ? "system" : role == Role::User ? "user" : "assistant";
        last_ = writer_.addMessage(conversation_, last_, name, text, info);
        messages.push_back({role, text});
    }
    [[nodiscard]] std::int64_t conversation() const { return conversation_; }
    std::vector<Message> messages;

private:
    StoreWriter writer_;
    std::string model_;
    std::int64_t conversation_ = 0, last_ = 0;
};

void tellOf(Session& session, const StoredChat& stored, const std::string& model, const ChatFormat& format,
            const std::vector<std::string>& notes) {
    session.result = {{"conversation", stored.conversation()},
                      {"model", model},
                      {"template", format.name()},
                      {"notes", notes},
                      {"messages", nlohmann::ordered_json::array()}};
    for (const Message& message : stored.messages)
        session.result["messages"].push_back({{"role", message.role == Role::System ? "system"
                                                       : message.role == Role::User ? "user"
                                                                                    : "assistant"},
                                              {"text", message.text}});
}

Exit chatLoop(Session& session, const GenerateOptions& options) {
    const auto model = options.model.resolve(session);
    const auto trained = options.atLambdaOne.require(session, model);
    StoredChat stored(session.workspace, model.name);  // where it cannot be kept, nothing is loaded
    ChatSession chat(model.folder, options.threads);
    if (!options.chatTemplate.empty()) chat.setFormat(chosenChatFormat(options.chatTemplate));
    const std::vector<std::string> notes = modelNotes(model.folder, chat.description(), chat.tokenizer());
    const bool person = isatty(STDIN_FILENO) == 1 && !session.json;
    if (person) session.printLine("Chatting with " + model.name + ". Ctrl-C ends an answer, Ctrl-D the chat.");
    if (!options.system.empty()) stored.add(Role::System, options.system);
    GenerationOptions generation = options.wanted();
    std::string line;
    for (;;) {
        if (person) session.print("> ");
        if (!std::getline(std::cin, line)) break;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        stored.add(Role::User, line);
        const StopToken stop;  // Ctrl-C ends this answer only
        resumeSignals(stop);
        const EndsByItself waits("");  // what there is of the answer is kept
        const GenerationResult result = chat.answer(
            stored.messages, generation, [&](const GeneratedToken& token) { session.print(token.text); }, stop);
        session.print("\n");
        tellOf(session, stored, model.name, chat.format(), notes);
        requireRoom(result, "conversation", "begin a new one, or use a model with a larger context");
        stored.add(Role::Assistant, result.text, details(result, generation.sampling));
        ++generation.sampling.seed;  // the same question again may have another answer
        resumeSignals(session.stop);
        if (result.reason == StopReason::ContextFull)
            session.printLine("(The answer is cut short: the context of " + std::to_string(result.contextLength) +
                              " tokens is full. --shift-context goes on, and forgets the older half.)");
    }
    if (person) session.print("\n");
    tellOf(session, stored, model.name, chat.format(), notes);
    addTrained(session, trained);
    return done;
}

}  // namespace

void addGenerateCommands(Program& program) {
    const auto one = std::make_shared<GenerateOptions>();
    CLI::App* command =
        program.command(&program.app(), "generate", "Continue a text", [one](Session& s) { return generate(s, *one); });
    addSamplingOptions(command, *one);
    command->add_option("--prompt", one->prompt, "The text to continue")->required();

    const auto many = std::make_shared<GenerateOptions>();
    command = program.command(&program.app(), "chat", "Chat in the model's own template; reads stdin line by line",
                              [many](Session& s) { return chatLoop(s, *many); });
    addSamplingOptions(command, *many);
    command->add_option("--system", many->system, "A system prompt");
    command->add_option("--template", many->chatTemplate,
                        "Instead of the model's own template: a family's (chatml, llama3, gemma, ...) or a file with "
                        "Jinja text");
}

}  // namespace tritlab::cli
