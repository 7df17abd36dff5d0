// What a plugin exports: a shared object in custom_nodes/ that links the easel libraries and says
//
//     EASEL_PLUGIN("my_nodes", "1.0", nullptr, [](easel::graph::Registry& registry) { registry.add<MyNode>("MyNode");
//     })
//
// Its nodes are written like built-in ones. Because C++ types cross the border, a plugin is only taken when its ABI tag
// equals the program's; otherwise it is refused with both tags in the message.
#pragma once

#include "graph/registry.hpp"

#include <filesystem>
#include <string>
#include <vector>

// Counts incompatible changes of the public headers.
#define EASEL_ABI_NUMBER "1"
#define EASEL_TEXT_OF_(x) #x
#define EASEL_TEXT_OF(x) EASEL_TEXT_OF_(x)
// The ABI number, the compiler's major version, the standard library's ABI and libtorch's version.
#define EASEL_ABI_TAG                                                                                                  \
    "easel " EASEL_ABI_NUMBER ", gcc " EASEL_TEXT_OF(__GNUC__) ", cxx11-abi " EASEL_TEXT_OF(                           \
        _GLIBCXX_USE_CXX11_ABI) ", torch " EASEL_TORCH_VERSION

namespace easel::graph {

struct PluginInfo {
    int struct_version = 1;  // of this struct; its first two members never move
    const char* abi_tag = nullptr;
    const char* name = nullptr;
    const char* version = nullptr;
    const char* web_directory = nullptr;  // served under /extensions/<name>, relative to the plugin; may be null
    void (*register_nodes)(Registry&) = nullptr;
};

using PluginEntry = const PluginInfo* (*)();

struct LoadedPlugin {
    std::string name;
    std::string version;
    std::filesystem::path file;
    std::filesystem::path web_directory;  // empty: none
};

// Loads every *.so of the folder and of its subfolders' first level, in order of their names. A plugin that cannot be
// taken is left out, and `problems` gets a message that names it and the reason; the others are loaded all the same.
std::vector<LoadedPlugin> load_plugins(const std::filesystem::path& folder, Registry& registry,
                                       std::vector<std::string>& problems);

}  // namespace easel::graph

#define EASEL_PLUGIN(name, version, web_directory, ...)                                                                \
    extern "C" __attribute__((visibility("default"))) const easel::graph::PluginInfo* easel_plugin() {                 \
        static const easel::graph::PluginInfo info{1, EASEL_ABI_TAG, name, version, web_directory, __VA_ARGS__};       \
        return &info;                                                                                                  \
    }
