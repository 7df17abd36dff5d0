#include "graph/job_records.hpp"

#include "base/error.hpp"
#include "base/json_text.hpp"

#include <cmath>

namespace easel::graph {
namespace {

// Whole numbers up to 2^53 are exact as doubles.
constexpr double exact_limit = 9007199254740992.0;

std::string number_text(double number) {
    if (std::trunc(number) == number && std::abs(number) <= exact_limit)
        return std::to_string(static_cast<std::int64_t>(number));
    return Json(number).dump();
}

bool ends_a_job(const std::string& name) {
    return name == "execution_success" || name == "execution_error" || name == "execution_interrupted";
}

std::optional<std::int64_t> timestamp(const Json& message) {
    if (!message.is_object()) return {};
    auto found = message.find("timestamp");
    if (found == message.end() || !found->is_number()) return {};
    return found->get<std::int64_t>();
}

}  // namespace

Json read_record(std::string_view text) {
    try {
        return read_json(text);
    } catch (const UserError& error) {
        throw Error(std::string("the job store is damaged: ") + error.what());
    }
}

std::string json_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string job_tuple(const Job& job) {
    std::string text = "[" + number_text(job.number) + "," + json_text(job.id) + ",";
    text += json_text(job.prompt) + "," + json_text(job.extra_data) + "," + json_text(job.outputs) + "]";
    return text;
}

Job parse_job_tuple(std::string_view tuple) {
    Json json = read_record(tuple);
    if (!json.is_array() || json.size() != 5 || !json[0].is_number() || !json[1].is_string() || !json[4].is_array())
        throw Error("the job store holds a job that cannot be read");
    Job job;
    job.number = json[0].get<double>();
    job.id = json[1].get<std::string>();
    job.prompt = std::move(json[2]);
    job.extra_data = std::move(json[3]);
    job.outputs = json[4].get<std::vector<std::string>>();
    return job;
}

std::string status_text(const JobResult& result) {
    const bool completed = result.status == JobStatus::success;
    Json messages = Json::array();
    for (const JobMessage& message : result.messages)
        messages.push_back(Json::array({message.name, message.data}));
    return json_text(
        {{"status_str", completed ? "success" : "error"}, {"completed", completed}, {"messages", messages}});
}

JobResult parse_result(std::string_view outputs, std::string_view status, std::string_view meta) {
    JobResult result;
    result.outputs = read_record(outputs);
    result.meta = read_record(meta);
    Json parsed = read_record(status);
    if (!parsed.is_object()) throw Error("the job store holds a result that cannot be read");
    result.status = parsed.value("completed", false) ? JobStatus::success : JobStatus::error;
    for (Json& message : parsed["messages"]) {
        if (message[0] == "execution_interrupted") result.status = JobStatus::cancelled;
        result.messages.push_back({message[0].get<std::string>(), std::move(message[1])});
    }
    return result;
}

std::optional<Json> error_of(const JobResult& result) {
    std::optional<Json> error;
    for (const JobMessage& message : result.messages)
        if (message.name == "execution_error") error = message.data;
    return error;
}

std::optional<Json> error_of(std::string_view status) { return error_of(parse_result("{}", status, "{}")); }

std::optional<std::string> workflow_id(const Job& job) {
    const Json* at = &job.extra_data;
    for (const char* member : {"extra_pnginfo", "workflow", "id"}) {
        if (!at->is_object()) return {};
        auto found = at->find(member);
        if (found == at->end()) return {};
        at = &*found;
    }
    if (!at->is_string()) return {};
    return at->get<std::string>();
}

JobTimes times(const JobResult& result) {
    JobTimes found;
    for (const JobMessage& message : result.messages) {
        if (message.name == "execution_start") found.started_ms = timestamp(message.data);
        if (ends_a_job(message.name)) found.ended_ms = timestamp(message.data);
    }
    return found;
}

JobResult given_up(const std::string& id, std::int64_t now_ms) {
    JobResult result;
    result.status = JobStatus::error;
    result.messages.push_back({"execution_start", {{"prompt_id", id}, {"timestamp", now_ms}}});
    result.messages.push_back(
        {"execution_error",
         {{"prompt_id", id},
          {"node_id", nullptr},
          {"node_type", nullptr},
          {"executed", Json::array()},
          {"exception_message", "the server ended twice while it ran this prompt; it is not tried again\n"},
          {"exception_type", "RuntimeError"},
          {"traceback", Json::array()},
          {"current_inputs", Json::object()},
          {"current_outputs", Json::array()},
          {"timestamp", now_ms}}});
    return result;
}

}  // namespace easel::graph
