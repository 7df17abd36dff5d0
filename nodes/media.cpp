#include "nodes/media.hpp"

#include "base/error.hpp"
#include "nodes/image/saved_images.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace easel::nodes {
namespace {

// The folder of the library that this function is in.
std::filesystem::path library_folder() {
    Dl_info found{};
    if (dladdr(reinterpret_cast<void*>(&library_folder), &found) == 0 || !found.dli_fname) return {};
    return std::filesystem::absolute(found.dli_fname).parent_path();
}

const media::Codecs& load_codecs() {
    const std::filesystem::path library = library_folder() / "libeasel_media.so";
    void* handle = dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!handle) throw Error(std::string("cannot load what reads and writes sound and video: ") + dlerror());
    using Give = const media::Codecs* (*)();
    const auto give = reinterpret_cast<Give>(dlsym(handle, "easel_media_codecs"));
    if (!give) throw Error(library.string() + " is not the library of this program");
    return *give();
}

}  // namespace

const media::Codecs& media_codecs() {
    static const media::Codecs& codecs = load_codecs();
    return codecs;
}

media::Tags metadata_tags(const graph::Context& context, const std::optional<Json>& prompt,
                          const std::optional<Json>& extra_pnginfo) {
    return metadata_texts(context, prompt, extra_pnginfo);
}

}  // namespace easel::nodes
