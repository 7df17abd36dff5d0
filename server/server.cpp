#include "server/server.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/pool.hpp"
#include "graph/executor.hpp"
#include "graph/job_store.hpp"
#include "graph/output_cache.hpp"
#include "graph/plugin.hpp"
#include "server/front_end.hpp"
#include "server/hub.hpp"
#include "server/inbox.hpp"
#include "server/listener.hpp"
#include "server/site.hpp"
#include "server/static_files.hpp"
#include "server/worker.hpp"
#include "web-api/api.hpp"
#include "web-api/health.hpp"
#include "web-api/metrics.hpp"

#include <pthread.h>

#include <atomic>
#include <cmath>
#include <future>
#include <thread>

namespace easel::server {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t route_threads = 8;
constexpr std::size_t async_node_threads = 64;
constexpr auto patience_with_node = std::chrono::seconds(4);
constexpr auto patience_with_sockets = std::chrono::milliseconds(1500);

void make_folder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw UserError("cannot make the folder " + folder.string() + ": " + failed.message());
}

// Previews of long ago; history may still show those of today.
void remove_old_files(const fs::path& folder) {
    const auto limit = fs::file_time_type::clock::now() - std::chrono::hours(24);
    std::error_code failed;
    for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code ignored;
        if (entry->is_regular_file(ignored) && entry->last_write_time(ignored) < limit)
            fs::remove(entry->path(), ignored);
    }
}

std::string database_of(const Options& options, const Folders& folders) {
    return options.folders.database.value_or((folders.roots().user / "easel.db").string());
}

std::string feature_flags(const NetworkOptions& network) {
    return Json{{"type", "feature_flags"}, {"data", web::server_features(network)}}.dump(-1, ' ', true);
}

}  // namespace

std::unique_ptr<Folders> open_folders(const FolderOptions& options) {
    Folders::Roots roots{.base = options.base,
                         .models = options.models.value_or(""),
                         .input = options.input.value_or(""),
                         .output = options.output.value_or(""),
                         .temp = options.temp ? *options.temp / "temp" : "",
                         .user = options.user.value_or(""),
                         .allow_outside_links = options.allow_outside_links};
    auto folders = std::make_unique<Folders>(std::move(roots));
    const Folders::Roots& made = folders->roots();
    for (const fs::path& folder : {made.input, made.output, made.temp, made.user})
        make_folder(folder);
    for (const char* kind : {"checkpoints", "text_encoders", "vae", "diffusion_models", "loras"})
        folders->add_model_path(kind, made.output / (std::string_view(kind) == "text_encoders" ? "clip" : kind), false);
    const fs::path usual = made.base / "extra_model_paths.yaml";
    if (fs::exists(usual)) folders->load_extra_paths(usual);
    for (const fs::path& file : options.extra_model_paths)
        folders->load_extra_paths(file);
    return folders;
}

// Members are in the order in which they are made; what comes later uses what comes before. The pools wait for their
// threads when they go, so they come after what these threads use.
struct Server::Parts {
    Parts(Options given, BackendOpener open_given)
        : options(std::move(given)), open(std::move(open_given)), folders(open_folders(options.folders)),
          jobs(graph::open_sqlite_job_store(database_of(options, *folders))),
          front_end(find_front_end(options.folders.front_end_root)), files(static_files(front_end.pages)),
          listener(io, site) {}

    graph::Executor& prepare();
    void run_io();

    Options options;
    const BackendOpener open;
    std::unique_ptr<Folders> folders;
    std::unique_ptr<graph::JobStore> jobs;
    graph::Services services;
    graph::Registry registry;
    std::promise<int> finished;
    std::atomic<bool> is_finished = false;
    const FrontEnd front_end;
    const web::Handler files;
    web::Router router;

    net::io_context io{1};
    Inbox inbox{io};
    Hub hub{[this](std::function<void()> work) { inbox.post(std::move(work)); }, encoders,
            feature_flags(options.network)};
    web::Metrics metrics{hub};
    std::atomic<bool> is_prepared = false;
    Gate nodes_loaded{io};
    net::signal_set signals{io};
    std::unique_ptr<Backend> backend;
    std::unique_ptr<graph::OutputCache> cache;
    Pool encoders{"easel-encode", 1};
    Pool node_pool{"easel-async", async_node_threads};
    Pool routes{"easel-route", route_threads};
    Site site{.network = options.network,
              .router = router,
              .static_files = files,
              .pool = routes,
              .hub = hub,
              .nodes_loaded = nodes_loaded,
              .remaining = [this] { return jobs->remaining(); },
              .body_limit = static_cast<std::uint64_t>(std::llround(options.network.max_upload_size_mb * 1024 * 1024))};
    Listener listener;
    std::unique_ptr<graph::Executor> executor;
    std::unique_ptr<Worker> worker;
    std::unique_ptr<web::Api> api;
    std::thread io_thread;
};

// On the worker's thread, while the io thread already answers: it looks at the registry and the services only after the
// gate has been opened.
graph::Executor& Server::Parts::prepare() {
    backend = open(options, *folders);
    backend->add_services(services);
    backend->register_nodes(registry);
    if (options.folders.load_plugins) {
        std::vector<std::string> problems;
        for (graph::LoadedPlugin& plugin : graph::load_plugins(folders->roots().custom_nodes, registry, problems)) {
            logger("server")->info("plugin {} {} from {}", plugin.name, plugin.version, plugin.file.string());
            if (!plugin.web_directory.empty()) api->web_extensions[plugin.name] = std::move(plugin.web_directory);
        }
        for (const std::string& problem : problems)
            logger("server")->error("{}", problem);
    }
    backend->begin_work();
    remove_old_files(folders->roots().temp);
    cache = graph::make_output_cache(options.cache);
    graph::Executor::Hooks hooks{
        .evict_models = [this] { backend->unload_models(); },
        .is_out_of_memory = [this](const std::exception& error) { return backend->is_out_of_memory(error); },
        .post_to_pool = [this](std::function<void()> work) { node_pool.post(std::move(work)); }};
    executor = std::make_unique<graph::Executor>(registry, *cache, metrics, services, std::move(hooks));
    api->versions = backend->versions();
    is_prepared = true;
    net::post(io, [this] { nodes_loaded.open(); });
    logger("server")->info("{} nodes loaded", registry.all().size());
    return *executor;
}

void Server::Parts::run_io() {
    pthread_setname_np(pthread_self(), "easel-io");
    const auto busy = net::make_work_guard(io);  // stop() still posts when no socket is left
    while (true) {
        try {
            io.run();
            return;
        } catch (const std::exception& error) {
            logger("server")->error("on the io thread: {}", error.what());
        }
    }
}

Server::Server(Options options, BackendOpener open) {
    parts_ = std::make_unique<Parts>(std::move(options), std::move(open));
    Parts& parts = *parts_;
    parts.services.add(parts.options);
    parts.services.add(*parts.folders);
    parts.jobs->on_change([&parts] { parts.hub.queue_changed(parts.jobs->remaining()); });
    parts.api = std::make_unique<web::Api>(
        web::Api{.options = parts.options,
                 .folders = *parts.folders,
                 .registry = parts.registry,
                 .services = parts.services,
                 .jobs = *parts.jobs,
                 .interrupt = [&parts](const std::optional<std::string>& id) { parts.worker->interrupt(id); },
                 .free = [&parts](bool unload_models, bool forget) { parts.worker->free(unload_models, forget); },
                 .devices = [&parts] { return parts.backend->devices(); },
                 .log_entries = [] { return recent_log_entries(); },
                 .subscribe_logs =
                     [&parts](const std::string& client, bool wanted) {
                         net::post(parts.io, [&parts, client, wanted] { parts.hub.subscribe_to_log(client, wanted); });
                     },
                 .web_root = parts.front_end.pages,
                 .web_packages = parts.front_end.packages});
    web::add_routes(parts.router, *parts.api);
    web::add_health_routes(parts.router,
                           {.jobs = *parts.jobs,
                            .metrics = parts.metrics,
                            .worker_is_ready = [&parts] { return parts.is_prepared && !parts.is_finished; },
                            .devices = [&parts] { return parts.backend->devices(); },
                            .open_sockets = [&parts] { return parts.hub.open_sockets(); }});
}

Server::~Server() {
    stop();
    watch_log({});
}

void Server::start() {
    Parts& parts = *parts_;
    watch_log([&parts](const LogEntry& entry) { parts.hub.log_line(entry.first, entry.second); });
    parts.worker = std::make_unique<Worker>(
        Worker::Parts{.jobs = *parts.jobs,
                      .events = parts.hub,
                      .prepare = [&parts]() -> graph::Executor& { return parts.prepare(); },
                      .failed =
                          [&parts](const std::exception& error) {
                              logger("server")->critical(error.what());
                              if (!parts.is_finished.exchange(true)) parts.finished.set_value(1);
                          },
                      .unload_models = [&parts] { parts.backend->unload_models(); },
                      .job_started = [&parts](const graph::Job& job) { parts.metrics.job_started(job); },
                      .job_ended = [&parts](graph::JobStatus status) { parts.metrics.job_ended(status); }});
    parts.listener.start();
    parts.io_thread = std::thread([&parts] { parts.run_io(); });
    for (const std::string& address : parts.listener.addresses())
        logger("server")->info("listening on {}", address);
}

int Server::wait() {
    Parts& parts = *parts_;
    net::post(parts.io, [this, &parts] {
        parts.signals.add(SIGTERM);
        parts.signals.add(SIGINT);
        parts.signals.async_wait([this](const error_code& failed, int) {
            if (!failed) request_stop();
        });
    });
    return parts.finished.get_future().get();
}

void Server::request_stop() {
    if (!parts_->is_finished.exchange(true)) parts_->finished.set_value(0);
}

bool Server::stop() {
    Parts& parts = *parts_;
    if (!parts.io_thread.joinable()) return true;
    net::post(parts.io, [&parts] { parts.listener.stop(); });
    const bool is_clean = parts.worker->stop(patience_with_node);
    parts.inbox.post([&parts] { parts.hub.close_all(); });  // after the worker's last messages
    // Answers in progress and close frames get their moment.
    const auto deadline = std::chrono::steady_clock::now() + patience_with_sockets;
    while (std::chrono::steady_clock::now() < deadline) {
        std::promise<bool> asked;
        net::post(parts.io, [&parts, &asked] {
            asked.set_value(*parts.site.requests_in_progress == 0 && parts.hub.open_sockets() == 0);
        });
        if (asked.get_future().get()) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    parts.io.stop();
    parts.io_thread.join();
    return is_clean;
}

std::uint16_t Server::port() const { return parts_->listener.port(); }

}  // namespace easel::server
