// demo: the main job in a terminal. Trains the demo preset once (a second call reuses or resumes that run), lets the
// model speak, draws its charts, and says where everything is.
#include <filesystem>
#include <optional>

#include "app/cli/run_json.h"
#include "app/cli/training.h"
#include "app/cli/window_program.h"
#include "core/base/number.h"
#include "core/chat/latest_model.h"
#include "core/config/fields.h"
#include "core/infer/chat_session.h"

namespace tritlab::cli {
namespace {

constexpr char kDemo[] = "demo";

// The newest run of that name that is finished or can go on.
std::optional<RunSummary> existingDemo(RunStore& store) {
    std::optional<RunSummary> found;
    for (const RunSummary& run : store.runs()) {
        if (run.name != kDemo || run.state == RunState::Failed || run.state == RunState::Diverged) continue;
        if (!found || run.createdMs > found->createdMs) found = run;
    }
    return found;
}

Exit trainDemo(Session& session, std::string& id) {
    StoreWriter writer(session.workspace);
    writer.markDeadRuns();
    std::optional<RunSummary> existing;
    if (std::filesystem::exists(session.workspace.database())) {
        RunStore store(session.workspace);
        existing = existingDemo(store);
    }
    if (!existing) {
        const RunConfig config = frozen(presetDraft(kDemo).config());
        requireSources(config);
        loadEngine();
        id = writer.createRun(kDemo, config, RunState::Preparing);
        return trainRun(session, writer, id, config, false);
    }
    id = existing->id;
    if (existing->state == RunState::Finished) {
        session.result = runJson(*existing);
        session.printLine("The demo is trained already: run " + id + ", " + std::to_string(existing->steps) +
                          " steps, bits per byte " + fixed(existing->bitsPerByte, 4) + ".");
        return done;
    }
    return resumeRun(session, writer, *existing);
}

void speak(Session& session, const std::string& id) {
    ChatSession chat(latestModelFolder(session.workspace, id));
    GenerationOptions options;
    options.maxTokens = 80;
    options.sampling.temperature = 0.7;
    options.sampling.topP = 0.95;
    const std::string prompt = "And God said unto";
    session.print("\n" + prompt);
    const GenerationResult reply = chat.complete(
        prompt, options, [&](const GeneratedToken& t) { session.print(t.text); }, session.stop);
    session.print("\n(" + std::to_string(reply.tokens.size()) + " tokens, " + humanCount(reply.tokensPerSecond) +
                  " tokens/s)\n\n");
    session.result["prompt"] = prompt;
    session.result["reply"] = reply.text;
}

Exit demo(Session& session) {
    std::string id;
    if (const Exit code = trainDemo(session, id); code != done) return code;
    speak(session, id);
    const std::filesystem::path folder = session.workspace.run(id) / "plots";
    const std::vector<std::string> plots = drawPictures("--plots", id, folder);
    session.result["database"] = session.workspace.database().string();
    session.result["checkpoints"] = session.workspace.checkpoints(id).string();
    session.result["plots"] = plots;
    RunStore store(session.workspace);
    if (const auto run = store.run(id)) session.result["bits_per_byte"] = run->bitsPerByte;
    session.printLine("run          " + id);
    session.printLine("bits/byte    " + fixed(session.result["bits_per_byte"].get<double>(), 4) + " on held-out text");
    session.printLine("database     " + session.workspace.database().string());
    session.printLine("checkpoints  " + session.workspace.checkpoints(id).string());
    if (plots.empty()) session.printLine("plots        none: the window's program, tritlab, is not beside this one");
    else session.printLine("plots        " + folder.string() + " (" + std::to_string(plots.size()) + " PNG files)");
    session.printLine("chat         tritlab-cli chat --run " + id);
    return done;
}

}  // namespace

void addDemoCommand(Program& program) {
    program.command(&program.app(), "demo", "Train the demo model (once), let it speak, draw its charts", demo);
}

}  // namespace tritlab::cli
