#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct TrimVideoLatent {
    Latent samples;
    std::int64_t trim_amount = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = "model/latent";
        s.display_name = "Trim Video Latent";
        s.in("samples", &TrimVideoLatent::samples);
        s.in("trim_amount", &TrimVideoLatent::trim_amount).range(0, 99999);
    }

    Latent execute() const {
        const std::int64_t frames = samples.samples.size(2);
        const std::int64_t first = std::min(trim_amount, frames);
        Latent trimmed = samples;
        trimmed.samples = samples.samples.narrow(2, first, frames - first);
        return trimmed;
    }
};

}  // namespace

void register_trim_video_latent(Registry& registry) { registry.add<TrimVideoLatent>("TrimVideoLatent"); }

}  // namespace easel::nodes
