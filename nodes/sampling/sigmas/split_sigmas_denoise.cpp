#include "inference/sampling/sigma_operations.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SplitSigmasDenoise {
    Sigmas sigmas;
    double denoise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/sigmas";
        s.in("sigmas", &SplitSigmasDenoise::sigmas);
        s.in("denoise", &SplitSigmasDenoise::denoise).range(0.0, 1.0).step(0.01);
        s.out("high_sigmas");
        s.out("low_sigmas");
    }

    std::tuple<Sigmas, Sigmas> execute() const {
        const auto [high, low] = inference::split_by_denoise(sigmas, denoise);
        return {high, low};
    }
};

}  // namespace

void register_split_sigmas_denoise(Registry& registry) { registry.add<SplitSigmasDenoise>("SplitSigmasDenoise"); }

}  // namespace easel::nodes
