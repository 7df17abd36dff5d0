#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"

namespace easel::nodes {
namespace {

struct WanFirstLastFrameToVideo : VideoRequest {
    std::optional<inference::ClipVisionOutput> clip_vision_start_image;
    std::optional<inference::ClipVisionOutput> clip_vision_end_image;
    std::optional<Image> start_image;
    std::optional<Image> end_image;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan");
        s.in("clip_vision_start_image", &WanFirstLastFrameToVideo::clip_vision_start_image);
        s.in("clip_vision_end_image", &WanFirstLastFrameToVideo::clip_vision_end_image);
        s.in("start_image", &WanFirstLastFrameToVideo::start_image);
        s.in("end_image", &WanFirstLastFrameToVideo::end_image);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const auto frames =
            inference::wan::given_ends(vae, pixels_of(start_image), pixels_of(end_image), video_size(*this));
        std::vector<Tensor> seen;
        for (const auto& output : {clip_vision_start_image, clip_vision_end_image})
            if (output) seen.push_back(output->penultimate_hidden_states);
        const auto features = seen.empty() ? std::nullopt : std::optional(at::cat(seen, 1));
        return {with_given_frames(positive, frames, features), with_given_frames(negative, frames, features),
                empty_request(*this)};
    }
};

}  // namespace

void register_wan_first_last_frame_to_video(Registry& registry) {
    registry.add<WanFirstLastFrameToVideo>("WanFirstLastFrameToVideo");
}

}  // namespace easel::nodes
