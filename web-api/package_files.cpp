// /templates and /docs: workflow templates and node help, from the packages that come with the frontend
// (comfyui_workflow_templates_*/templates and comfyui_embedded_docs/docs). Without them there is nothing: 404.
#include "web-api/file_response.hpp"
#include "web-api/media_types.hpp"
#include "web-api/routes.hpp"

#include <algorithm>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> template_folders(const fs::path& packages) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(packages, error)) {
        const bool is_package = entry.path().filename().string().starts_with("comfyui_workflow_templates");
        if (is_package && fs::is_directory(entry.path() / "templates", error))
            found.push_back(entry.path() / "templates");
    }
    std::sort(found.begin(), found.end());
    return found;
}

Handler files_below(std::vector<fs::path> roots) {
    return [roots = std::move(roots)](const Request& request) {
        for (const fs::path& root : roots)
            if (const auto path = below(root, request.captures[0]); path && fs::is_regular_file(*path))
                return file_response(request, *path);
        return not_found();
    };
}

}  // namespace

void add_package_files_routes(Router& router, const Api& api) {
    if (!api.web_packages) return;
    router.add("GET", "/templates/{file:*}", files_below(template_folders(*api.web_packages)), Runs::on_pool);
    router.add("GET", "/docs/{file:*}", files_below({*api.web_packages / "comfyui_embedded_docs" / "docs"}),
               Runs::on_pool);
}

}  // namespace easel::web
