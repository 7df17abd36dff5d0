#include "base/log.hpp"
#include "server/commands/commands.hpp"
#include "server/server.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <optional>

namespace easel::server {

int serve(const Options& options) {
    std::optional<Server> server(std::in_place, options);
    server->start();
    const int status = server->wait();
    logger("server")->info("stopping");
    // A node that does not look at its stop token still runs, and would run on in the middle of taking things down.
    if (server->stop())
        server.reset();
    else
        logger("server")->warn("the running node did not stop; leaving it");
    // Everything of ours is closed. Taking libtorch's tables of operators apart would only cost another second.
    spdlog::shutdown();
    _exit(status);
}

}  // namespace easel::server
