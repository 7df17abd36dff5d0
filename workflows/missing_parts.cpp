#include "workflows/missing_parts.hpp"

#include "workflows/json_parts.hpp"

#include <algorithm>

namespace easel::workflows {
namespace {

// Files may lie in subfolders.
bool has_model(const Folders& folders, const NeededModel& model) {
    const std::vector<std::string> files = folders.files(model.directory);
    return std::any_of(files.begin(), files.end(),
                       [&](const std::string& file) { return file == model.name || file.ends_with("/" + model.name); });
}

}  // namespace

MissingParts missing_parts(const Json& prompt, const std::vector<NeededModel>& models, const graph::Registry& registry,
                           const Folders& folders) {
    MissingParts missing;
    for (const Json& node : prompt) {
        const std::string type = text_of(part(node, "class_type"));
        auto& types = missing.node_types;
        if (!registry.find(type) && std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }
    for (const NeededModel& model : models)
        if (!has_model(folders, model)) missing.models.push_back(model);
    return missing;
}

std::vector<std::string> described(const MissingParts& missing) {
    std::vector<std::string> lines;
    for (const std::string& type : missing.node_types)
        lines.push_back("there is no node type " + type);
    for (const NeededModel& model : missing.models)
        lines.push_back("there is no " + model.name + ": it belongs in models/" + model.directory +
                        (model.url.empty() ? "" : " (" + model.url + ")"));
    return lines;
}

Json as_json(const MissingParts& missing) {
    Json models = Json::array();
    for (const NeededModel& model : missing.models)
        models.push_back({{"name", model.name}, {"directory", model.directory}, {"url", model.url}});
    return {{"missing_node_types", missing.node_types}, {"missing_models", std::move(models)}};
}

}  // namespace easel::workflows
