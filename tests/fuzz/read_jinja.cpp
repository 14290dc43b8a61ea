// A chat template over a conversation with tools: read, rendered within small limits, and rendered again.
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/jinja/template.h"
#include "tests/fuzz/readers.h"

namespace tritlab::fuzz {

void readJinja(std::string_view bytes) {
    static const auto context = nlohmann::ordered_json::parse(R"({
        "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Größe?\n<b>&'\"日🙂"},
            {"role": "assistant", "content": null,
             "tool_calls": [{"function": {"name": "f", "arguments": {"x": [1, 2.5, true]}}}]},
            {"role": "tool", "content": [{"type": "text", "text": " 12 "}]}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "bos_token": "<s>", "add_generation_prompt": true, "s": "a,b%s{}", "n": -7, "r": 1e300,
        "d": {"items": 3, "": "x"}, "l": [3, 1, 2]})");
    JinjaLimits limits;
    limits.steps = 200'000;
    limits.outputBytes = 1u << 20;
    limits.valueBytes = 4u << 20;
    try {
        const JinjaTemplate made(bytes, "fuzz");
        const auto noon = [] { return std::tm{}; };
        const JinjaOutput first = made.render(context, limits, noon), again = made.render(context, limits, noon);
        require(first.stretches == again.stretches, "a template renders to two texts");
        require(first.text().size() <= limits.outputBytes, "the text is longer than its limit");
        require(isUtf8(first.text()), "the text is not UTF-8");
        for (std::size_t i = 0; i < first.stretches.size(); ++i) {
            const JinjaStretch& each = first.stretches[i];
            require(!each.text.empty(), "a stretch is empty");
            require(made.marksGeneration() || !each.inGeneration, "a stretch is in a generation that is not there");
            if (i == 0) continue;
            const JinjaStretch& before = first.stretches[i - 1];
            require(each.fromData != before.fromData || each.inGeneration != before.inGeneration,
                    "two stretches are alike");
        }
    } catch (const Error& error) {
        require(error.where().rfind("fuzz:", 0) == 0, "an error has no line: " + std::string(error.what()));
    }
}

}  // namespace tritlab::fuzz
