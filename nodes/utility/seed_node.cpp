#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SeedNode {
    std::int64_t seed = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_seed";
        s.category = "utilities";
        s.display_name = "Seed";
        s.search_aliases = {"seed", "random"};
        s.in("seed", &SeedNode::seed)
            .no_default()
            .range(0, 9223372036854775807)
            .option("control_after_generate", "fixed");
        s.out("seed");
    }

    std::int64_t execute() const { return seed; }
};

}  // namespace

void register_seed_node(Registry& registry) { registry.add<SeedNode>("SeedNode"); }

}  // namespace easel::nodes
