#include "core/store/export_csv.h"

#include "core/base/csv.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/store/schema.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t pieceSize = 1 << 16;

}  // namespace

std::int64_t exportCsv(RunStore& store, const std::string& run, const std::vector<std::string>& keys,
                       const std::function<void(std::string_view)>& write) {
    if (!store.run(run)) throw Error("no such run", run, "List the runs that there are");
    std::int64_t count = 0;
    std::string piece = "step,key,value\n";
    for (const std::string& key : keys.empty() ? store.seriesKeys(run) : keys) {
        const std::string field = csvField(key);
        for (const Point& point : store.series(run, key)) {
            piece += std::to_string(point.step) + "," + field + "," + formatReal(point.value) + "\n";
            ++count;
            if (piece.size() < pieceSize) continue;
            write(piece);
            piece.clear();
        }
    }
    write(piece);
    return count;
}

std::int64_t exportCsv(RunStore& store, const std::string& run, const fs::path& path,
                       const std::vector<std::string>& keys) {
    const fs::path fresh = path.string() + ".new";
    std::int64_t count = 0;
    try {
        OutputFile file(fresh);
        count = exportCsv(store, run, keys, [&](std::string_view piece) { file.write(piece.data(), piece.size()); });
        file.close();
        fs::rename(fresh, path);
    } catch (const fs::filesystem_error& why) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        throw filesystemError("the file cannot be put in its place", why);
    } catch (...) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        throw;
    }
    return count;
}

}  // namespace tritlab
