// Jinja templates, as the chat templates of models are written: what transformers renders with Python's jinja2 (its
// immutable sandbox, trim_blocks, lstrip_blocks, loop controls, {% generation %}), to the same text and with errors for
// the same templates. Not there: other templates (extends, include, import), autoescape, and the filters urlize,
// striptags, xmlattr, wordwrap, pprint and random, each refused by its name and line.
//
// A template comes with a model's file and may be hostile: it reads and changes nothing but the values that it is
// given, and ends within the limits.
#pragma once

#include <cstddef>
#include <ctime>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace tritlab {

namespace jinja {
struct Program;
}

// What one rendering may use; beyond it is an Error.
struct JinjaLimits {
    std::size_t steps = 20'000'000;       // about a second
    std::size_t outputBytes = 64u << 20;  // of what is rendered
    std::size_t valueBytes = 256u << 20;  // of all values alive at one time
    int callDepth = 100;                  // of macros and recursive loops in each other
    int nodeDepth = 1500;                 // of statements and expressions being worked at
    int valueDepth = 200;                 // of lists in lists
};

// A stretch of the result. Only what is not from data may be a control token.
struct JinjaStretch {
    std::string text;
    bool fromData = false;      // from the context, not written in the template
    bool inGeneration = false;  // inside {% generation %}: what an assistant is trained to say
    bool operator==(const JinjaStretch&) const = default;
};
struct JinjaOutput {
    std::vector<JinjaStretch> stretches;  // none is empty, and neighbours differ
    [[nodiscard]] std::string text() const;
};

// The template refused what it was given, by raise_exception: `message` is its own words, meant for the person.
class JinjaRaised : public Error {
public:
    JinjaRaised(std::string message, std::string where)
        : Error(message, std::move(where)), message_(std::move(message)) {}
    [[nodiscard]] const std::string& message() const { return message_; }

private:
    std::string message_;
};

class JinjaTemplate {
public:
    // The local time that strftime_now tells.
    using Clock = std::function<std::tm()>;

    // Reads the template once. `name` is the file or key that it is from. Throws Error with name:line where it is not
    // Jinja, or needs what is not there.
    explicit JinjaTemplate(std::string_view source, std::string name);

    // Renders with the members of the object `context` as variables. Those that are texts themselves (bos_token) count
    // as the template's own words; what lies within lists and objects is data. May be called from several threads.
    // Throws JinjaRaised, or Error with name:line for everything that jinja2 would raise and for a limit that is
    // reached. `clock`: none is the machine's.
    [[nodiscard]] JinjaOutput render(const nlohmann::ordered_json& context, const JinjaLimits& limits = {},
                                     const Clock& clock = {}) const;
    // True where the template marks what an assistant says by {% generation %}.
    [[nodiscard]] bool marksGeneration() const;
    // True where the template reads a variable of this name (tools, enable_thinking, …).
    [[nodiscard]] bool reads(std::string_view variable) const;

private:
    std::shared_ptr<const jinja::Program> program_;
    std::string name_;
};

}  // namespace tritlab
