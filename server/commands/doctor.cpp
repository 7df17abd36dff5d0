#include "base/error.hpp"
#include "graph/job_store.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/workbench.hpp"
#include "server/front_end.hpp"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

namespace easel::server {

namespace fs = std::filesystem;

namespace {

void say(const std::string& name, const std::string& finding) {
    std::printf("%-18s %s\n", name.c_str(), finding.c_str());
}

std::string gigabytes(double bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GB", bytes / (1 << 30));
    return text;
}

// Of the instructions that matter for speed, those that the processor has.
std::string processor_features() {
    std::ifstream file("/proc/cpuinfo");
    std::string line, found;
    while (std::getline(file, line) && !line.starts_with("flags")) {
    }
    std::istringstream flags(line);
    for (std::string flag; flags >> flag;)
        for (const char* wanted : {"avx2", "fma", "avx512f", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8"})
            if (flag == wanted) found += (found.empty() ? "" : " ") + flag;
    return found.empty() ? "none of avx2, avx512, amx: slow" : found;
}

std::string free_memory() {
    std::ifstream file("/proc/meminfo");
    std::string name, unit;
    double kilobytes = 0, total = 0;
    while (file >> name >> kilobytes >> unit) {
        if (name == "MemTotal:") total = kilobytes;
        if (name == "MemAvailable:") return gigabytes(kilobytes * 1024) + " of " + gigabytes(total * 1024) + " free";
    }
    return "unknown";
}

// What can be said of a folder that the program writes to, and whether it is as it should be.
bool examine_folder(const std::string& name, const fs::path& folder) {
    const bool is_writable = access(folder.c_str(), W_OK | X_OK) == 0;
    std::error_code unknown;
    const fs::space_info space = fs::space(folder, unknown);
    say(name, folder.string() + (is_writable ? "" : "  NOT WRITABLE") +
                  (unknown ? "" : "  (" + gigabytes(static_cast<double>(space.available)) + " free)"));
    return is_writable;
}

void examine_models(const Folders& folders) {
    std::string found;
    for (const std::string& kind : folders.model_kinds()) {
        if (kind == "custom_nodes" || kind == "datasets" || kind == "configs") continue;
        if (const std::size_t count = folders.files(kind).size())
            found += (found.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    }
    say("models", folders.roots().models.string() + "  (" + (found.empty() ? "no files" : found) + ")");
}

bool examine_database(const Options& options, const Folders& folders) try {
    const std::string path = options.folders.database.value_or((folders.roots().user / "easel.db").string());
    const auto jobs = graph::open_sqlite_job_store(path);
    say("database", path + "  (" + std::to_string(jobs->pending_count()) + " prompts pending)");
    return true;
} catch (const std::exception& error) {
    say("database", std::string("NOT USABLE: ") + error.what());
    return false;
}

}  // namespace

int examine(const Options& options) {
    bool is_well = true;
    say("easel", EASEL_VERSION);
    say("processor", std::to_string(std::thread::hardware_concurrency()) + " threads; " + processor_features());
    say("memory", free_memory());
    const Workbench workbench(options);
    for (const auto& [name, finding] : workbench.backend->findings())
        say(name, finding);
    say("nodes", std::to_string(workbench.registry.all().size()));
    for (const graph::LoadedPlugin& plugin : workbench.plugins)
        say("plugin", plugin.name + " " + plugin.version + "  (" + plugin.file.string() + ")");
    for (const std::string& problem : workbench.plugin_problems)
        say("plugin", "LEFT OUT: " + problem);
    is_well &= workbench.plugin_problems.empty();
    const Folders& folders = *workbench.folders;
    examine_models(folders);
    is_well &= examine_folder("input", folders.roots().input);
    is_well &= examine_folder("output", folders.roots().output);
    is_well &= examine_folder("temp", folders.roots().temp);
    is_well &= examine_folder("user", folders.roots().user);
    is_well &= examine_database(options, folders);
    const auto front_end = find_front_end(options.folders.front_end_root).pages;
    say("frontend", front_end ? front_end->string() : "none (programs can post workflows all the same)");
    return is_well ? 0 : 1;
}

}  // namespace easel::server
