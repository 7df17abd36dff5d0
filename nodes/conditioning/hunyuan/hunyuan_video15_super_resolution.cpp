#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "nodes/conditioning/hunyuan/start_frames.hpp"

namespace easel::nodes {
namespace {

struct HunyuanVideo15SuperResolution {
    Conditioning positive;
    Conditioning negative;
    Latent latent;
    double noise_augmentation = 0.7;
    std::optional<Vae> vae;
    std::optional<Image> start_image;
    std::optional<inference::ClipVisionOutput> clip_vision_output;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/conditioning/hunyuan video";
        s.display_name = "Hunyuan Video 1.5 Super Resolution";
        s.in("positive", &HunyuanVideo15SuperResolution::positive);
        s.in("negative", &HunyuanVideo15SuperResolution::negative);
        s.in("latent", &HunyuanVideo15SuperResolution::latent);
        s.in("noise_augmentation", &HunyuanVideo15SuperResolution::noise_augmentation)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced();
        s.in("vae", &HunyuanVideo15SuperResolution::vae);
        s.in("start_image", &HunyuanVideo15SuperResolution::start_image);
        s.in("clip_vision_output", &HunyuanVideo15SuperResolution::clip_vision_output);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        if (latent.samples.dim() != 5) throw UserError("the latent is that of a picture; this node takes a video's");
        const Tensor video = beside_noise();
        const auto with_video = [&](Conditioning conditioning) {
            for (inference::Condition& condition : conditioning) {
                condition.concat_latent_image = video;
                condition.extra["noise_augmentation"] = at::scalar_tensor(noise_augmentation, at::kDouble);
            }
            return with_seen_picture(std::move(conditioning), clip_vision_output);
        };
        return {with_video(positive), with_video(negative), latent};
    }

private:
    // A first frame and a mask of it, which stays empty, the video and a mask of it: [batch, 2 * channels + 2, frames,
    // h, w].
    Tensor beside_noise() const {
        const Tensor& samples = latent.samples;
        const Tensor none = at::zeros_like(samples.narrow(1, 0, 1)), first = at::zeros_like(samples);
        Tensor shown = samples;
        if (start_image) {
            if (!vae) throw UserError("start_image needs a VAE to be encoded with: connect `vae`");
            const Tensor fitted = inference::resize_image(start_image->pixels, samples.size(4) * 16,
                                                          samples.size(3) * 16, "bilinear", inference::Crop::center);
            const Tensor encoded = vae->encode(fitted.slice(3, 0, 3));
            if (encoded.size(1) != samples.size(1) || encoded.size(2) > samples.size(2))
                throw UserError("start_image does not fit the latent: it has " + std::to_string(encoded.size(2)) +
                                " frames of " + std::to_string(encoded.size(1)) + " channels");
            first.narrow(2, 0, encoded.size(2)).copy_(encoded);
            // In ComfyUI it is the video's first channel that says where a first frame is given.
            shown = samples.clone();
            shown.select(1, 0).select(1, 0).fill_(1.0);
        }
        return at::cat({first, none, shown, at::ones_like(none)}, 1);
    }
};

}  // namespace

void register_hunyuan_video15_super_resolution(Registry& registry) {
    registry.add<HunyuanVideo15SuperResolution>("HunyuanVideo15SuperResolution");
}

}  // namespace easel::nodes
