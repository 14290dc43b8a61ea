// The one exception type of the core. A message says what happened, to which thing, and how to mend it.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace tritlab {

// Broad kinds that an edge (window, command line) treats differently; everything else is in the text.
enum class ErrorKind {
    BadInput,   // a file, a config or an argument is wrong: the person can mend it
    Busy,       // another process holds what is needed
    NoSpace,    // the disk is full
    TooNew,     // written by a newer version of the program
    Failed      // anything else
};

class Error : public std::runtime_error {
public:
    // what: what happened ("cannot read the tokenizer"), where: to which thing (a path, path:line, a key), mend: what to do.
    explicit Error(std::string what, std::string where = {}, std::string mend = {}, ErrorKind kind = ErrorKind::BadInput)
        : std::runtime_error(compose(what, where, mend)), what_(std::move(what)), where_(std::move(where)),
          mend_(std::move(mend)), kind_(kind) {}

    [[nodiscard]] const std::string& whatHappened() const { return what_; }
    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] const std::string& mend() const { return mend_; }
    [[nodiscard]] ErrorKind kind() const { return kind_; }

private:
    static std::string compose(const std::string& what, const std::string& where, const std::string& mend) {
        std::string text = where.empty() ? what : where + ": " + what;
        if (!mend.empty()) text += ". " + mend;
        return text;
    }
    std::string what_, where_, mend_;
    ErrorKind kind_;
};

}  // namespace tritlab
