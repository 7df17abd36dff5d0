#include "inference/models/wan/speech/sound_features.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanHuMoImageToVideo : VideoRequest {
    std::optional<inference::EncodedSound> audio_encoder_output;
    std::optional<Image> ref_image;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/humo", {.width = 832, .height = 480, .frames = 97});
        s.experimental = true;
        s.in("audio_encoder_output", &WanHuMoImageToVideo::audio_encoder_output);
        s.in("ref_image", &WanHuMoImageToVideo::ref_image);
        declare_outputs(s);
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
