#include "nodes/conditioning/hunyuan/start_frames.hpp"

namespace easel::nodes {
namespace {

struct Kandinsky5ImageToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 768;
    std::int64_t height = 512;
    std::int64_t length = 121;
    std::int64_t batch_size = 1;
    std::optional<Image> start_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_kandinsky5";
        s.category = "model/conditioning/kandinsky";
        s.in("positive", &Kandinsky5ImageToVideo::positive);
        s.in("negative", &Kandinsky5ImageToVideo::negative);
        s.in("vae", &Kandinsky5ImageToVideo::vae);
        s.in("width", &Kandinsky5ImageToVideo::width).range(16, 16384).step(16);
        s.in("height", &Kandinsky5ImageToVideo::height).range(16, 16384).step(16);
        s.in("length", &Kandinsky5ImageToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &Kandinsky5ImageToVideo::batch_size).range(1, 4096);
        s.in("start_image", &Kandinsky5ImageToVideo::start_image);
        s.out("positive");
        s.out("negative");
        s.out("latent").tooltip = "Empty video latent";
        s.out("cond_latent").tooltip =
            "Clean encoded start images, used to replace the noisy start of the model output latents";
    }

    std::tuple<Conditioning, Conditioning, Latent, Latent> execute() const {
        const inference::wan::VideoSize size{.width = width, .height = height, .frames = length};
        const Latent empty{.samples = inference::wan::empty_video(batch_size, 16, 8, size)};
        if (!start_image) return {positive, negative, empty, Latent{}};
        const StartFrames start = start_frames(vae, start_image->pixels, size, empty.samples);
        const auto begun = [&](Conditioning conditioning) {
            for (inference::Condition& condition : conditioning) {
                condition.extra["frames_in_place"] = start.latent;
                condition.concat_mask = start.mask;
            }
            return conditioning;
        };
        return {begun(positive), begun(negative), empty, Latent{.samples = start.latent}};
    }
};

}  // namespace

void register_kandinsky5_image_to_video(Registry& registry) {
    registry.add<Kandinsky5ImageToVideo>("Kandinsky5ImageToVideo");
}

}  // namespace easel::nodes
