#include "inference/sampling/sigma_operations.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SplitSigmas {
    Sigmas sigmas;
    std::int64_t step = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/sigmas";
        s.in("sigmas", &SplitSigmas::sigmas);
        s.in("step", &SplitSigmas::step).range(0, 10000);
        s.out("high_sigmas");
        s.out("low_sigmas");
    }

    std::tuple<Sigmas, Sigmas> execute() const {
        const auto [high, low] = inference::split_at(sigmas, step);
        return {high, low};
    }
};

}  // namespace

void register_split_sigmas(Registry& registry) { registry.add<SplitSigmas>("SplitSigmas"); }

}  // namespace easel::nodes
