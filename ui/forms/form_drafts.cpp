#include "ui/forms/form_drafts.h"

#include <utility>

#include "ui/services/draft_keeper.h"

namespace tritlab {

namespace {

constexpr const char* formName = "form";
constexpr const char* asideName = "form-aside";

}  // namespace

nlohmann::json FormDrafts::open(DraftKeeper* keeper) {
    keeper_ = keeper;
    aside_ = keeper->draft(asideName);
    return keeper->draft(formName);
}

void FormDrafts::store(const char* name, const nlohmann::json& form) {
    if (keeper_ != nullptr) keeper_->keep(name, form);
}

void FormDrafts::keep() {
    if (keeper_ != nullptr) keeper_->keep(formName, written_());
}

void FormDrafts::setAside() {
    if (!std::exchange(edited_, false)) return;
    aside_ = written_();
    store(asideName, aside_);
    store(formName, {});
}

nlohmann::json FormDrafts::takeBack() {
    nlohmann::json form = std::exchange(aside_, {});
    store(asideName, {});
    setAside();
    return form;
}

void FormDrafts::forget() {
    edited_ = false;
    store(formName, {});
}

}  // namespace tritlab
