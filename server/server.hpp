// The composition root of serving: makes every part, hands each what it needs, and takes them down in order.
#pragma once

#include "base/folders.hpp"
#include "base/options.hpp"
#include "server/backend.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace easel::server {

// The folders that the options name, made where they are missing, with the model paths they add.
std::unique_ptr<Folders> open_folders(const FolderOptions& options);

class Server {
public:
    // Listens when it returns; answers from `start` on. Throws UserError for what the options make impossible. `open`
    // is called on the worker's thread.
    explicit Server(Options options, BackendOpener open = open_backend);
    // Stops, with all the patience it takes.
    ~Server();

    void start();
    // Waits for SIGTERM, SIGINT or `stop`. The exit status: 0, or 1 when what computes could not be loaded.
    int wait();
    // From any thread: makes `wait` return.
    void request_stop();
    // The running prompt is interrupted and goes back into the queue, sockets are closed. False when a node did not
    // stop in time: everything is in order but its thread, so the process can only be left by _exit.
    bool stop();

    std::uint16_t port() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace easel::server
