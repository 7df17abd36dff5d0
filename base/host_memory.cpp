#include "base/host_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace easel {

namespace {

// The number behind `name` in a file of lines like "MemTotal: 123 kB" or "inactive_file 123".
std::uint64_t field(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    std::string word, rest;
    while (file >> word) {
        std::uint64_t value = 0;
        if (word == name && file >> value) return value;
        std::getline(file, rest);
    }
    return 0;
}

// The single number of a file; nothing where it says "max" or is not there.
std::optional<std::uint64_t> number(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t value = 0;
    return file >> value ? std::optional(value) : std::nullopt;
}

// The folder of this process's control group (version 2), as /proc/self/cgroup names it.
std::string own_group(const std::string& proc) {
    std::ifstream file(proc + "/self/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::")) return line.substr(3) == "/" ? "" : line.substr(3);
    return "";
}

// Narrows `memory` to what one control group allows. Pages of files count as available: the kernel gives them up first.
void apply_group(HostMemory& memory, const std::string& folder) {
    const auto most = number(folder + "/memory.max"), used = number(folder + "/memory.current");
    if (!most || !used) return;
    const std::uint64_t files =
        field(folder + "/memory.stat", "inactive_file") + field(folder + "/memory.stat", "active_file");
    const std::uint64_t kept = *used - std::min(*used, files);
    memory.total = std::min(memory.total, *most);
    memory.available = std::min(memory.available, *most - std::min(*most, kept));
}

}  // namespace

HostMemory host_memory_in(const std::string& proc, const std::string& cgroups, std::optional<std::uint64_t> cap) {
    HostMemory memory{.total = field(proc + "/meminfo", "MemTotal:") * 1024,
                      .available = field(proc + "/meminfo", "MemAvailable:") * 1024,
                      .own = field(proc + "/self/status", "RssAnon:") * 1024};
    // Inside a container the group's folder is usually the root; outside, a limit can stand at every level above.
    for (std::string group = own_group(proc);; group.resize(group.rfind('/'))) {
        apply_group(memory, cgroups + group);
        if (group.rfind('/') == std::string::npos) break;
    }
    if (cap) {
        memory.total = std::min(memory.total, *cap);
        memory.available = std::min(memory.available, *cap - std::min(*cap, memory.own));
    }
    return memory;
}

HostMemory host_memory(std::optional<std::uint64_t> cap) { return host_memory_in("/proc", "/sys/fs/cgroup", cap); }

void return_freed_memory() { malloc_trim(0); }

std::string readable_bytes(std::uint64_t bytes) {
    char text[32];
    if (bytes >= (std::uint64_t{1} << 30))
        std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / (1 << 30));
    else if (bytes >= (std::uint64_t{1} << 20))
        std::snprintf(text, sizeof text, "%.0f MB", static_cast<double>(bytes) / (1 << 20));
    else
        std::snprintf(text, sizeof text, "%.0f KB", static_cast<double>(bytes) / (1 << 10));
    return text;
}

}  // namespace easel
