// /api/jobs: running, waiting and finished jobs in one list, one job in full, and cancelling.
#include "base/python_repr.hpp"
#include "graph/job_records.hpp"
#include "web-api/identifiers.hpp"
#include "web-api/job_outputs.hpp"
#include "web-api/routes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace easel::web {
namespace {

using graph::JobLine, graph::JobPhase, graph::JobStatus;

// A status of the list, in the order in which refusals name them.
struct Status {
    std::string_view name;
    JobPhase phase;
    JobStatus ending = JobStatus::success;  // of a finished job
};
constexpr std::array<Status, 5> all_statuses = {{{"pending", JobPhase::pending},
                                                 {"in_progress", JobPhase::running},
                                                 {"completed", JobPhase::finished, JobStatus::success},
                                                 {"failed", JobPhase::finished, JobStatus::error},
                                                 {"cancelled", JobPhase::finished, JobStatus::cancelled}}};

std::string_view status_of(const JobLine& line) {
    for (const Status& status : all_statuses)
        if (status.phase == line.phase && (line.phase != JobPhase::finished || status.ending == line.status))
            return status.name;
    return "completed";
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::string trim(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (std::string part = trim(text.substr(begin, end - begin)); !part.empty()) parts.push_back(std::move(part));
        begin = end + 1;
    }
    return parts;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts)
        all += (all.empty() ? "" : ", ") + text;
    return all;
}

// No status means all of them.
void select_statuses(const std::vector<std::string>& names, graph::JobSelection& wish) {
    if (names.empty()) return;
    wish.phases.clear();
    wish.endings.clear();
    std::vector<std::string> unknown, valid;
    for (const Status& status : all_statuses) {
        valid.emplace_back(status.name);
        if (std::find(names.begin(), names.end(), status.name) == names.end()) continue;
        wish.phases.push_back(status.phase);
        if (status.phase == JobPhase::finished) wish.endings.push_back(status.ending);
    }
    for (const std::string& name : names)
        if (std::find(valid.begin(), valid.end(), name) == valid.end()) unknown.push_back(name);
    if (!unknown.empty())
        throw HttpError(400, "Invalid status value(s): " + joined(unknown) + ". Valid values: " + joined(valid));
}

// Which jobs a client asks for. Refusals are thrown as HttpError 400 with the reference's texts.
graph::JobSelection parse_selection(const Request& request) {
    graph::JobSelection wish;
    select_statuses(split_list(lower(request.parameter("status").value_or(""))), wish);
    if (const auto workflow = request.parameter("workflow_id"); workflow && !workflow->empty())
        wish.workflow_id = *workflow;
    const std::string sort_by = lower(request.parameter("sort_by").value_or("created_at"));
    if (sort_by != "created_at" && sort_by != "execution_duration")
        throw HttpError(400, "sort_by must be 'created_at' or 'execution_duration'");
    if (sort_by == "execution_duration") wish.order = graph::JobSelection::Order::duration;
    const std::string order = lower(request.parameter("sort_order").value_or("desc"));
    if (order != "asc" && order != "desc") throw HttpError(400, "sort_order must be 'asc' or 'desc'");
    wish.ascending = order == "asc";
    if (const auto limit = request.parameter("limit")) {
        wish.limit = parse_integer(*limit);
        if (!wish.limit) throw HttpError(400, "limit must be an integer");
        if (*wish.limit <= 0) throw HttpError(400, "limit must be a positive integer");
    }
    if (const auto offset = request.parameter("offset")) {
        const auto value = parse_integer(*offset);
        if (!value) throw HttpError(400, "offset must be an integer");
        wish.offset = std::max(0, *value);
    }
    return wish;
}

// A job as the list shows it; members without a value are left out.
Json shown(const JobLine& line) {
    const OutputSummary outputs = summarize(line.outputs);
    Json job = {{"id", line.id},
                {"status", status_of(line)},
                {"priority", plain_number(line.number)},
                {"create_time", line.created_ms}};
    if (line.started_ms) job["execution_start_time"] = *line.started_ms;
    if (line.ended_ms) job["execution_end_time"] = *line.ended_ms;
    if (line.error) job["execution_error"] = *line.error;
    job["outputs_count"] = outputs.count;
    job["previewable_outputs_count"] = outputs.previewable;
    if (outputs.preview) job["preview_output"] = *outputs.preview;
    if (line.workflow_id) job["workflow_id"] = *line.workflow_id;
    return job;
}

Response list_jobs(const Request& request, const Api& api) {
    const graph::JobSelection wish = parse_selection(request);
    const graph::JobList found = api.jobs.list(wish);
    Json jobs = Json::array();
    for (const JobLine& line : found.lines)
        jobs.push_back(shown(line));
    const bool has_more = wish.offset + static_cast<std::int64_t>(jobs.size()) < found.total;
    Json pagination = {{"offset", wish.offset}, {"limit", nullptr}, {"total", found.total}, {"has_more", has_more}};
    if (wish.limit) pagination["limit"] = *wish.limit;
    return Response::json({{"jobs", std::move(jobs)}, {"pagination", std::move(pagination)}});
}

JobLine line_of(const graph::Job& job, JobPhase phase) {
    JobLine line;
    line.id = job.id;
    line.phase = phase;
    line.number = job.number;
    line.created_ms = job.created_ms;
    line.workflow_id = graph::workflow_id(job);
    return line;
}

bool is_running(const std::string& id, const Api& api) {
    const std::vector<graph::Job> running = api.jobs.running();
    return std::any_of(running.begin(), running.end(), [&](const graph::Job& job) { return job.id == id; });
}

Response one_job(const std::string& id, const Api& api) {
    if (auto entry = api.jobs.find_history(id)) {
        JobLine line = line_of(entry->job, JobPhase::finished);
        line.status = entry->result.status;
        const graph::JobTimes times = graph::times(entry->result);
        line.started_ms = times.started_ms;
        line.ended_ms = times.ended_ms;
        line.outputs = entry->result.outputs;
        line.error = graph::error_of(entry->result);
        Json job = shown(line);
        job["outputs"] = normalized_outputs(entry->result.outputs);
        job["execution_status"] = Json::parse(graph::status_text(entry->result));
        job["workflow"] = {{"prompt", std::move(entry->job.prompt)}, {"extra_data", std::move(entry->job.extra_data)}};
        return Response::json(job);
    }
    if (const auto job = api.jobs.find_active(id))
        return Response::json(shown(line_of(*job, is_running(id, api) ? JobPhase::running : JobPhase::pending)));
    return Response::error(404, "Job not found");
}

// Whether there was anything to cancel. A job that begins to run between the two looks is interrupted.
bool cancel(const std::string& id, const Api& api) {
    if (!is_running(id, api)) {
        if (api.jobs.remove(id)) return true;
        if (!is_running(id, api)) return false;
    }
    api.interrupt(id);
    return true;
}

Response cancel_some(const Request& request, const Api& api) {
    Json body;
    try {
        body = parse_json(request.body);
    } catch (const HttpError&) {
        return Response::error(400, "Request body must be valid JSON");
    }
    const Json ids = body.is_object() && body.contains("job_ids") ? body["job_ids"] : Json();
    if (!ids.is_array()) return Response::error(400, "job_ids must be a list");
    Json invalid = Json::array();
    for (const Json& id : ids)
        if (!id.is_string() || !is_canonical_uuid(id.get_ref<const std::string&>())) invalid.push_back(python_str(id));
    if (!invalid.empty())
        return Response::json({{"error", "job_ids contains invalid id(s)"}, {"invalid_ids", std::move(invalid)}}, 400);
    bool any = false;
    for (const Json& id : ids)
        any = cancel(id.get<std::string>(), api) || any;
    return Response::json({{"cancelled", any}});
}

}  // namespace

void add_jobs_routes(Router& router, const Api& api) {
    router.add(
        "GET", "/api/jobs", [&api](const Request& request) { return list_jobs(request, api); }, Runs::on_pool);
    router.add(
        "GET", "/api/jobs/{job_id}", [&api](const Request& request) { return one_job(request.captures[0], api); },
        Runs::on_pool);
    router.add(
        "POST", "/api/jobs/cancel", [&api](const Request& request) { return cancel_some(request, api); },
        Runs::on_pool);
    router.add(
        "POST", "/api/jobs/{job_id}/cancel",
        [&api](const Request& request) {
            return Response::json({{"cancelled", cancel(request.captures[0], api)}});
        },
        Runs::on_pool);
}

}  // namespace easel::web
