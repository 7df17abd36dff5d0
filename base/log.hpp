// The loggers of the program, one a layer, and the last lines of the log for clients that show them.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel {

// The logger of a layer ("server", "graph", ...). Before `start_logging` it writes to standard error at level info.
std::shared_ptr<spdlog::logger> logger(std::string_view layer);

struct LogSettings {
    std::string level = "info";            // debug, info, warning, error or critical
    std::optional<std::string> file = {};  // also written there
    bool to_stdout = false;                // instead of standard error
};

// Once, at start, before other threads log. Throws UserError for an unknown level or a file that cannot be opened.
void start_logging(const LogSettings& settings);

// Time (ISO 8601) and text of a line.
using LogEntry = std::pair<std::string, std::string>;

// The last 300 lines. From any thread.
std::vector<LogEntry> recent_log_entries();

// Who is told of every further line, on the thread that logs: must not block and must not log. Empty: nobody.
void watch_log(std::function<void(const LogEntry&)> watcher);

}  // namespace easel
