#include "inference/models/wan/control_video.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct WanFunControlToVideo : VideoRequest {
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> start_image;
    std::optional<Image> control_video;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/fun control");
        s.in("clip_vision_output", &WanFunControlToVideo::clip_vision_output);
        s.in("start_image", &WanFunControlToVideo::start_image);
        s.in("control_video", &WanFunControlToVideo::control_video);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const Tensor followed = inference::wan::followed_video(vae, pixels_of(control_video), pixels_of(start_image),
                                                               video_size(*this), batch_size);
        const auto features = features_of(clip_vision_output);
        return {following(positive, followed, features), following(negative, followed, features), empty_request(*this)};
    }

private:
    static Conditioning following(Conditioning conditioning, const Tensor& followed,
                                  const std::optional<Tensor>& features) {
        for (inference::Condition& condition : conditioning)
            condition.concat_latent_image = followed;
        return with_given_frames(std::move(conditioning), std::nullopt, features);
    }
};

}  // namespace

void register_wan_fun_control_to_video(Registry& registry) {
    registry.add<WanFunControlToVideo>("WanFunControlToVideo");
}

}  // namespace easel::nodes
