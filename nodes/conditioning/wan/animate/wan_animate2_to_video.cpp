#include "base/error.hpp"
#include "inference/models/wan/animate/motion_frames.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanAnimate2ToVideo : VideoRequest {
    std::int64_t video_frame_offset = 0;
    double pose_strength = 1.0;
    double pose_start_percent = 0.0;
    double pose_end_percent = 1.0;
    double reference_image_strength = 1.0;
    std::optional<Image> reference_image;
    std::optional<Image> pose_video;
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Conditioning> positive_pose;
    std::optional<inference::ClipVisionOutput> clip_vision_output_pose;
    std::optional<Image> continue_motion;

    static void declare(Schema& s) {
        declare_record(s, "model/conditioning/wan/animate");
        s.description = "Animate a character in a reference image using a video, effectively replicating the facial "
                        "animation, body motion and hands gesture from the video.";
        s.experimental = true;
        declare_prompts(s);
        s.in("width", &WanAnimate2ToVideo::width).range(16, 16384).step(16).tooltip("Output video width in pixels.");
        s.in("height", &WanAnimate2ToVideo::height).range(16, 16384).step(16).tooltip("Output video height in pixels.");
        s.in("length", &WanAnimate2ToVideo::length).range(1, 16384).step(4).tooltip("Number of frames to generate.");
        s.in("batch_size", &WanAnimate2ToVideo::batch_size)
            .range(1, 4096)
            .tooltip("Number of videos to generate simultaneously.");
        s.in("video_frame_offset", &WanAnimate2ToVideo::video_frame_offset)
            .range(0, 16384)
            .step(1)
            .tooltip("Frames to seek into the pose video. Connect to the video_frame_offset output of the previous "
                     "node when extending.");
        s.in("pose_strength", &WanAnimate2ToVideo::pose_strength)
            .range(0.0, 10.0)
            .step(0.01)
            .tooltip("Scales the pose video's influence on the motion. 1.0 is the trained behavior; below weakens "
                     "adherence, above amplifies. 0.0 mutes it but does not fully remove it.");
        s.in("pose_start_percent", &WanAnimate2ToVideo::pose_start_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Sampling percent at which the pose influence starts. Outside the window the pose branch is "
                     "skipped entirely, which also speeds those steps up.");
        s.in("pose_end_percent", &WanAnimate2ToVideo::pose_end_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Sampling percent at which the pose influence ends. Motion is mostly established early, so e.g. "
                     "0.7 can loosen fine detail while keeping the choreography.");
        s.in("reference_image_strength", &WanAnimate2ToVideo::reference_image_strength)
            .range(0.0, 10.0)
            .step(0.01)
            .tooltip(
                "Scales how strongly generated frames attend to the reference image's latent frame. Below 1.0 loosens "
                "identity/appearance adherence (e.g. to let the prompt restyle), above tightens it against drift.");
        s.in("reference_image", &WanAnimate2ToVideo::reference_image).tooltip("The character to animate.");
        s.in("pose_video", &WanAnimate2ToVideo::pose_video)
            .tooltip("The video whose motion is transferred to the reference character.");
        s.in("clip_vision_output", &WanAnimate2ToVideo::clip_vision_output)
            .tooltip("CLIP vision of the reference image.");
        s.in("positive_pose", &WanAnimate2ToVideo::positive_pose)
            .tooltip("Prompt for the pose-video branch, describing the motion rather than the character. Defaults to "
                     "positive. Used for both the cond and uncond passes.");
        s.in("clip_vision_output_pose", &WanAnimate2ToVideo::clip_vision_output_pose)
            .tooltip("CLIP vision of the pose video's first frame. Defaults to clip_vision_output.");
        s.in("continue_motion", &WanAnimate2ToVideo::continue_motion)
            .tooltip("Previous motion sequence to continue from for temporal consistency.");
        declare_outputs(s);
        s.out("trim_latent").tooltip = "Number of latent frames that should be trimmed before decoding.";
        s.out("trim_image").tooltip = "Number of overlapping image frames when extending a video.";
        s.out("video_frame_offset").tooltip = "Frames to seek into the pose video.";
    }

    std::tuple<Conditioning, Conditioning, Latent, std::int64_t, std::int64_t, std::int64_t> execute() const {
        if (pose_start_percent > pose_end_percent)
            throw UserError("pose_start_percent must not be greater than pose_end_percent");
        const inference::wan::VideoSize size = video_size(*this);
        const Tensor picture = inference::wan::character(vae, first_picture(), size);
        constexpr std::int64_t frames_kept = 1;
        const inference::wan::Continued video =
            inference::wan::continued(pixels_of(continue_motion), frames_kept, size);
        const std::int64_t first = std::max<std::int64_t>(0, video_frame_offset - video.known);
        const std::int64_t frames = (length - 1) / 4 + 1 + picture.size(2);
        Tensor made = at::ones({1, 1, frames, height / 8, width / 8});
        made.narrow(2, 0, picture.size(2) + video.known_latents()).zero_();
        const inference::wan::GivenFrames given{.latent = at::cat({picture, vae.encode(video.pixels)}, 2),
                                                .mask = made};

        Tensor poses;
        if (pose_video) {
            const Tensor pixels = inference::wan::frames_from(pose_video->pixels, first, size);
            if (!pixels.defined())
                throw UserError("pose_video has " + std::to_string(pose_video->pixels.size(0)) +
                                " frames, none of them behind frame " + std::to_string(first));
            poses = vae.encode(pixels);
        }
        return {told(positive, given, poses),
                told(negative, given, poses),
                {.samples = at::zeros({batch_size, 16, frames, height / 8, width / 8})},
                picture.size(2),
                video.known_pictures(),
                first + length};
    }

private:
    std::optional<Tensor> first_picture() const {
        return reference_image ? std::optional(reference_image->pixels.slice(0, 0, 1)) : std::nullopt;
    }

    // Poses count in a part of the schedule; conditions without them in the rest.
    Conditioning told(const Conditioning& conditioning, const inference::wan::GivenFrames& given,
                      const Tensor& poses) const {
        Conditioning plain = with_given_frames(conditioning, given, features_of(clip_vision_output));
        const auto number = [](double value) { return at::scalar_tensor(value, at::kDouble); };
        if (reference_image_strength != 1.0)
            for (inference::Condition& condition : plain)
                condition.extra["reference_strength"] = number(reference_image_strength);
        Conditioning posed = plain;
        const auto seen = features_of(clip_vision_output_pose ? clip_vision_output_pose : clip_vision_output);
        const Conditioning& prompt = positive_pose ? *positive_pose : positive;
        for (inference::Condition& condition : posed) {
            if (poses.defined()) condition.extra["pose_video"] = poses;
            if (seen) condition.extra["pose_features"] = *seen;
            if (!prompt.empty() && prompt.front().cross.defined())
                condition.extra["pose_prompt"] = prompt.front().cross;
            if (pose_strength != 1.0) condition.extra["pose_strength"] = number(pose_strength);
        }
        if (pose_start_percent <= 0.0 && pose_end_percent >= 1.0) return posed;
        Conditioning all = in_part(posed, pose_start_percent, pose_end_percent);
        const auto append = [&](const Conditioning& more) { all.insert(all.end(), more.begin(), more.end()); };
        if (pose_start_percent > 0.0) append(in_part(plain, 0.0, pose_start_percent));
        if (pose_end_percent < 1.0) append(in_part(plain, pose_end_percent, 1.0));
        return all;
    }

    static Conditioning in_part(Conditioning conditioning, double start, double end) {
        for (inference::Condition& condition : conditioning) {
            condition.start_percent = start;
            condition.end_percent = end;
        }
        return conditioning;
    }
};

}  // namespace

void register_wan_animate2_to_video(Registry& registry) { registry.add<WanAnimate2ToVideo>("WanAnimate2ToVideo"); }

}  // namespace easel::nodes
