#include "groups.hpp"

EASEL_PLUGIN("conformance_nodes", "1.0", nullptr, [](easel::graph::Registry& registry) {
    conformance_nodes::register_values(registry);
    conformance_nodes::register_checks(registry);
    conformance_nodes::register_lists(registry);
    conformance_nodes::register_pictures(registry);
    conformance_nodes::register_flow(registry);
    conformance_nodes::register_loops(registry);
    conformance_nodes::register_asynchronous(registry);
})
