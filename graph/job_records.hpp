// How jobs and their results are written down: the JSON texts that a store keeps and that /queue and /history show.
#pragma once

#include "graph/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace easel::graph {

// JSON on one line; bytes that are not UTF-8 are replaced instead of refused.
std::string json_text(const Json& json);

// [number, id, prompt, extra_data, outputs]; a whole number is written without a fraction.
std::string job_tuple(const Job& job);

// The job behind a tuple. Throws Error when the text is not one (a damaged store).
Job parse_job_tuple(std::string_view tuple);

// {"status_str": "success" or "error", "completed": ..., "messages": [[name, data], ...]}
std::string status_text(const JobResult& result);

// The result behind the three texts of a history entry.
JobResult parse_result(std::string_view outputs, std::string_view status, std::string_view meta);

// One of the texts of an entry. Throws Error when it is not JSON (a damaged store).
Json read_record(std::string_view text);

// The data of the execution_error among the messages of a status text; of several, the last.
std::optional<Json> error_of(std::string_view status);

// The same of a result.
std::optional<Json> error_of(const JobResult& result);

// extra_data.extra_pnginfo.workflow.id, when it is a text.
std::optional<std::string> workflow_id(const Job& job);

// When the result's messages say that the job began and ended.
struct JobTimes {
    std::optional<std::int64_t> started_ms, ended_ms;
};
JobTimes times(const JobResult& result);

// What history says of the job of that id, which ended two processes.
JobResult given_up(const std::string& id, std::int64_t now_ms);

}  // namespace easel::graph
