#include "inference/models/minimax_h3/references.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyMiniMaxH3LatentAV {
    std::int64_t width = 1344;
    std::int64_t height = 768;
    std::int64_t length = 124;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_minimax_h3";
        s.category = "model/latent/minimax";
        s.display_name = "Empty MiniMax H3 AV Latent";
        s.description =
            "Joint video+audio latent for MiniMax H3. Duration snaps to the model's 17k+5 frame grid at 24 fps.";
        s.in("width", &EmptyMiniMaxH3LatentAV::width).range(32, 16384).step(32);
        s.in("height", &EmptyMiniMaxH3LatentAV::height).range(32, 16384).step(32);
        s.in("length", &EmptyMiniMaxH3LatentAV::length)
            .range(5, 3600)
            .step(17)
            .tooltip("Frame count at 24 fps, snapped up to the model's 17k+5 grid (124 = ~5s; trained range is "
                     "~124-362, longer is untested)");
    }

    Latent execute() const { return inference::minimax_h3::empty_latent(width, height, length); }
};

}  // namespace

void register_empty_mini_max_h3_latent_av(Registry& registry) {
    registry.add<EmptyMiniMaxH3LatentAV>("EmptyMiniMaxH3LatentAV");
}

}  // namespace easel::nodes
