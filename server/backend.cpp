#include "server/backend.hpp"

#include "base/error.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace easel::server {

namespace {

// The folder of the library (or program) that this function is in.
std::filesystem::path own_folder() {
    Dl_info found{};
    if (dladdr(reinterpret_cast<void*>(&own_folder), &found) == 0 || !found.dli_fname) return {};
    return std::filesystem::absolute(found.dli_fname).parent_path();
}

// OpenCV brings Debian's BLAS into the program, whose slow sgemm_ would otherwise stand in for libtorch's own. The
// address sanitizer cannot be combined with it.
#ifdef __SANITIZE_ADDRESS__
constexpr int own_symbols_first = 0;
#else
constexpr int own_symbols_first = RTLD_DEEPBIND;
#endif

}  // namespace

std::unique_ptr<Backend> open_backend(const Options& options, Folders& folders) {
    const std::filesystem::path library = own_folder() / "libeasel_backend.so";
    // Global, so that plugins share its symbols and its types. Never closed: values of its types may outlive anything.
    void* handle = dlopen(library.c_str(), RTLD_LAZY | RTLD_GLOBAL | own_symbols_first);
    if (!handle) throw Error(std::string("cannot load what computes: ") + dlerror());
    using Open = Backend* (*)(const Options&, Folders&);
    const auto open = reinterpret_cast<Open>(dlsym(handle, "easel_open_backend"));
    if (!open) throw Error(library.string() + " is not the library of this program");
    return std::unique_ptr<Backend>(open(options, folders));
}

}  // namespace easel::server
