#include "server/front_end.hpp"

namespace easel::server {

namespace fs = std::filesystem;

namespace {

constexpr const char* places[] = {".deps/frontend", "share/easel/frontend"};
constexpr int levels_above_program = 5;

fs::path pages_in(const fs::path& packages) { return packages / "comfyui_frontend_package" / "static"; }

bool has_pages(const fs::path& packages) {
    std::error_code ignored;
    return fs::is_regular_file(pages_in(packages) / "index.html", ignored);
}

std::optional<fs::path> packages_near_program() {
    std::error_code failed;
    fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (int level = 0; !failed && level < levels_above_program && folder.has_relative_path();
         ++level, folder = folder.parent_path())
        for (const char* place : places)
            if (has_pages(folder / place)) return folder / place;
    return {};
}

}  // namespace

FrontEnd find_front_end(const std::optional<fs::path>& given) {
    FrontEnd found{.pages = {}, .packages = packages_near_program()};
    if (given) {
        found.pages = fs::absolute(*given).lexically_normal();
        // The pages may be those of an installed package, whose neighbours are then the others.
        const fs::path above = found.pages->parent_path().parent_path();
        if (!found.packages && has_pages(above)) found.packages = above;
    } else if (found.packages) {
        found.pages = pages_in(*found.packages);
    }
    return found;
}

}  // namespace easel::server
