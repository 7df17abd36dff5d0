#include "inference/models/wan/speech/sound_features.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanHuMoImageToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 97;
    std::int64_t batch_size = 1;
    std::optional<inference::EncodedSound> audio_encoder_output;
    std::optional<Image> ref_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = "model/conditioning/wan/humo";
        s.experimental = true;
        s.in("positive", &WanHuMoImageToVideo::positive);
        s.in("negative", &WanHuMoImageToVideo::negative);
        s.in("vae", &WanHuMoImageToVideo::vae);
        s.in("width", &WanHuMoImageToVideo::width).range(16, 16384).step(16);
        s.in("height", &WanHuMoImageToVideo::height).range(16, 16384).step(16);
        s.in("length", &WanHuMoImageToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &WanHuMoImageToVideo::batch_size).range(1, 4096);
        s.in("audio_encoder_output", &WanHuMoImageToVideo::audio_encoder_output);
        s.in("ref_image", &WanHuMoImageToVideo::ref_image);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size = video_size(*this);
        const Latent empty{.samples = inference::wan::empty_video(batch_size, 16, 8, size)};
        const Tensor picture =
            ref_image ? vae.encode(inference::wan::fitted(ref_image->pixels.slice(0, 0, 1), size).slice(3, 0, 3))
                      : at::zeros_like(empty.samples.slice(2, 0, 1));
        const Tensor sound = audio_encoder_output ? inference::wan::heard_around_frames(*audio_encoder_output, length)
                                                  : at::zeros({batch_size, empty.samples.size(2) + 1, 8, 5, 1280});
        return {told(positive, picture, sound), told(negative, at::zeros_like(picture), at::zeros_like(sound)), empty};
    }

private:
    static Conditioning told(Conditioning conditioning, const Tensor& picture, const Tensor& sound) {
        for (inference::Condition& condition : conditioning) {
            condition.reference_latents.push_back(picture);
            condition.extra["sound"] = sound;
        }
        return conditioning;
    }
};

}  // namespace

void register_wan_hu_mo_image_to_video(Registry& registry) { registry.add<WanHuMoImageToVideo>("WanHuMoImageToVideo"); }

}  // namespace easel::nodes
