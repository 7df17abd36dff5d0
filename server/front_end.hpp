// Where the frontend is: the pages themselves, and the packages that come with them.
#pragma once

#include <filesystem>
#include <optional>

namespace easel::server {

struct FrontEnd {
    // The folder of index.html and of what it loads.
    std::optional<std::filesystem::path> pages;
    // The folder of comfyui_frontend_package, comfyui_workflow_templates_* and comfyui_embedded_docs.
    std::optional<std::filesystem::path> packages;
};

// The packages are in .deps/frontend of the tree that the program was built in, or in share/easel/frontend of the
// prefix that it was installed to. Pages that are `given` take the place of the package's.
FrontEnd find_front_end(const std::optional<std::filesystem::path>& given);

}  // namespace easel::server
