#include "core/data/cache_lock.h"

#include <chrono>
#include <thread>

#include "core/base/error.h"

namespace tritlab {

FileLock lockCache(const std::filesystem::path& path, const PrepareProgress& progress, const StopToken& stop) {
    for (bool announced = false;;) {
        if (std::optional<FileLock> lock = FileLock::tryLock(path, FileLock::Mode::Exclusive)) return std::move(*lock);
        if (stop.stopRequested())
            throw Error("was stopped while another process prepared the text", "data", {}, ErrorKind::Failed);
        if (!announced && progress) progress("Waiting for another process that prepares this text", -1);
        announced = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

}  // namespace tritlab
