#include "inference/image/resize.hpp"
#include "inference/models/wan/animate/motion_frames.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanAnimateToVideo : VideoRequest {
    std::int64_t continue_motion_max_frames = 5;
    std::int64_t video_frame_offset = 0;
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> reference_image;
    std::optional<Image> face_video;
    std::optional<Image> pose_video;
    std::optional<Image> background_video;
    std::optional<Mask> character_mask;
    std::optional<Image> continue_motion;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/animate", {.width = 832, .height = 480, .frames = 77});
        s.experimental = true;
        s.in("continue_motion_max_frames", &WanAnimateToVideo::continue_motion_max_frames).range(1, 16384).step(4);
        s.in("video_frame_offset", &WanAnimateToVideo::video_frame_offset)
            .range(0, 16384)
            .step(1)
            .tooltip("The amount of frames to seek in all the input videos. Used for generating longer videos by "
                     "chunk. Connect to the video_frame_offset output of the previous node for extending a video.");
        s.in("clip_vision_output", &WanAnimateToVideo::clip_vision_output);
        s.in("reference_image", &WanAnimateToVideo::reference_image);
        s.in("face_video", &WanAnimateToVideo::face_video);
        s.in("pose_video", &WanAnimateToVideo::pose_video);
        s.in("background_video", &WanAnimateToVideo::background_video);
        s.in("character_mask", &WanAnimateToVideo::character_mask);
        s.in("continue_motion", &WanAnimateToVideo::continue_motion);
        declare_outputs(s);
        s.out("trim_latent");
        s.out("trim_image");
        s.out("video_frame_offset");
    }

    std::tuple<Conditioning, Conditioning, Latent, std::int64_t, std::int64_t, std::int64_t> execute() const {
        const inference::wan::VideoSize size = video_size(*this);
        const Tensor picture = inference::wan::character(vae, pixels_of(reference_image), size);
        inference::wan::Continued video =
            inference::wan::continued(pixels_of(continue_motion), continue_motion_max_frames, size);
        const std::int64_t first =
            continue_motion ? std::max<std::int64_t>(0, video_frame_offset - video.known) : video_frame_offset;
        if (background_video && background_video->pixels.size(0) > first) {
            const Tensor behind = inference::wan::fitted_by_area(background_video->pixels.slice(0, first), size);
            video.pixels.slice(0, video.known_pictures(), behind.size(0))
                .copy_(behind.slice(0, video.known_pictures()));
        }
        const Tensor mask = at::cat(
            {at::zeros({1, 4, picture.size(2), picture.size(3), picture.size(4)}), made_frames(video, first, picture)},
            2);
        const inference::wan::GivenFrames given{.latent = at::cat({picture, vae.encode(video.pixels)}, 2),
                                                .mask = mask};
        Tensor poses, faces;
        if (pose_video)
            if (const Tensor pixels = inference::wan::frames_from(pose_video->pixels, first, size); pixels.defined())
                poses = vae.encode(pixels);
        if (face_video && face_video->pixels.size(0) > first) {
            constexpr std::int64_t face_side = 512;
            const inference::wan::VideoSize of_face{.width = face_side, .height = face_side, .frames = length};
            const Tensor pixels = inference::wan::fitted_by_area(face_video->pixels.slice(0, first), of_face);
            faces = (pixels * 2.0 - 1.0).movedim(3, 0).unsqueeze(0);
        }
        return {told(positive, given, poses, faces),
                told(negative, given, poses, faces.defined() ? at::full_like(faces, -1.0) : faces),
                {.samples = at::zeros({batch_size, 16, given.mask.size(2), height / 8, width / 8})},
                picture.size(2),
                video.known_pictures(),
                first + length};
    }

private:
    // 1 where frames are made, in a channel for each of the four frames of a latent frame: [1, 4, frames, h, w].
    Tensor made_frames(const inference::wan::Continued& video, std::int64_t first, const Tensor& latent) const {
        constexpr std::int64_t together = 4;
        const std::int64_t h = latent.size(3), w = latent.size(4);
        const Tensor made = at::ones({((length - 1) / together + 1) * together, h, w});
        made.narrow(0, 0, video.known_latents() * together).zero_();
        if (character_mask && (character_mask->values.size(0) > first || character_mask->values.size(0) == 1)) {
            const Tensor& values = character_mask->values;
            const Tensor frames = values.size(0) == 1 ? values.expand({length, -1, -1}) : values.slice(0, first);
            const Tensor small = inference::resize(frames.slice(0, 0, length).unsqueeze(0), w, h, "nearest-exact",
                                                   inference::Crop::center)[0];
            made.slice(0, video.known_pictures(), small.size(0)).copy_(small.slice(0, video.known_pictures()));
        }
        return made.unflatten(0, {-1, together}).transpose(0, 1).unsqueeze(0);
    }

    Conditioning told(const Conditioning& conditioning, const inference::wan::GivenFrames& given, const Tensor& poses,
                      const Tensor& faces) const {
        Conditioning result = with_given_frames(conditioning, given, features_of(clip_vision_output));
        for (inference::Condition& condition : result) {
            if (poses.defined()) condition.extra["pose_video"] = poses;
            if (faces.defined()) condition.extra["face_video"] = faces;
        }
        return result;
    }
};

}  // namespace

void register_wan_animate_to_video(Registry& registry) { registry.add<WanAnimateToVideo>("WanAnimateToVideo"); }

}  // namespace easel::nodes
