#include "inference/models/wan/control_video.hpp"
#include "nodes/conditioning/wan/camera_move.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct WanCameraImageToVideo : VideoRequest {
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> start_image;
    std::optional<CameraMove> camera_conditions;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/camera");
        s.in("clip_vision_output", &WanCameraImageToVideo::clip_vision_output);
        s.in("start_image", &WanCameraImageToVideo::start_image);
        s.in("camera_conditions", &WanCameraImageToVideo::camera_conditions);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        std::optional<inference::wan::GivenFrames> frames;
        if (start_image) {
            const Tensor video = inference::wan::video_from(vae, start_image->pixels, video_size(*this), batch_size);
            const int64_t given = std::min(start_image->pixels.size(0), length);
            frames = {.latent = video, .mask = inference::wan::mask_after(given, video.sizes())};
        }
        const auto features = features_of(clip_vision_output);
        return {moving(with_given_frames(positive, frames, features)),
                moving(with_given_frames(negative, frames, features)), empty_request(*this)};
    }

private:
    Conditioning moving(Conditioning conditioning) const {
        if (camera_conditions)
            for (inference::Condition& condition : conditioning)
                condition.extra["camera_rays"] = camera_conditions->rays;
        return conditioning;
    }
};

}  // namespace

void register_wan_camera_image_to_video(Registry& registry) {
    registry.add<WanCameraImageToVideo>("WanCameraImageToVideo");
}

}  // namespace easel::nodes
