#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPSetLastLayer {
    Clip clip;
    std::int64_t stop_at_clip_layer = -1;

    static void declare(Schema& s) {
        s.category = "model/conditioning";
        s.display_name = "CLIP Set Last Layer";
        s.in("clip", &CLIPSetLastLayer::clip);
        s.in("stop_at_clip_layer", &CLIPSetLastLayer::stop_at_clip_layer).range(-24, -1).step(1).advanced();
    }

    Clip execute() const { return clip.with_stop_layer(static_cast<int>(stop_at_clip_layer)); }
};

}  // namespace

void register_clip_set_last_layer(Registry& registry) { registry.add<CLIPSetLastLayer>("CLIPSetLastLayer"); }

}  // namespace easel::nodes
