#include "inference/models/wan/control_video.hpp"
#include "nodes/conditioning/wan/video_request.hpp"

namespace easel::nodes {
namespace {

struct Wan22FunControlToVideo : VideoRequest {
    std::optional<Image> ref_image;
    std::optional<Image> control_video;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/fun control");
        s.in("ref_image", &Wan22FunControlToVideo::ref_image);
        s.in("control_video", &Wan22FunControlToVideo::control_video);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size = video_size(*this);
        const Tensor followed =
            inference::wan::followed_video(vae, pixels_of(control_video), std::nullopt, size, batch_size);
        std::optional<Tensor> reference;
        if (ref_image)
            reference = vae.encode(inference::wan::fitted(ref_image->pixels.slice(0, 0, 1), size).slice(3, 0, 3));
        return {following(positive, followed, reference), following(negative, followed, reference),
                empty_request(*this)};
    }

private:
    Conditioning following(Conditioning conditioning, const Tensor& followed,
                           const std::optional<Tensor>& reference) const {
        for (inference::Condition& condition : conditioning) {
            condition.concat_latent_image = followed;
            condition.concat_mask = inference::wan::mask_after(0, followed.sizes());
            condition.extra["channels_before_mask"] = at::scalar_tensor(vae.latent_channels(), at::kLong);
            if (reference) condition.reference_latents.push_back(*reference);
        }
        return conditioning;
    }
};

}  // namespace

void register_wan22_fun_control_to_video(Registry& registry) {
    registry.add<Wan22FunControlToVideo>("Wan22FunControlToVideo");
}

}  // namespace easel::nodes
