// Splits text into the stretches that byte-level BPE merges within ("words"), by the regular expressions that a
// tokenizer.json, or the name of a pre-tokenizer in a GGUF file, gives. The expressions are Oniguruma's, as the
// tokenizers package runs them; here PCRE2 does, with Unicode 16's letters, marks and numbers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tritlab {

// What becomes of a match; what is between matches is a word.
enum class SplitBehavior { Isolated, Removed, MergedWithPrevious, MergedWithNext, Contiguous };

struct SplitPass {
    std::string pattern;  // a regular expression
    SplitBehavior behavior = SplitBehavior::Isolated;
    bool invert = false;  // what is between matches is what `behavior` speaks of
    bool operator==(const SplitPass&) const = default;
};

// A text that is found as it stands, as a pattern.
std::string literalPattern(std::string_view text);

class PreTokenizer {
public:
    // Each pass splits the words of the one before it. Throws Error (where: `name`) for a pattern that PCRE2 cannot
    // compile or would read otherwise than Oniguruma.
    PreTokenizer(std::vector<SplitPass> passes, const std::string& name);
    ~PreTokenizer();
    // Appends the words of `text`, valid UTF-8, in their order. Without a pass, and where nothing matches, the text is
    // one word. Throws Error where matching takes more than it may. Safe to call from several threads.
    void split(std::string_view text, std::vector<std::string_view>& words) const;

private:
    struct Pass;
    std::vector<std::unique_ptr<Pass>> passes_;
    std::string name_;
};

// The pattern in PCRE2's words: white space as the Unicode property has it (PCRE2's \s has U+180E too), categories with
// what is newer than PCRE2's Unicode. For tests.
std::string pcrePattern(std::string_view pattern, const std::string& name);

}  // namespace tritlab
