// Which process of a data-parallel run this one is: the environment that torchrun, MPI launchers and Slurm give. No
// LibTorch; the meeting itself is core/engine/distributed/process_group.h.
//   torchrun               RANK WORLD_SIZE LOCAL_RANK LOCAL_WORLD_SIZE MASTER_ADDR MASTER_PORT (and whether its agent
//   serves the store) Open MPI               OMPI_COMM_WORLD_{RANK,SIZE,LOCAL_RANK,LOCAL_SIZE} MPICH, Intel MPI
//   PMI_RANK PMI_SIZE MPI_LOCALRANKID MPI_LOCALNRANKS Slurm (srun)           SLURM_PROCID SLURM_NTASKS SLURM_LOCALID
//   SLURM_TASKS_PER_NODE SLURM_STEP_NODELIST SLURM_JOB_ID
// MASTER_ADDR and MASTER_PORT name rank 0 under each of them; where they are missing: Slurm's first node and a port
// made of the job's number, or this machine where all ranks are on it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tritlab {

struct Ranks {
    int rank = 0, size = 1;
    int localRank = 0, localSize = 1;  // among those of this machine
    std::string address;               // where rank 0 is met
    std::uint16_t port = 0;
    int listener = -1;           // rank 0: a socket that listens on the port already
    bool storeIsServed = false;  // torchrun's agent serves the store at that address; else rank 0 does
    std::string attempt = "0";   // a restarted group does not read what an earlier one left there

    [[nodiscard]] bool many() const { return size > 1; }
    [[nodiscard]] bool leads() const { return rank == 0; }
    [[nodiscard]] bool oneMachine() const { return localSize == size; }
    // Threads of this process where the config says `wanted` (0: all cores): the ranks of a machine share its cores,
    // unless the launcher has bound each to its own.
    [[nodiscard]] int threads(int wanted) const;
};

using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment processEnvironment();

// One rank where no launcher speaks. Throws Error that names the variable that is missing or wrong.
Ranks ranksOf(const Environment& environment);

// "node[03-07,12],other" -> "node03": the first host of a Slurm node list.
std::string firstHost(const std::string& nodeList);

}  // namespace tritlab
