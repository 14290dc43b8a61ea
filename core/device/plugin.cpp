#include "core/device/plugin.h"

#include <dlfcn.h>
#include <mutex>

#include "core/base/error.h"

namespace tritlab {
namespace {

constexpr const char* driverName = "libcuda.so.1";
constexpr const char* bringIt = "./start --cuda brings its libraries and builds it";

std::string loaderError() {
    const char* text = ::dlerror();
    return text != nullptr ? text : "the loader gave no reason";
}

template <typename Function>
Function symbol(void* library, const char* name) {
    return reinterpret_cast<Function>(::dlsym(library, name));
}

bool pluginIsBuilt() {
    std::error_code error;
    return std::filesystem::exists(cudaPluginPath(), error);
}

// What the driver says of its devices; throws nothing.
CudaState askDriver() {
    const std::string install = "Install NVIDIA's driver";
    void* driver = ::dlopen(driverName, RTLD_NOW);
    if (driver == nullptr) return {{}, "there is no NVIDIA driver (" + loaderError() + ")", install};
    if (!pluginIsBuilt()) return {{}, "the CUDA plugin was not built", bringIt};
    const auto init = symbol<int (*)(unsigned)>(driver, "cuInit");
    const auto count = symbol<int (*)(int*)>(driver, "cuDeviceGetCount");
    const auto device = symbol<int (*)(int*, int)>(driver, "cuDeviceGet");
    const auto name = symbol<int (*)(char*, int, int)>(driver, "cuDeviceGetName");
    if (init == nullptr || count == nullptr || device == nullptr || name == nullptr)
        return {{}, std::string(driverName) + " is no NVIDIA driver", install};
    if (const int code = init(0); code != 0)
        return {{},
                "the NVIDIA driver does not start (code " + std::to_string(code) + ")",
                "Look whether nvidia-smi shows a device"};
    int devices = 0;
    if (const int code = count(&devices); code != 0 || devices == 0)
        return {
            {}, "the NVIDIA driver has no device", "Look whether nvidia-smi shows one, and at CUDA_VISIBLE_DEVICES"};
    CudaState state;
    for (int i = 0; i < devices; ++i) {
        int handle = 0;
        char text[256] = "CUDA device";
        if (device(&handle, i) == 0) name(text, sizeof text, handle);
        state.devices.emplace_back(text);
    }
    return state;
}

std::mutex pluginMutex;
void* plugin = nullptr;  // for the life of the process, as the ops are

}  // namespace

const CudaState& cudaState() {
    static const CudaState state = askDriver();
    return state;
}

std::filesystem::path cudaPluginPath() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<void*>(&loadCudaPlugin), &info) == 0 || info.dli_fname == nullptr)
        return "libtritlab_cuda.so";
    return std::filesystem::absolute(info.dli_fname).parent_path() / "libtritlab_cuda.so";
}

void loadCudaPlugin() {
    const std::lock_guard lock(pluginMutex);
    if (plugin != nullptr) return;
    const std::filesystem::path path = cudaPluginPath();
    if (!pluginIsBuilt()) throw Error("the CUDA plugin was not built", path.string(), bringIt, ErrorKind::Failed);
    plugin = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (plugin == nullptr)
        throw Error("the CUDA plugin cannot be loaded (" + loaderError() + ")", path.string(),
                    "./start --cuda brings its libraries again", ErrorKind::Failed);
}

void* cudaPluginSymbol(const char* name) {
    const std::lock_guard lock(pluginMutex);
    return plugin != nullptr ? ::dlsym(plugin, name) : nullptr;
}

}  // namespace tritlab
