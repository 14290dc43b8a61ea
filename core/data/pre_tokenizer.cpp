#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/data/pre_tokenizer.h"

#include <fmt/format.h>
#include <pcre2.h>
#include <optional>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/data/newer_characters.h"

namespace tritlab {
namespace {

// The Unicode property White_Space.
constexpr std::string_view whiteSpace =
    "\\t-\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";
constexpr std::size_t jitStackStart = 64 << 10, jitStackMost = 64 << 20;
constexpr std::uint32_t heapMostKib = 1 << 18, matchesMost = 50'000'000;

[[noreturn]] void refusePattern(const std::string& name, std::string_view pattern, const std::string& why) {
    throw Error("splits text by the pattern " + std::string(pattern) + ", " + why, name,
                "Use a tokenizer with another pre-tokenizer");
}

// The newer characters of a category ("L": all of its letters), as ranges within a class.
std::string newerRanges(std::string_view category) {
    std::string ranges;
    for (const NewerCharacters& newer : newerCharacters)
        if (newer.category.starts_with(category))
            ranges += newer.first == newer.last ? fmt::format("\\x{{{:x}}}", newer.first)
                                                : fmt::format("\\x{{{:x}}}-\\x{{{:x}}}", newer.first, newer.last);
    return ranges;
}

class Translator {
public:
    Translator(std::string_view pattern, const std::string& name) : pattern_(pattern), name_(name) {}

    std::string translated() {
        while (at_ < pattern_.size()) {
            const char c = pattern_[at_];
            if (c == '\\') escape();
            else if (inClass_) withinClass(c);
            else if (c == '[') openClass();
            else keep(1);
        }
        return std::move(out_);
    }

private:
    [[noreturn]] void refuse(const std::string& why) const { refusePattern(name_, pattern_, why); }
    void keep(std::size_t characters) {
        out_ += pattern_.substr(at_, characters);
        at_ += characters;
    }
    void openClass() {
        inClass_ = true;
        keep(1);
        if (pattern_.substr(at_).starts_with('^')) keep(1);
        if (pattern_.substr(at_).starts_with(']')) keep(1);  // the first one is a character
    }
    void withinClass(char c) {
        if (c == '[' && pattern_.substr(at_).starts_with("[:")) {
            const std::size_t end = pattern_.find(":]", at_);
            if (end == std::string_view::npos) refuse("in which a class is not closed");
            return keep(end + 2 - at_);
        }
        if (c == '[') refuse("in which a class stands within a class");
        if (pattern_.substr(at_).starts_with("&&")) refuse("which intersects classes");
        inClass_ = c != ']';
        keep(1);
    }
    void escape() {
        if (at_ + 1 == pattern_.size()) refuse("which ends in the middle");
        switch (pattern_[at_ + 1]) {
            case 's': return replace(2, std::string(whiteSpace), false);
            case 'S': return replace(2, std::string(whiteSpace), true);
            case 'p': return property(false);
            case 'P': return property(true);
            case 'h':
            case 'H': refuse("in which \\h is a hexadecimal digit for Oniguruma and a blank for PCRE2");
            case 'w':
            case 'W':
            case 'd':
            case 'D':
            default: return keep(2);
        }
    }
    // A set of characters in place of `characters` of the pattern.
    void replace(std::size_t characters, const std::string& set, bool negated) {
        if (negated && inClass_) refuse("in which a class holds the complement of another one");
        out_ += inClass_ ? set : (negated ? "[^" : "[") + set + "]";
        at_ += characters;
    }
    void property(bool negated) {
        const std::size_t close = pattern_.find('}', at_);
        if (at_ + 2 >= pattern_.size() || pattern_[at_ + 2] != '{' || close == std::string_view::npos)
            refuse("in which a property has no braces");
        std::string_view name = pattern_.substr(at_ + 3, close - at_ - 3);
        if (name.starts_with('^')) {
            negated = !negated;
            name.remove_prefix(1);
        }
        const std::string ranges = newerRanges(name);
        const std::size_t length = close + 1 - at_;
        if (!ranges.empty()) return replace(length, "\\p{" + std::string(name) + "}" + ranges, negated);
        out_ += (negated ? "\\P{" : "\\p{") + std::string(name) + "}";
        at_ += length;
    }

    std::string_view pattern_;
    const std::string& name_;
    std::size_t at_ = 0;
    bool inClass_ = false;
    std::string out_;
};

template <auto free>
struct Freed {
    template <typename T>
    void operator()(T* value) const {
        free(value);
    }
};
template <typename T, auto free>
using Owned = std::unique_ptr<T, Freed<free>>;

// What matching needs besides the code, once a thread.
struct MatchRoom {
    Owned<pcre2_match_data, pcre2_match_data_free> data{pcre2_match_data_create(1, nullptr)};
    Owned<pcre2_match_context, pcre2_match_context_free> context{pcre2_match_context_create(nullptr)};
    Owned<pcre2_jit_stack, pcre2_jit_stack_free> stack{pcre2_jit_stack_create(jitStackStart, jitStackMost, nullptr)};
    MatchRoom() {
        if (!data || !context || !stack) throw std::bad_alloc();
        pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
        pcre2_set_heap_limit(context.get(), heapMostKib);
        pcre2_set_match_limit(context.get(), matchesMost);
    }
};

// Puts matches and what is between them together into words. Neighbours lie side by side in memory: joining adds
// lengths.
class Joiner {
public:
    Joiner(SplitBehavior behavior, std::vector<std::string_view>& words) : behavior_(behavior), words_(words) {}
    Joiner(const Joiner&) = delete;
    Joiner& operator=(const Joiner&) = delete;
    ~Joiner() { close(); }

    void put(std::string_view part, bool matched) {
        if (behavior_ == SplitBehavior::Isolated) return add(part);
        if (behavior_ == SplitBehavior::Removed) return matched ? void() : add(part);
        const bool joins = behavior_ == SplitBehavior::Contiguous           ? matched_ == matched
                           : behavior_ == SplitBehavior::MergedWithPrevious ? matched && !matched_
                                                                            : !matched && matched_;
        if (open_ && joins) {
            pending_ = {pending_.data(), pending_.size() + part.size()};
            if (behavior_ != SplitBehavior::Contiguous) close();
        } else {
            close();
            pending_ = part;
            open_ = true;
        }
        matched_ = matched;
    }

private:
    void add(std::string_view word) {
        if (!word.empty()) words_.push_back(word);
    }
    void close() {
        if (open_) add(pending_);
        open_ = false;
    }
    SplitBehavior behavior_;
    std::vector<std::string_view>& words_;
    std::string_view pending_;
    bool open_ = false, matched_ = false;  // matched_: of the part before
};

}  // namespace

std::string pcrePattern(std::string_view pattern, const std::string& name) {
    return Translator(pattern, name).translated();
}

std::string literalPattern(std::string_view text) {
    std::string pattern;
    for (const char c : text) {
        if (std::string_view("\\^$.|?*+()[]{}-/#&~ ").find(c) != std::string_view::npos) pattern += '\\';
        pattern += c;
    }
    return pattern;
}

struct PreTokenizer::Pass {
    SplitPass rule;
    Owned<pcre2_code, pcre2_code_free> code;
    bool jit = false;

    Pass(SplitPass given, const std::string& name) : rule(std::move(given)) {
        const std::string pattern = pcrePattern(rule.pattern, name);
        int error = 0;
        PCRE2_SIZE at = 0;
        // Oniguruma's ^ and $ stand at each line's ends.
        code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                 PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &at,
                                 nullptr));
        if (!code) {
            PCRE2_UCHAR message[256];
            pcre2_get_error_message(error, message, sizeof message);
            refusePattern(name, rule.pattern,
                          std::string("which cannot be compiled (") + reinterpret_cast<const char*>(message) + ")");
        }
        jit = pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE) == 0;
    }

    // The next match at or after `from`, [first, second); std::nullopt: there is none.
    [[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> match(std::string_view text, std::size_t from,
                                                                           MatchRoom& room,
                                                                           const std::string& name) const {
        const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
        int found = jit ? pcre2_jit_match(code.get(), subject, text.size(), from, PCRE2_NO_UTF_CHECK, room.data.get(),
                                          room.context.get())
                        : PCRE2_ERROR_JIT_STACKLIMIT;
        if (found == PCRE2_ERROR_JIT_STACKLIMIT)  // the interpreter has the heap
            found = pcre2_match(code.get(), subject, text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                                room.data.get(), room.context.get());
        if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
        if (found < 0) refusePattern(name, rule.pattern, "which takes too much work on this text");
        const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(room.data.get());
        return std::pair{ends[0], ends[1]};
    }

    // As Rust's iterators over matches do: an empty match cuts as well, but not directly behind another match.
    void split(std::string_view text, MatchRoom& room, const std::string& name,
               std::vector<std::string_view>& words) const {
        Joiner joiner(rule.behavior, words);
        std::size_t done = 0;
        std::optional<std::size_t> lastEnd;
        for (std::size_t from = 0; from <= text.size();) {
            const auto found = match(text, from, room, name);
            if (!found) break;
            const auto [first, last] = *found;
            from = last > first ? last : last + std::max<std::size_t>(utf8Length(text.substr(last)), 1);
            if (last == first && lastEnd == last) continue;
            if (first > done) joiner.put(text.substr(done, first - done), rule.invert);
            joiner.put(text.substr(first, last - first), !rule.invert);
            done = last;
            lastEnd = last;
        }
        if (done < text.size()) joiner.put(text.substr(done), rule.invert);
    }
};

PreTokenizer::PreTokenizer(std::vector<SplitPass> passes, const std::string& name) : name_(name) {
    for (SplitPass& pass : passes) passes_.push_back(std::make_unique<Pass>(std::move(pass), name));
}
PreTokenizer::~PreTokenizer() = default;

void PreTokenizer::split(std::string_view text, std::vector<std::string_view>& words) const {
    if (text.empty()) return;
    if (passes_.empty()) return words.push_back(text);
    static thread_local MatchRoom room;
    if (passes_.size() == 1) return passes_[0]->split(text, room, name_, words);
    std::vector<std::string_view> before{text}, after;
    for (const auto& pass : passes_) {
        after.clear();
        for (const std::string_view word : before) pass->split(word, room, name_, after);
        before.swap(after);
    }
    words.insert(words.end(), before.begin(), before.end());
}

}  // namespace tritlab
