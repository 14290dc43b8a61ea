#include "core/cuda/plugin.h"

#include <dlfcn.h>
#include <mutex>

#include "core/base/error.h"

namespace tritlab {
namespace {

constexpr const char* driverName = "libcuda.so.1";

std::string loaderError() {
    const char* text = ::dlerror();
    return text != nullptr ? text : "the loader gave no reason";
}

template <typename Function>
Function symbol(void* library, const char* name) { return reinterpret_cast<Function>(::dlsym(library, name)); }

}  // namespace

std::filesystem::path cudaPluginPath() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<void*>(&loadCudaPlugin), &info) == 0 || info.dli_fname == nullptr) return "libtritlab_cuda.so";
    return std::filesystem::absolute(info.dli_fname).parent_path() / "libtritlab_cuda.so";
}

std::string missingCudaDevice() {
    void* driver = ::dlopen(driverName, RTLD_NOW);
    if (driver == nullptr) return "no NVIDIA driver (" + loaderError() + ")";
    const auto init = symbol<int (*)(unsigned)>(driver, "cuInit");
    const auto count = symbol<int (*)(int*)>(driver, "cuDeviceGetCount");
    if (init == nullptr || count == nullptr) return std::string(driverName) + " is no NVIDIA driver";
    int devices = 0;
    if (const int code = init(0); code != 0) return "the NVIDIA driver does not start (code " + std::to_string(code) + ")";
    if (const int code = count(&devices); code != 0 || devices == 0) return "the NVIDIA driver has no device";
    return {};
}

void loadCudaPlugin() {
    static std::mutex mutex;
    static void* library = nullptr;  // for the life of the process, as the ops are
    const std::lock_guard lock(mutex);
    if (library != nullptr) return;
    const std::filesystem::path path = cudaPluginPath();
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        throw Error("the CUDA plugin was not built", path.string(), "./start --cuda brings its libraries and builds it", ErrorKind::Failed);
    library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr)
        throw Error("the CUDA plugin cannot be loaded (" + loaderError() + ")", path.string(), "./start --cuda brings its libraries again", ErrorKind::Failed);
}

}  // namespace tritlab
