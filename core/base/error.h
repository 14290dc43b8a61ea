// The one exception type of the core. A message says what happened, to which thing, and how to mend it.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace tritlab {

// Broad kinds that an edge (window, command line) treats differently; everything else is in the text.
enum class ErrorKind {
    BadInput,  // a file, a config or an argument is wrong: the person can mend it
    Busy,      // another process holds what is needed
    NoSpace,   // the disk is full
    TooNew,    // written by a newer version of the program
    Failed     // anything else
};

class Error : public std::runtime_error {
public:
    // what: what happened ("cannot read the tokenizer"), where: to which thing (a path, path:line, a key), mend: what
    // to do.
    explicit Error(std::string what, std::string where = {}, std::string hint = {},
                   ErrorKind kind = ErrorKind::BadInput)
        : std::runtime_error(compose(what, where, hint)), what_(std::move(what)), where_(std::move(where)),
          hint_(std::move(hint)), kind_(kind) {}

    [[nodiscard]] const std::string& whatHappened() const { return what_; }
    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }
    [[nodiscard]] ErrorKind kind() const { return kind_; }

private:
    static std::string compose(const std::string& what, const std::string& where, const std::string& hint) {
        std::string text = where.empty() ? what : where + ": " + what;
        if (!hint.empty()) text += ". " + hint;
        return text;
    }
    std::string what_, where_, hint_;
    ErrorKind kind_;
};

}  // namespace tritlab
