#include "core/engine/bench/op_profile.h"

#include <ATen/record_function.h>
#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "core/base/profile.h"

namespace tritlab {
namespace {

constexpr std::array<std::string_view, 6> products{"aten::mm",      "aten::addmm",   "aten::bmm",
                                                   "aten::baddbmm", "aten::_int_mm", "aten::addmm_"};

// Names have to outlive the profile.
const char* lasting(const std::string& name) {
    static std::mutex mutex;
    static std::set<std::string> names;
    const std::lock_guard lock(mutex);
    return names.insert(name).first->c_str();
}

const char* partOf(const at::RecordFunction& function) {
    const std::string_view name = function.name();
    if (std::find(products.begin(), products.end(), name) != products.end()) return "products";
    if (name.find("scaled_dot_product") != std::string_view::npos) return "attention";
    return lasting(std::string(name));
}

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
    if (Profile* profile = Profile::current()) profile->enter(partOf(function));
    return nullptr;
}

void leave(const at::RecordFunction&, at::ObserverContext*) {
    if (Profile* profile = Profile::current()) profile->leave();
}

}  // namespace

OpProfile::OpProfile()
    : handle_(
          at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave)
                                         .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}))) {}

OpProfile::~OpProfile() { at::removeCallback(handle_); }

}  // namespace tritlab
