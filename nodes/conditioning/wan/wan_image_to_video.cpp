#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"

namespace easel::nodes {
namespace {

struct WanImageToVideo : VideoRequest {
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> start_image;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan");
        s.in("clip_vision_output", &WanImageToVideo::clip_vision_output);
        s.in("start_image", &WanImageToVideo::start_image);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size = video_size(*this);
        std::optional<inference::wan::GivenFrames> frames;
        if (start_image) frames = inference::wan::given_first(vae, start_image->pixels, size);
        const auto features = features_of(clip_vision_output);
        return {with_given_frames(positive, frames, features),
                with_given_frames(negative, frames, features),
                {.samples = inference::wan::empty_video(batch_size, 16, 8, size)}};
    }
};

}  // namespace

void register_wan_image_to_video(Registry& registry) { registry.add<WanImageToVideo>("WanImageToVideo"); }

}  // namespace easel::nodes
