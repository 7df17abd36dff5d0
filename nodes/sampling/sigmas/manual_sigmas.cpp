#include "inference/sampling/sigma_operations.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ManualSigmas {
    std::string sigmas = "1, 0.5";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/sigmas";
        s.experimental = true;
        s.search_aliases = {"custom noise schedule", "define sigmas"};
        s.in("sigmas", &ManualSigmas::sigmas).option("multiline", false);
    }

    Sigmas execute() const { return inference::parse_sigmas(sigmas); }
};

}  // namespace

void register_manual_sigmas(Registry& registry) { registry.add<ManualSigmas>("ManualSigmas"); }

}  // namespace easel::nodes
