#include "server/commands/workflow_file.hpp"

#include "base/error.hpp"
#include "base/nearest_names.hpp"
#include "workflows/metadata.hpp"
#include "workflows/replacements.hpp"
#include "workflows/templates.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace easel::server {

namespace fs = std::filesystem;

namespace {

// The file of that name, else the template.
fs::path find_file(const fs::path& given) {
    std::error_code ignored;
    if (fs::exists(given, ignored)) return given;
    const std::vector<std::string> names = workflows::template_names();
    if (std::find(names.begin(), names.end(), given.string()) != names.end())
        return workflows::templates_folder() / (given.string() + ".json");
    throw UserError("there is no workflow file " + given.string() +
                    (names.empty() ? "" : ", and no template of that name; templates are " + joined(names)));
}

std::string read_bytes(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) throw UserError("cannot read the workflow " + file.string());
    return bytes;
}

bool is_prompt(const Json& json) {
    const auto is_node = [](const Json& node) {
        return node.is_object() && node.contains("class_type") && node.contains("inputs") && node["inputs"].is_object();
    };
    return json.is_object() && !json.empty() && std::all_of(json.begin(), json.end(), is_node);
}

WorkflowFile read_json(const fs::path& file, const std::string& bytes, std::map<std::string, std::string>& slots) {
    Json json = Json::parse(bytes, nullptr, false);
    if (json.is_discarded()) throw UserError(file.string() + " is neither JSON nor a PNG or WebP");
    if (workflows::is_ui_workflow(json)) return {.prompt = {}, .workflow = std::move(json)};
    if (workflows::Template::is_template(json)) {
        Json prompt = workflows::Template(file.stem().string(), json).fill(slots);
        slots.clear();
        return {.prompt = std::move(prompt), .workflow = {}};
    }
    if (json.is_object() && json.contains("prompt") && json["prompt"].is_object()) json = Json(json["prompt"]);
    if (!is_prompt(json))
        throw UserError(file.string() +
                        " is no workflow: neither one as the frontend saves it (\"nodes\", \"links\") " +
                        "nor one in API format ({\"ID\": {\"class_type\": ..., \"inputs\": {...}}, ...})");
    return {.prompt = std::move(json), .workflow = {}};
}

}  // namespace

WorkflowFile read_workflow(const fs::path& given, std::map<std::string, std::string>& slots) {
    const fs::path file = find_file(given);
    const std::string bytes = read_bytes(file);
    if (!workflows::is_png(bytes) && !workflows::is_webp(bytes)) return read_json(file, bytes, slots);
    workflows::PictureWorkflow found = workflows::read_picture(bytes);
    if (found.prompt && !is_prompt(*found.prompt)) found.prompt.reset();
    if (!found.prompt && !found.workflow) throw UserError(file.string() + " carries no workflow");
    return {.prompt = std::move(found.prompt), .workflow = std::move(found.workflow)};
}

Json prompt_of(WorkflowFile file, const graph::Registry& registry, const graph::Services& services,
               const Folders& folders, workflows::MissingParts& missing) {
    Json prompt = file.prompt
                      ? std::move(*file.prompt)
                      : workflows::to_prompt(*file.workflow, workflows::definitions_of(registry, services)).prompt;
    workflows::apply_replacements(prompt, registry);
    std::vector<workflows::NeededModel> models;
    if (file.workflow) models = workflows::needed_models(*file.workflow);
    missing = workflows::missing_parts(prompt, models, registry, folders);
    return prompt;
}

void print_missing(const workflows::MissingParts& missing) {
    for (const std::string& line : workflows::described(missing))
        std::fprintf(stderr, "easel: %s\n", line.c_str());
}

}  // namespace easel::server
