#include "web-api/health.hpp"

#include <memory>

namespace easel::web {
namespace {

std::string gauge(const std::string& name, const std::string& help) {
    return "# HELP " + name + " " + help + "\n# TYPE " + name + " gauge\n";
}

Response ready(const HealthSources& sources) {
    const std::optional<std::string> problem = sources.jobs.trouble();
    const bool has_worker = sources.worker_is_ready();
    const bool is_ready = !problem && has_worker;
    return Response::json({{"status", is_ready ? "ready" : "not ready"},
                           {"database", problem.value_or("ok")},
                           {"worker", has_worker ? "ok" : "loading"}},
                          is_ready ? 200 : 503);
}

std::string device_memory(const Json& devices) {
    std::string text = gauge("easel_device_memory_bytes", "Memory of each device.");
    std::size_t index = 0;
    for (const Json& device : devices) {
        const std::string name = device.value("type", std::string("device")) + std::to_string(index++);
        for (const char* kind : {"total", "free"})
            text += "easel_device_memory_bytes{device=\"" + name + "\",kind=\"" + kind + "\"} " +
                    std::to_string(device.value("vram_" + std::string(kind), std::int64_t{0})) + "\n";
    }
    return text;
}

Response metrics(const HealthSources& sources) {
    const std::size_t pending = sources.jobs.pending_count();
    std::string text =
        gauge("easel_info", "The version of this server.") + "easel_info{version=\"" EASEL_VERSION "\"} 1\n";
    text += gauge("easel_queue_length", "Prompts that wait.") + "easel_queue_length " + std::to_string(pending) + "\n";
    text += gauge("easel_jobs_running", "Prompts that run.") + "easel_jobs_running " +
            std::to_string(sources.jobs.remaining() - pending) + "\n";
    text += gauge("easel_websockets", "Clients that are connected.") + "easel_websockets " +
            std::to_string(sources.open_sockets()) + "\n";
    text += sources.metrics.text();
    if (sources.worker_is_ready()) text += device_memory(sources.devices());
    return std::move(Response::text(std::move(text)).with("Content-Type", "text/plain; version=0.0.4; charset=utf-8"));
}

}  // namespace

void add_health_routes(Router& router, HealthSources given) {
    const auto sources = std::make_shared<const HealthSources>(std::move(given));
    router.add("GET", "/health", [](const Request&) { return Response::json({{"status", "alive"}}); });
    router.add("GET", "/ready", [sources](const Request&) { return ready(*sources); });
    router.add("GET", "/metrics", [sources](const Request&) { return metrics(*sources); });
}

}  // namespace easel::web
