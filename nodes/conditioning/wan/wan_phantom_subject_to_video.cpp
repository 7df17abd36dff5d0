#include "inference/models/wan/control_video.hpp"
#include "nodes/conditioning/wan/video_request.hpp"

namespace easel::nodes {
namespace {

struct WanPhantomSubjectToVideo : VideoRequest {
    std::optional<Image> images;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/phantom subject");
        s.in("images", &WanPhantomSubjectToVideo::images);
        s.out("positive");
        s.out("negative_text");
        s.out("negative_img_text");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Conditioning, Latent> execute() const {
        if (!images) return {positive, negative, negative, empty_request(*this)};
        const Tensor pictures = inference::wan::subjects(vae, images->pixels, video_size(*this));
        const Tensor nothing = inference::wan::empty_latent(pictures.sizes());
        return {with_frames(positive, pictures), with_frames(negative, pictures), with_frames(negative, nothing),
                empty_request(*this)};
    }

private:
    static Conditioning with_frames(Conditioning conditioning, const Tensor& frames) {
        for (inference::Condition& condition : conditioning)
            condition.extra["further_frames"] = frames;
        return conditioning;
    }
};

}  // namespace

void register_wan_phantom_subject_to_video(Registry& registry) {
    registry.add<WanPhantomSubjectToVideo>("WanPhantomSubjectToVideo");
}

}  // namespace easel::nodes
