#include "inference/models/wan/start_frames.hpp"
#include "nodes/conditioning/given_frames.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct WanFirstLastFrameToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    std::int64_t batch_size = 1;
    std::optional<inference::ClipVisionOutput> clip_vision_start_image;
    std::optional<inference::ClipVisionOutput> clip_vision_end_image;
    std::optional<Image> start_image;
    std::optional<Image> end_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = "model/conditioning/wan";
        s.in("positive", &WanFirstLastFrameToVideo::positive);
        s.in("negative", &WanFirstLastFrameToVideo::negative);
        s.in("vae", &WanFirstLastFrameToVideo::vae);
        s.in("width", &WanFirstLastFrameToVideo::width).range(16, 16384).step(16);
        s.in("height", &WanFirstLastFrameToVideo::height).range(16, 16384).step(16);
        s.in("length", &WanFirstLastFrameToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &WanFirstLastFrameToVideo::batch_size).range(1, 4096);
        s.in("clip_vision_start_image", &WanFirstLastFrameToVideo::clip_vision_start_image);
        s.in("clip_vision_end_image", &WanFirstLastFrameToVideo::clip_vision_end_image);
        s.in("start_image", &WanFirstLastFrameToVideo::start_image);
        s.in("end_image", &WanFirstLastFrameToVideo::end_image);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size{.width = width, .height = height, .frames = length};
        const auto pixels = [](const std::optional<Image>& image) {
            return image ? std::optional(image->pixels) : std::nullopt;
        };
        const auto frames = inference::wan::given_ends(vae, pixels(start_image), pixels(end_image), size);
        std::vector<Tensor> seen;
        for (const auto& output : {clip_vision_start_image, clip_vision_end_image})
            if (output) seen.push_back(output->penultimate_hidden_states);
        const auto features = seen.empty() ? std::nullopt : std::optional(at::cat(seen, 1));
        return {with_given_frames(positive, frames, features), with_given_frames(negative, frames, features),
                {.samples = inference::wan::empty_video(batch_size, vae.latent_channels(), vae.downscale_ratio(), size)}};
    }
};

}  // namespace

void register_wan_first_last_frame_to_video(Registry& registry) {
    registry.add<WanFirstLastFrameToVideo>("WanFirstLastFrameToVideo");
}

}  // namespace easel::nodes

