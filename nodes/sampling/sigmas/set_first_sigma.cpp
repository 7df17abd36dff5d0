#include "inference/sampling/sigma_operations.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SetFirstSigma {
    Sigmas sigmas;
    double sigma = 136.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/sigmas";
        s.in("sigmas", &SetFirstSigma::sigmas);
        s.in("sigma", &SetFirstSigma::sigma).range(0.0, 20000.0).step(0.001).option("round", false);
    }

    Sigmas execute() const { return inference::with_first(sigmas, sigma); }
};

}  // namespace

void register_set_first_sigma(Registry& registry) { registry.add<SetFirstSigma>("SetFirstSigma"); }

}  // namespace easel::nodes
