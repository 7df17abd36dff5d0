// Loggers, one a layer: log("inference").warn("{} is skipped", name). They write where spdlog's default logger writes
// at the time of their first use, so the program sets that one up first.
#pragma once

#include <spdlog/logger.h>

#include <string>

namespace easel {

spdlog::logger& log(const std::string& layer);

}  // namespace easel
