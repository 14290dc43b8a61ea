// loadEngine(): opens libtritlab_torch beside libtritlab_core when training or evaluation is first asked for.
#include <dlfcn.h>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "core/base/error.h"
#include "core/engine/engine.h"

namespace tritlab {
namespace {

constexpr const char* libraryName = "libtritlab_torch.so";
// libgomp reads this when it is loaded, which the engine's library does: spinning threads would starve the window. It
// is set before main() because no thread may read the environment (Qt's do) while another one changes it.
[[maybe_unused]] const int waitPolicy = ::setenv("OMP_WAIT_POLICY", "passive", 0);
// What a lost rank means is said by core/engine/distributed/process_group, without stacks.
[[maybe_unused]] const int torchLog = ::setenv("TORCH_CPP_LOG_LEVEL", "ERROR", 0);

constexpr const char* factoryName = "tritlabEngine";

std::filesystem::path besideCore() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<void*>(&loadEngine), &info) == 0 || info.dli_fname == nullptr) return libraryName;
    return std::filesystem::absolute(info.dli_fname).parent_path() / libraryName;
}

std::string lastLoaderError() {
    const char* text = ::dlerror();
    return text != nullptr ? text : "the loader gave no reason";
}

Engine& open() {
    const std::filesystem::path path = besideCore();
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) {
        throw Error("the training engine cannot be loaded (" + lastLoaderError() + ")", path.string(),
                    "It needs LibTorch: run resources/setup/libtorch, which fetches it, and build again",
                    ErrorKind::Failed);
    }
    auto* factory = reinterpret_cast<Engine* (*)()>(::dlsym(library, factoryName));
    if (factory == nullptr) {
        throw Error("is no training engine of this program (" + lastLoaderError() + ")", path.string(),
                    "Build the program again", ErrorKind::Failed);
    }
    return *factory();
}

}  // namespace

Engine& loadEngine() {
    static std::mutex mutex;
    static Engine* engine = nullptr;  // stays for the life of the process, as LibTorch's thread pools do
    const std::lock_guard lock(mutex);
    if (engine == nullptr) engine = &open();
    return *engine;
}

}  // namespace tritlab
