// What memory this machine has for this process: physical memory, or less in a container or under --max-ram.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace easel {

struct HostMemory {
    std::uint64_t total = 0;      // bytes
    std::uint64_t available = 0;  // that can be taken without swapping or being ended
    std::uint64_t own = 0;        // pages of this process alone, not those of mapped files
};

// As it is now. With a cap, no more is there than the cap says. Costs some ten microseconds.
HostMemory host_memory(std::optional<std::uint64_t> cap = std::nullopt);

// The same from other places than /proc and /sys, for tests.
HostMemory host_memory_in(const std::string& proc, const std::string& cgroups, std::optional<std::uint64_t> cap);

// Gives pages of freed memory back to the system.
void return_freed_memory();

// "1.5 GB", "300 MB".
std::string readable_bytes(std::uint64_t bytes);

}  // namespace easel
