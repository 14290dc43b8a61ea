// The public face: failures become errors with name and line, marked text becomes stretches.
#include "core/jinja/template.h"

#include <algorithm>

#include "core/jinja/evaluator.h"
#include "core/jinja/lexer.h"
#include "core/jinja/syntax_tree.h"

namespace tritlab {

namespace {

// Throws where the text changes its kind so often that the stretches would take much more memory than the text may.
JinjaOutput stretches(const jinja::Text& text, const JinjaLimits& limits) {
    JinjaOutput out;
    const std::size_t most = 1000 + limits.outputBytes / 64;
    const std::string_view bytes = text.view();
    for (std::size_t from = 0; from < bytes.size();) {
        const jinja::Mark mark = text.markAt(from);
        if (out.stretches.size() == most) {
            throw jinja::LimitFailure("the text goes to and fro between data and template more than " +
                                      std::to_string(most) + " times");
        }
        std::size_t to = text.uniform() ? bytes.size() : from + 1;
        while (to < bytes.size() && text.markAt(to) == mark) ++to;
        out.stretches.push_back({std::string(bytes.substr(from, to - from)), (mark & jinja::kFromData) != 0,
                                 (mark & jinja::kInGeneration) != 0});
        from = to;
    }
    return out;
}

std::string place(const std::string& name, int line) { return name + ":" + std::to_string(line); }

}  // namespace

std::string JinjaOutput::text() const {
    std::string out;
    for (const JinjaStretch& each : stretches) out += each.text;
    return out;
}

JinjaTemplate::JinjaTemplate(std::string_view source, std::string name) : name_(std::move(name)) {
    try {
        program_ = jinja::parse(source);
    } catch (const jinja::SyntaxFailure& failure) {
        throw Error(failure.what(), place(name_, failure.line));
    } catch (const jinja::Failure& failure) {
        throw Error(failure.what(), name_);
    }
}

JinjaOutput JinjaTemplate::render(const nlohmann::ordered_json& context, const JinjaLimits& limits,
                                  const Clock& clock) const {
    jinja::Evaluator evaluator(*program_, limits, clock);
    try {
        return stretches(evaluator.run(context), limits);
    } catch (const jinja::RaisedFailure& failure) {
        throw JinjaRaised(failure.what(), place(name_, evaluator.line()));
    } catch (const jinja::Failure& failure) {
        throw Error(failure.what(), place(name_, evaluator.line()));
    }
}

bool JinjaTemplate::marksGeneration() const { return program_->marksGeneration; }

bool JinjaTemplate::reads(std::string_view variable) const {
    return std::find(program_->symbols.begin(), program_->symbols.end(), variable) != program_->symbols.end();
}

}  // namespace tritlab
