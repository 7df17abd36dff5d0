// GET /system_stats and /features: what this server is and can do.
#include "web-api/routes.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

namespace easel::web {
namespace {

// The release of the reference whose protocol this server speaks, and the frontend made for it.
constexpr const char* reference_version = "0.33.0";
constexpr const char* frontend_version = "1.49.6";
constexpr const char* templates_version = "0.11.44";

// The packages that the reference asks for and that easel serves, in the versions that belong together;
// scripts/setup.sh installs these (scripts/frontend.txt).
struct Package {
    const char* name;
    const char* required;
};
constexpr Package packages[] = {{"comfyui-frontend-package", frontend_version},
                                {"comfyui-workflow-templates", templates_version},
                                {"comfyui-embedded-docs", "0.5.10"}};

// By the folder <name>-<version>.dist-info that an installer leaves beside a package; null without one.
Json installed_version(const Api& api, std::string name) {
    if (!api.web_packages) return nullptr;
    std::replace(name.begin(), name.end(), '-', '_');
    name += '-';
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(*api.web_packages, error)) {
        const std::string folder = entry.path().filename().string();
        constexpr std::string_view ending = ".dist-info";
        if (folder.starts_with(name) && folder.ends_with(ending))
            return folder.substr(name.size(), folder.size() - name.size() - ending.size());
    }
    return nullptr;
}

Json package_versions(const Api& api) {
    Json all = Json::array();
    for (const Package& package : packages)
        all.push_back({{"name", package.name},
                       {"installed", installed_version(api, package.name)},
                       {"required", package.required}});
    return all;
}

// A line of /proc/meminfo, in bytes.
std::int64_t memory(std::string_view name) {
    std::ifstream file("/proc/meminfo");
    std::string key, unit;
    for (std::int64_t kilobytes = 0; file >> key >> kilobytes; std::getline(file, unit))
        if (key == name) return kilobytes * 1024;
    return 0;
}

Response system_stats(const Api& api) {
    Json system = {{"os", "linux"},
                   {"ram_total", memory("MemTotal:")},
                   {"ram_free", memory("MemAvailable:")},
                   {"comfyui_version", reference_version},
                   {"required_frontend_version", frontend_version},
                   {"installed_templates_version", installed_version(api, "comfyui-workflow-templates")},
                   {"required_templates_version", templates_version},
                   {"comfy_package_versions", package_versions(api)},
                   {"python_version", "none: easel " EASEL_VERSION " is compiled"},
                   {"pytorch_version", ""},
                   {"embedded_python", false},
                   {"deploy_environment", "easel"},
                   {"argv", api.options.argv},
                   {"easel_version", EASEL_VERSION}};
    system.update(api.versions);
    return Response::json({{"system", std::move(system)}, {"devices", api.devices()}});
}

}  // namespace

Json server_features(const NetworkOptions& network) {
    const double bytes = network.max_upload_size_mb * 1024 * 1024;
    return {{"supports_preview_metadata", true},
            {"supports_model_type_tags", true},
            // The reference shows an integer by default and a float when the flag is given.
            {"max_upload_size", network.max_upload_size_given ? Json(bytes) : Json(std::llround(bytes))},
            {"extension", {{"manager", {{"supports_v4", true}}}}},
            {"node_replacements", true},
            {"assets", false}};
}

void add_system_routes(Router& router, const Api& api) {
    // The session takes what asks for a WebSocket; everything else comes here.
    router.add("GET", "/ws", [](const Request&) {
        return Response::text("400: this path is for WebSocket connections (Upgrade: websocket, version 13)", 400);
    });
    router.add(
        "GET", "/system_stats", [&api](const Request&) { return system_stats(api); }, Runs::on_pool);
    router.add("GET", "/features",
               [&api](const Request&) { return Response::json(server_features(api.options.network)); });
}

}  // namespace easel::web
