// POST /prompt queues a workflow, GET /prompt says how many are left.
#include "base/python_repr.hpp"
#include "graph/validator.hpp"
#include "web-api/identifiers.hpp"
#include "web-api/routes.hpp"
#include "workflows/metadata.hpp"
#include "workflows/missing_parts.hpp"
#include "workflows/replacements.hpp"
#include "workflows/ui_workflow.hpp"

#include <chrono>
#include <cmath>
#include <cstdlib>

namespace easel::web {
namespace {

constexpr const char* secrets[] = {"auth_token_comfy_org", "api_key_comfy_org"};

Response refused(Json error, Json node_errors = Json::object()) {
    return Response::json({{"error", std::move(error)}, {"node_errors", std::move(node_errors)}}, 400);
}

Response refused(const char* type, const char* message, const std::string& details) {
    return refused({{"type", type}, {"message", message}, {"details", details}, {"extra_info", Json::object()}});
}

// An explicit number wins over `front` and leaves the counter alone; everything else takes the next one, even a prompt
// that is refused later.
double queue_number(const Json& body, graph::JobStore& jobs) {
    const auto given = body.find("number");
    if (given == body.end()) {
        const auto next = static_cast<double>(jobs.next_number());
        return has_true(body, "front") ? -next : next;
    }
    double number = std::nan("");
    if (given->is_number() || given->is_boolean())
        number = given->is_boolean() ? given->get<bool>() : given->get<double>();
    if (given->is_string()) {
        std::string text = given->get<std::string>();
        text.erase(text.find_last_not_of(" \t\r\n") + 1);
        char* end = nullptr;
        number = std::strtod(text.c_str(), &end);
        if (text.empty() || *end != '\0') number = std::nan("");
    }
    if (!std::isfinite(number)) throw HttpError(400, "number must be a finite number");
    return number;
}

std::optional<std::vector<std::string>> partial_targets(const Json& body) {
    const auto given = body.find("partial_execution_targets");
    if (given == body.end() || given->is_null()) return {};
    if (!given->is_array()) throw HttpError(400, "partial_execution_targets must be a list of node ids");
    std::vector<std::string> targets;
    for (const Json& target : *given)
        if (target.is_string()) targets.push_back(target.get<std::string>());
    return targets;
}

// extra_data as queue and history show it, and apart from it the keys that only nodes may see.
void take_extra_data(Json& body, const Request& request, graph::Job& job) {
    if (const auto given = body.find("extra_data"); given != body.end()) job.extra_data = std::move(*given);
    if (!job.extra_data.is_object()) throw HttpError(400, "extra_data must be an object");
    if (const auto client = body.find("client_id"); client != body.end())
        job.extra_data["client_id"] = std::move(*client);
    const auto source = request.header("comfy-usage-source");
    if (source && !source->empty() && !job.extra_data.contains("comfy_usage_source"))
        job.extra_data["comfy_usage_source"] = *source;
    for (const char* secret : secrets) {
        if (!job.extra_data.contains(secret)) continue;
        job.sensitive[secret] = std::move(job.extra_data[secret]);
        job.extra_data.erase(secret);
    }
    using namespace std::chrono;
    job.created_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    job.extra_data["create_time"] = job.created_ms;
}

// The body is JSON, or a picture that carries a workflow.
Json read_body(const Request& request) {
    if (!workflows::is_png(request.body) && !workflows::is_webp(request.body)) return parse_members(request);
    workflows::PictureWorkflow found = workflows::read_picture(request.body);
    if (!found.prompt && !found.workflow) throw HttpError(400, "the picture carries no workflow");
    Json body = {{"prompt", found.prompt ? std::move(*found.prompt) : *found.workflow}};
    if (found.workflow) body["extra_data"]["extra_pnginfo"]["workflow"] = std::move(*found.workflow);
    return body;
}

// Files that the nodes write carry the workflow, as they do when the frontend queues it.
void keep_workflow(Json& body, Json workflow) {
    Json& extra = body["extra_data"];
    if (extra.is_null()) extra = Json::object();
    if (!extra.is_object()) return;
    Json& info = extra["extra_pnginfo"];
    if (info.is_null()) info = Json::object();
    if (info.is_object() && !info.contains("workflow")) info["workflow"] = std::move(workflow);
}

Response refused(const workflows::MissingParts& missing) {
    std::string details;
    for (const std::string& line : workflows::described(missing))
        details += (details.empty() ? "" : "\n") + line;
    return refused({{"type", "missing_node_type"},
                    {"message", "The workflow has nodes that are not installed"},
                    {"details", std::move(details)},
                    {"extra_info", workflows::as_json(missing)}});
}

Response post_prompt(const Request& request, const Api& api) {
    Json body = read_body(request);
    graph::Job job;
    job.number = queue_number(body, api.jobs);
    const auto prompt = body.find("prompt");
    if (prompt == body.end()) return refused("no_prompt", "No prompt provided", "No prompt provided");
    const auto id = body.find("prompt_id");
    if (id == body.end() || id->is_null())
        job.id = new_uuid();
    else if (id->is_string() && is_canonical_uuid(id->get_ref<const std::string&>()))
        job.id = id->get<std::string>();
    else
        return refused("invalid_prompt_id", "prompt_id must be a valid UUID",
                       "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the "
                       "server generate one");

    job.prompt = std::move(*prompt);
    std::vector<workflows::NeededModel> models;
    const bool is_file = workflows::is_ui_workflow(job.prompt);
    if (is_file) {
        Json workflow = std::move(job.prompt);
        try {
            job.prompt = workflows::to_prompt(workflow, workflows::definitions_of(api.registry, api.services)).prompt;
        } catch (const UserError& error) {
            return refused("invalid_workflow", "The workflow cannot be turned into a prompt", error.what());
        }
        models = workflows::needed_models(workflow);
        keep_workflow(body, std::move(workflow));
    }
    workflows::apply_replacements(job.prompt, api.registry);
    workflows::MissingParts missing;
    if (is_file) missing = workflows::missing_parts(job.prompt, models, api.registry, api.folders);
    if (!missing.node_types.empty()) return refused(missing);
    graph::Validation validation = graph::validate(job.prompt, api.registry, api.services, partial_targets(body));
    take_extra_data(body, request, job);
    if (validation.error && !missing.models.empty())
        (*validation.error)["extra_info"].update(workflows::as_json(missing));
    if (validation.error) return refused(std::move(*validation.error), std::move(validation.node_errors));

    job.outputs = std::move(validation.outputs);
    Response response = Response::json({{"prompt_id", job.id},
                                        {"number", plain_number(job.number)},
                                        {"node_errors", std::move(validation.node_errors)}});
    // The job waits until the client has this answer: several clients attach to its events only then.
    response.after_sent = [&jobs = api.jobs, released = job.id] { jobs.release(released); };
    api.jobs.push(std::move(job));
    return response;
}

}  // namespace

void add_prompt_routes(Router& router, const Api& api) {
    router.add("GET", "/prompt", [&api](const Request&) {
        return Response::json({{"exec_info", {{"queue_remaining", api.jobs.remaining()}}}});
    });
    router.add(
        "POST", "/prompt", [&api](const Request& request) { return post_prompt(request, api); },
        Runs::inline_when_small);
}

}  // namespace easel::web
