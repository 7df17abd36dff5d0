#include "base/error.hpp"
#include "nodes/conditioning/hunyuan/start_frames.hpp"

namespace easel::nodes {
namespace {

struct HunyuanVideo15ImageToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 848;
    std::int64_t height = 480;
    std::int64_t length = 33;
    std::int64_t batch_size = 1;
    std::optional<Image> start_image;
    std::optional<inference::ClipVisionOutput> clip_vision_output;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/conditioning/hunyuan video";
        s.in("positive", &HunyuanVideo15ImageToVideo::positive);
        s.in("negative", &HunyuanVideo15ImageToVideo::negative);
        s.in("vae", &HunyuanVideo15ImageToVideo::vae);
        s.in("width", &HunyuanVideo15ImageToVideo::width).range(16, 16384).step(16);
        s.in("height", &HunyuanVideo15ImageToVideo::height).range(16, 16384).step(16);
        s.in("length", &HunyuanVideo15ImageToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &HunyuanVideo15ImageToVideo::batch_size).range(1, 4096);
        s.in("start_image", &HunyuanVideo15ImageToVideo::start_image);
        s.in("clip_vision_output", &HunyuanVideo15ImageToVideo::clip_vision_output);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size{.width = width, .height = height, .frames = length};
        const Tensor empty = inference::wan::empty_video(batch_size, 32, 16, size);
        Conditioning told = with_seen_picture(positive, clip_vision_output);
        Conditioning avoided = with_seen_picture(negative, clip_vision_output);
        if (start_image) {
            const StartFrames start = start_frames(vae, start_image->pixels, size, empty);
            if (start.latent.size(1) != empty.size(1))
                throw UserError("the VAE is not HunyuanVideo 1.5's: its latents have " +
                                std::to_string(start.latent.size(1)) + " channels instead of 32");
            const Tensor video = at::zeros_like(empty);
            video.narrow(2, 0, start.latent.size(2)).copy_(start.latent);
            for (Conditioning* conditioning : {&told, &avoided})
                for (inference::Condition& condition : *conditioning) {
                    condition.concat_latent_image = video;
                    condition.concat_mask = start.mask;
                }
        }
        return {told, avoided, {.samples = empty}};
    }
};

}  // namespace

void register_hunyuan_video15_image_to_video(Registry& registry) {
    registry.add<HunyuanVideo15ImageToVideo>("HunyuanVideo15ImageToVideo");
}

}  // namespace easel::nodes
