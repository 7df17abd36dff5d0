#include "server/commands/workbench.hpp"

namespace easel::server {

Workbench::Workbench(const Options& given)
    : options(given), folders(open_folders(options.folders)), backend(open_backend(options, *folders)) {
    services.add(options);
    services.add(*folders);
    backend->add_services(services);
    backend->register_nodes(registry);
    if (options.folders.load_plugins)
        plugins = graph::load_plugins(folders->roots().custom_nodes, registry, plugin_problems);
    backend->begin_work();
}

}  // namespace easel::server
