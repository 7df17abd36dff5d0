#include "base/log.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ReplaceVideoLatentFrames {
    Latent destination;
    std::int64_t index = 0;
    std::optional<Latent> source;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/batch";
        s.display_name = "Replace Video Latent Frames";
        s.in("destination", &ReplaceVideoLatentFrames::destination)
            .tooltip("The destination latent where frames will be replaced.");
        s.in("index", &ReplaceVideoLatentFrames::index)
            .range(-16384, 16384)
            .step(1)
            .tooltip("The starting latent frame index in the destination latent where the source latent frames will be "
                     "placed. Negative values count from the end.");
        s.in("source", &ReplaceVideoLatentFrames::source)
            .tooltip("The source latent providing frames to insert into the destination latent. If not provided, the "
                     "destination latent is returned unchanged.");
    }

    Latent execute() const {
        if (!source) return destination;
        const Tensor &frames = destination.samples, &inserted = source->samples;
        const std::int64_t first = index < 0 ? index + frames.size(2) : index;
        if (first > frames.size(2) || first + inserted.size(2) > frames.size(2)) {
            logger("nodes")->warn("ReplaceVideoLatentFrames: {} frames at {} do not fit into {}; nothing is replaced",
                         inserted.size(2), first, frames.size(2));
            return destination;
        }
        Latent result = *source;
        result.samples = frames.clone();
        result.samples.narrow(2, first, inserted.size(2)).copy_(inserted);
        return result;
    }
};

}  // namespace

void register_replace_video_latent_frames(Registry& registry) {
    registry.add<ReplaceVideoLatentFrames>("ReplaceVideoLatentFrames");
}

}  // namespace easel::nodes
