#include "core/run/ranks.h"

#include <unistd.h>
#include <algorithm>
#include <cstdlib>
#include <thread>

#include "core/base/error.h"
#include "core/base/number.h"

namespace tritlab {
namespace {

constexpr int maxRanks = 1 << 20;
constexpr std::uint16_t standardPort = 29500;  // torchrun's

class Reader {
public:
    explicit Reader(const Environment& environment) : environment_(environment) {}

    [[nodiscard]] bool has(const char* name) const { return text(name).has_value(); }
    [[nodiscard]] std::optional<std::string> text(const char* name) const {
        std::optional<std::string> value = environment_(name);
        return value && !value->empty() ? value : std::nullopt;
    }
    [[nodiscard]] int number(const char* name, int min, int max) const {
        const std::optional<std::string> value = text(name);
        if (!value)
            throw Error("is not set", name,
                        "The launcher of a run with many processes sets it: look at how it was started");
        const std::optional<std::int64_t> parsed = parseInt(*value);
        if (!parsed || *parsed < min || *parsed > max) {
            throw Error("is '" + *value + "', and a number from " + std::to_string(min) + " to " + std::to_string(max) +
                            " is wanted",
                        name, "The launcher of a run with many processes sets it; unset it for a run of one");
        }
        return static_cast<int>(*parsed);
    }
    [[nodiscard]] int number(const char* name, int min, int max, int otherwise) const {
        return has(name) ? number(name, min, max) : otherwise;
    }

private:
    const Environment& environment_;
};

// "4(x2),3" -> 4: tasks on the first node. On another the count differs at most by how many share its cores.
int firstCount(const std::string& tasksPerNode) {
    const std::optional<std::int64_t> count = parseInt(tasksPerNode.substr(0, tasksPerNode.find_first_of("(,")));
    return count ? static_cast<int>(std::clamp<std::int64_t>(*count, 1, maxRanks)) : 1;
}

// The names under which one kind of launcher tells what it tells.
struct Names {
    const char *rank, *size, *localRank, *localSize;
};

std::optional<Names> launcher(const Reader& read) {
    if (read.has("RANK") || read.has("WORLD_SIZE"))
        return Names{"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
    if (read.has("OMPI_COMM_WORLD_SIZE")) {
        return Names{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                     "OMPI_COMM_WORLD_LOCAL_SIZE"};
    }
    if (read.has("PMI_SIZE")) return Names{"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"};
    // A batch script that was not started by srun has a job's variables and is alone all the same: only a step has a
    // number.
    if (read.has("SLURM_PROCID") && (read.has("SLURM_STEP_ID") || read.has("MASTER_ADDR"))) {
        const char* size = read.has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
        if (read.has(size)) return Names{"SLURM_PROCID", size, "SLURM_LOCALID", nullptr};
    }
    return std::nullopt;
}

bool loopback(const std::string& address) {
    return address == "localhost" || address == "::1" || address.starts_with("127.");
}
bool slurm(const Names& names) { return names.localSize == nullptr; }

void findMeetingPlace(const Reader& read, const Names& names, Ranks& ranks) {
    const std::optional<std::string> nodes =
        read.text(read.has("SLURM_STEP_NODELIST") ? "SLURM_STEP_NODELIST" : "SLURM_JOB_NODELIST");
    if (const std::optional<std::string> address = read.text("MASTER_ADDR")) ranks.address = *address;
    else if (slurm(names) && nodes) ranks.address = firstHost(*nodes);
    else if (ranks.oneMachine()) ranks.address = "127.0.0.1";
    else
        throw Error("is not set", "MASTER_ADDR",
                    "The ranks are on several machines: set it to the name or address of rank 0's");
    int port = standardPort;
    if (slurm(names) && read.has("SLURM_JOB_ID")) {
        constexpr int first = 15000, count = 10000;  // below the ports that systems hand out by themselves
        port = first + read.number("SLURM_JOB_ID", 0, 2147483647) % count;
    }
    ranks.port = static_cast<std::uint16_t>(read.number("MASTER_PORT", 1, 65535, port));
}

}  // namespace

int Ranks::threads(int wanted) const {
    if (wanted > 0 || localSize == 1) return wanted;
    const int mine = static_cast<int>(std::thread::hardware_concurrency());  // those that this process may run on
    const long all = ::sysconf(_SC_NPROCESSORS_ONLN);
    return mine < all ? mine : std::max(1, mine / localSize);
}

Environment processEnvironment() {
    return [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    };
}

Ranks ranksOf(const Environment& environment) {
    const Reader read(environment);
    const std::optional<Names> names = launcher(read);
    if (!names) return {};
    Ranks ranks;
    ranks.size = read.number(names->size, 1, maxRanks);
    ranks.rank = read.number(names->rank, 0, ranks.size - 1);
    if (!ranks.many()) return {};
    // Rank 0 at the loopback address: nobody can come from another machine.
    const bool here = loopback(read.text("MASTER_ADDR").value_or(""));
    ranks.localRank = read.number(names->localRank, 0, ranks.size - 1, here ? ranks.rank : 0);
    if (here) ranks.localSize = ranks.size;
    else if (slurm(*names))
        ranks.localSize = std::min(ranks.size, firstCount(read.text("SLURM_TASKS_PER_NODE").value_or("1")));
    else ranks.localSize = read.number(names->localSize, 1, ranks.size, 1);
    findMeetingPlace(read, *names, ranks);
    ranks.storeIsServed = read.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
    ranks.attempt = read.text("TORCHELASTIC_RESTART_COUNT").value_or("0");
    return ranks;
}

std::string firstHost(const std::string& nodeList) {
    const std::size_t bracket = nodeList.find('['), comma = nodeList.find(',');
    if (bracket == std::string::npos || comma < bracket) return nodeList.substr(0, comma);
    const std::size_t start = bracket + 1, end = nodeList.find_first_of("-,]", start);
    return nodeList.substr(0, bracket) + nodeList.substr(start, end == std::string::npos ? end : end - start);
}

}  // namespace tritlab
