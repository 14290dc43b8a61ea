// The real engine in a test's window, and a run that does not end by itself.
#pragma once

#include <fstream>

#include "core/engine/engine.h"
#include "window_fixture.h"

namespace tritlab {

inline WindowOptions withEngine(const StoreFixture& fixture) {
    WindowOptions options = optionsOf(fixture);
    options.engine = []() -> Engine& { return loadEngine(); };
    return options;
}

inline RunConfig endlessRun(const StoreFixture& fixture) {
    const std::string text = fixture.folder.filePath("text.txt").toStdString();
    std::ofstream file(text);
    for (int i = 0; i < 4000; ++i) file << "In the beginning was the word, and it was number " << i << ".\n";
    RunConfig config = presetDraft("nano").config();
    config.steps = 1000000;
    config.vocabSize = 300;  // as many pieces as the text has room for
    config.data = {{text, 1}};
    return frozen(config);
}

}  // namespace tritlab
