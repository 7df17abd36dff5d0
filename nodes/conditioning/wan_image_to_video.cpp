#include "inference/models/wan/start_frames.hpp"
#include "nodes/conditioning/given_frames.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct WanImageToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    std::int64_t batch_size = 1;
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> start_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = "model/conditioning/wan";
        s.in("positive", &WanImageToVideo::positive);
        s.in("negative", &WanImageToVideo::negative);
        s.in("vae", &WanImageToVideo::vae);
        s.in("width", &WanImageToVideo::width).range(16, 16384).step(16);
        s.in("height", &WanImageToVideo::height).range(16, 16384).step(16);
        s.in("length", &WanImageToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &WanImageToVideo::batch_size).range(1, 4096);
        s.in("clip_vision_output", &WanImageToVideo::clip_vision_output);
        s.in("start_image", &WanImageToVideo::start_image);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size{.width = width, .height = height, .frames = length};
        std::optional<inference::wan::GivenFrames> frames;
        if (start_image) frames = inference::wan::given_first(vae, start_image->pixels, size);
        std::optional<Tensor> features;
        if (clip_vision_output) features = clip_vision_output->penultimate_hidden_states;
        return {with_given_frames(positive, frames, features), with_given_frames(negative, frames, features),
                {.samples = inference::wan::empty_video(batch_size, 16, 8, size)}};
    }
};

}  // namespace

void register_wan_image_to_video(Registry& registry) { registry.add<WanImageToVideo>("WanImageToVideo"); }

}  // namespace easel::nodes

