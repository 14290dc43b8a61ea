// What is written in the form is kept while it is written: closing it, or a crash, loses nothing. And what is loaded
// over it is set aside, to be taken back. A form is a JSON object here; what is in it is the form's affair.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

namespace tritlab {

class DraftKeeper;

class FormDrafts {
public:
    // written: what stands in the form now.
    explicit FormDrafts(std::function<nlohmann::json()> written) : written_(std::move(written)) {}
    // From here on it is kept there. Gives what was left there, null where nothing was.
    nlohmann::json open(DraftKeeper* keeper);
    void keep();                          // what stands in the form now
    void setEdited() { edited_ = true; }  // it is the person's: not to be lost when something else is loaded
    void setAside();                      // something else is about to be loaded over what the person wrote
    nlohmann::json takeBack();            // what was set aside; what the person wrote since is set aside for it
    [[nodiscard]] bool hasAside() const { return aside_.is_object(); }
    void forget();  // it has become a run

private:
    void store(const char* name, const nlohmann::json& form);  // null: forgets it
    std::function<nlohmann::json()> written_;
    DraftKeeper* keeper_ = nullptr;
    nlohmann::json aside_;  // null: nothing
    bool edited_ = false;
};

}  // namespace tritlab
