#include "nodes/choices.hpp"
#include "nodes/conditioning/hunyuan/start_frames.hpp"

namespace easel::nodes {
namespace {

struct HunyuanImageToVideo {
    Conditioning positive;
    Vae vae;
    std::int64_t width = 848;
    std::int64_t height = 480;
    std::int64_t length = 53;
    std::int64_t batch_size = 1;
    std::string guidance_type;
    std::optional<Image> start_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/conditioning/hunyuan video";
        s.in("positive", &HunyuanImageToVideo::positive);
        s.in("vae", &HunyuanImageToVideo::vae);
        s.in("width", &HunyuanImageToVideo::width).range(16, 16384).step(16);
        s.in("height", &HunyuanImageToVideo::height).range(16, 16384).step(16);
        s.in("length", &HunyuanImageToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &HunyuanImageToVideo::batch_size).range(1, 4096);
        s.in("guidance_type", &HunyuanImageToVideo::guidance_type)
            .choices(one_of({"v1 (concat)", "v2 (replace)", "custom"}))
            .advanced();
        s.in("start_image", &HunyuanImageToVideo::start_image);
        s.out("positive");
        s.out("latent");
    }

    std::tuple<Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size{.width = width, .height = height, .frames = length};
        Latent latent{.samples = inference::wan::empty_video(batch_size, 16, 8, size)};
        if (!start_image) return {positive, latent};
        const StartFrames start = start_frames(vae, start_image->pixels, size, latent.samples);
        Conditioning guided = positive;
        for (inference::Condition& condition : guided) {
            if (guidance_type == "v1 (concat)") {
                condition.concat_latent_image = start.latent;
                condition.concat_mask = start.mask;
            } else if (guidance_type == "v2 (replace)") {
                condition.extra["guiding_frame"] = at::scalar_tensor(0.0, at::kDouble);
            } else {
                condition.extra["reference_video"] = start.latent;
            }
        }
        if (guidance_type == "v2 (replace)") {
            latent.samples.narrow(2, 0, start.latent.size(2)).copy_(start.latent);
            latent.noise_mask = start.mask;
        }
        return {guided, latent};
    }
};

}  // namespace

void register_hunyuan_image_to_video(Registry& registry) { registry.add<HunyuanImageToVideo>("HunyuanImageToVideo"); }

}  // namespace easel::nodes
