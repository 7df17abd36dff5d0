#include "inference/models/wan/control_video.hpp"
#include "nodes/conditioning/wan/video_request.hpp"

namespace easel::nodes {
namespace {

struct WanVaceToVideo : VideoRequest {
    double strength = 1.0;
    std::optional<Image> control_video;
    std::optional<Mask> control_masks;
    std::optional<Image> reference_image;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/vace");
        s.search_aliases = {"video conditioning", "video control"};
        s.in("strength", &WanVaceToVideo::strength).range(0.0, 1000.0).step(0.01);
        s.in("control_video", &WanVaceToVideo::control_video);
        s.in("control_masks", &WanVaceToVideo::control_masks);
        s.in("reference_image", &WanVaceToVideo::reference_image);
        declare_outputs(s);
        s.out("trim_latent");
    }

    std::tuple<Conditioning, Conditioning, Latent, std::int64_t> execute() const {
        const auto mask = control_masks ? std::optional(control_masks->values) : std::nullopt;
        const inference::wan::KeptVideo video = inference::wan::kept_video(
            vae, pixels_of(control_video), mask, pixels_of(reference_image), video_size(*this));
        std::vector<std::int64_t> shape = empty_request(*this).samples.sizes().vec();
        shape[2] += video.reference_frames;
        return {keeping(positive, video.latent),
                keeping(negative, video.latent),
                {.samples = at::zeros(shape)},
                video.reference_frames};
    }

private:
    static void append(Tensor& list, const Tensor& more) { list = list.defined() ? at::cat({list, more}, 1) : more; }

    // Videos of earlier nodes are kept to as well.
    Conditioning keeping(Conditioning conditioning, const Tensor& video) const {
        for (inference::Condition& condition : conditioning) {
            append(condition.extra["vace_videos"], video.unsqueeze(1));
            append(condition.extra["vace_strengths"], at::full({1, 1}, strength, at::kFloat));
        }
        return conditioning;
    }
};

}  // namespace

void register_wan_vace_to_video(Registry& registry) { registry.add<WanVaceToVideo>("WanVaceToVideo"); }

}  // namespace easel::nodes
