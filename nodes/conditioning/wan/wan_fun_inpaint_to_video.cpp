#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct WanFunInpaintToVideo : VideoRequest {
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> start_image;
    std::optional<Image> end_image;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/fun inpaint");
        s.in("clip_vision_output", &WanFunInpaintToVideo::clip_vision_output);
        s.in("start_image", &WanFunInpaintToVideo::start_image);
        s.in("end_image", &WanFunInpaintToVideo::end_image);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const auto frames =
            inference::wan::given_ends(vae, pixels_of(start_image), pixels_of(end_image), video_size(*this));
        const auto features = features_of(clip_vision_output);
        return {with_given_frames(positive, frames, features), with_given_frames(negative, frames, features),
                empty_request(*this)};
    }
};

}  // namespace

void register_wan_fun_inpaint_to_video(Registry& registry) {
    registry.add<WanFunInpaintToVideo>("WanFunInpaintToVideo");
}

}  // namespace easel::nodes
