#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RandomNoise {
    std::uint64_t noise_seed = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/noise";
        s.in("noise_seed", &RandomNoise::noise_seed).range(0, 18446744073709551615ull).control_after_generate();
    }

    NoiseSource execute() const { return {.seed = noise_seed}; }
};

}  // namespace

void register_random_noise(Registry& registry) { registry.add<RandomNoise>("RandomNoise"); }

}  // namespace easel::nodes
