#include "base/log.hpp"

#include "base/error.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <deque>
#include <mutex>

namespace easel {

namespace {

constexpr std::size_t remembered_lines = 300;

std::string iso_time(spdlog::log_clock::time_point when) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch()).count();
    const std::time_t seconds = static_cast<std::time_t>(micros / 1'000'000);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    char text[40];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + length, sizeof text - length, ".%06d", static_cast<int>(micros % 1'000'000));
    return text;
}

// Keeps the last lines, and tells the watcher of new ones.
class RememberingSink : public spdlog::sinks::base_sink<std::mutex> {
public:
    std::vector<LogEntry> entries() {
        std::lock_guard lock(mutex_);
        return {entries_.begin(), entries_.end()};
    }
    void watch(std::function<void(const LogEntry&)> watcher) {
        std::lock_guard lock(mutex_);
        watcher_ = std::move(watcher);
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t formatted;
        formatter_->format(message, formatted);
        entries_.emplace_back(iso_time(message.time), std::string(formatted.data(), formatted.size()));
        if (entries_.size() > remembered_lines) entries_.pop_front();
        if (watcher_) watcher_(entries_.back());
    }
    void flush_() override {}

private:
    std::deque<LogEntry> entries_;
    std::function<void(const LogEntry&)> watcher_;
};

// The one mutable global of the program: where loggers write.
struct Sinks {
    std::mutex mutex;
    std::shared_ptr<RememberingSink> remembering = std::make_shared<RememberingSink>();
    std::vector<spdlog::sink_ptr> all = {std::make_shared<spdlog::sinks::stderr_color_sink_mt>(), remembering};
    spdlog::level::level_enum level = spdlog::level::info;

    Sinks() {
        for (const auto& sink : all)
            sink->set_pattern("[%H:%M:%S] [%^%l%$] %n: %v");
    }
};

Sinks& sinks() {
    static Sinks only;
    return only;
}

}  // namespace

std::shared_ptr<spdlog::logger> logger(std::string_view layer) {
    const std::string name(layer);
    if (auto known = spdlog::get(name)) return known;
    Sinks& current = sinks();
    std::lock_guard lock(current.mutex);
    if (auto known = spdlog::get(name)) return known;
    auto made = std::make_shared<spdlog::logger>(name, current.all.begin(), current.all.end());
    made->set_level(current.level);
    made->flush_on(spdlog::level::info);
    spdlog::register_logger(made);
    return made;
}

void start_logging(const LogSettings& settings) {
    const auto level = spdlog::level::from_str(settings.level);
    if (level == spdlog::level::off && settings.level != "off")
        throw UserError("there is no log level " + settings.level + "; use debug, info, warning, error or critical");
    Sinks& current = sinks();
    std::lock_guard lock(current.mutex);
    current.level = level;
    if (settings.to_stdout) current.all.front() = std::make_shared<spdlog::sinks::stdout_color_sink_mt>();
    if (settings.file) try {
            current.all.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(*settings.file));
        } catch (const spdlog::spdlog_ex& error) {
            throw UserError("cannot write the log: " + std::string(error.what()));
        }
    for (const auto& sink : current.all)
        sink->set_pattern("[%H:%M:%S] [%^%l%$] %n: %v");
    spdlog::drop_all();
}

std::vector<LogEntry> recent_log_entries() { return sinks().remembering->entries(); }

void watch_log(std::function<void(const LogEntry&)> watcher) { sinks().remembering->watch(std::move(watcher)); }

}  // namespace easel
