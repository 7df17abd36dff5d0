#include "base/log.hpp"
#include "server/commands/commands.hpp"
#include "server/server.hpp"

#include <unistd.h>

namespace easel::server {

int serve(const Options& options) {
    Server server(options);
    server.start();
    const int status = server.wait();
    logger("server")->info("stopping");
    if (!server.stop()) {
        // A node that does not look at its stop token still runs, and would run on in the middle of taking things down.
        logger("server")->warn("the running node did not stop; leaving it");
        _exit(status);
    }
    return status;
}

}  // namespace easel::server
