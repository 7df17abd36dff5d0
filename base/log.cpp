#include "base/log.hpp"

#include <spdlog/spdlog.h>

#include <mutex>

namespace easel {

spdlog::logger& log(const std::string& layer) {
    static std::mutex mutex;  // two threads may ask for a new logger at once
    const std::lock_guard lock(mutex);
    auto logger = spdlog::get(layer);
    if (!logger) {
        logger = spdlog::default_logger()->clone(layer);
        spdlog::register_logger(logger);
    }
    return *logger;
}

}  // namespace easel
