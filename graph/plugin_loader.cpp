#include "graph/plugin.hpp"

#include "base/error.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <system_error>

namespace easel::graph {
namespace {

namespace fs = std::filesystem;

// Shared objects of the folder and of its direct subfolders, sorted.
std::vector<fs::path> shared_objects(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code ignored;
    const auto collect = [&](const fs::path& place) {
        for (fs::directory_iterator at(place, ignored), end; !ignored && at != end; at.increment(ignored))
            if (at->path().extension() == ".so" && at->is_regular_file(ignored)) files.push_back(at->path());
    };
    collect(folder);
    std::vector<fs::path> subfolders;
    for (fs::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored))
        if (at->is_directory(ignored)) subfolders.push_back(at->path());
    for (const fs::path& subfolder : subfolders)
        collect(subfolder);
    std::sort(files.begin(), files.end());
    return files;
}

LoadedPlugin load(const fs::path& file, Registry& registry) {
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw Error(dlerror());
    const auto entry = reinterpret_cast<PluginEntry>(dlsym(library, "easel_plugin"));
    if (!entry) throw Error("it exports no easel_plugin(): is it a plugin of easel?");
    const PluginInfo* info = entry();
    if (!info || info->struct_version != 1)
        throw Error("its plugin record has version " + std::to_string(info ? info->struct_version : 0) +
                    ", expected 1");
    if (std::string_view(info->abi_tag) != EASEL_ABI_TAG)
        throw Error("it was built for [" + std::string(info->abi_tag) +
                    "], this program is [" EASEL_ABI_TAG "]: build it again against this version");
    info->register_nodes(registry);
    LoadedPlugin plugin{
        .name = info->name, .version = info->version ? info->version : "", .file = file, .web_directory = {}};
    if (info->web_directory) plugin.web_directory = file.parent_path() / info->web_directory;
    return plugin;
}

}  // namespace

std::vector<LoadedPlugin> load_plugins(const fs::path& folder, Registry& registry, std::vector<std::string>& problems) {
    std::vector<LoadedPlugin> plugins;
    for (const fs::path& file : shared_objects(folder)) {
        try {
            plugins.push_back(load(file, registry));
        } catch (const std::exception& error) {
            problems.push_back("plugin " + file.string() + " was left out: " + error.what());
        }
    }
    return plugins;
}

}  // namespace easel::graph
