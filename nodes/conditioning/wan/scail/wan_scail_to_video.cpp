#include "inference/image/resize.hpp"
#include "inference/models/wan/scail/identity_masks.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanSCAILToVideo : VideoRequest {
    double pose_strength = 1.0;
    double pose_start = 0.0;
    double pose_end = 1.0;
    std::int64_t video_frame_offset = 0;
    std::int64_t previous_frame_count = 5;
    std::optional<Image> pose_video;
    std::optional<Image> pose_video_mask;
    bool replacement_mode = false;
    std::optional<Image> reference_image;
    std::optional<Image> reference_image_mask;
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> previous_frames;

    static void declare(Schema& s) {
        declare_record(s, "model/conditioning/wan/scail");
        s.python_module = "comfy_extras.nodes_scail";
        s.experimental = true;
        declare_prompts(s);
        declare_size(s, {.width = 512, .height = 896, .frames = 81}, 32);
        declare_batch(s);
        s.in("pose_strength", &WanSCAILToVideo::pose_strength)
            .range(0.0, 10.0)
            .step(0.01)
            .tooltip("Strength of the pose latent.");
        s.in("pose_start", &WanSCAILToVideo::pose_start)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Start step of the pose conditioning.");
        s.in("pose_end", &WanSCAILToVideo::pose_end)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("End step of the pose conditioning.");
        s.in("video_frame_offset", &WanSCAILToVideo::video_frame_offset)
            .range(0, 16384)
            .step(1)
            .tooltip("Cumulative output frame this chunk begins at. Wire from the previous chunk's video_frame_offset "
                     "output.");
        s.in("previous_frame_count", &WanSCAILToVideo::previous_frame_count)
            .range(1, 16384)
            .step(4)
            .tooltip(
                "Tail frames of previous_frames to anchor. SCAIL-2 trained at 5 (81-frame chunks, 76-frame step).");
        s.in("pose_video", &WanSCAILToVideo::pose_video)
            .tooltip("Video used for pose conditioning. Will be downscaled to half the resolution of the main video.");
        s.in("pose_video_mask", &WanSCAILToVideo::pose_video_mask)
            .tooltip("SCAIL-2 only. Colored per-identity SAM3 mask video at the same resolution as pose_video.");
        s.in("replacement_mode", &WanSCAILToVideo::replacement_mode)
            .tooltip("SCAIL-2 only. False = Animation Mode (pose_video_mask should have black background). True = "
                     "Replacement Mode (pose_video_mask should have white background).")
            .optional();
        s.in("reference_image", &WanSCAILToVideo::reference_image)
            .tooltip("Reference image. The first image is the primary reference (composite all identities onto it). "
                     "SCAIL-2: extra batch images are used as additional views (back view, close-up, occluded "
                     "background), each needing a matching reference_image_mask in that identity's color.");
        s.in("reference_image_mask", &WanSCAILToVideo::reference_image_mask)
            .tooltip("SCAIL-2 only. Colored reference mask, batch matching reference_image (first = primary reference "
                     "mask, rest = identity masks for the additional reference_image).");
        s.in("clip_vision_output", &WanSCAILToVideo::clip_vision_output)
            .tooltip("CLIP vision features for conditioning. Model is trained with stretch resize to aspect ratio.");
        s.in("previous_frames", &WanSCAILToVideo::previous_frames)
            .tooltip("SCAIL-2 only. Full decoded output of the previous chunk. Only the last previous_frame_count are "
                     "used as the extension anchor.");
        s.out("positive");
        s.out("negative");
        s.out("latent").tooltip = "Empty latent of the generation size.";
        s.out("video_frame_offset").tooltip = "Adjusted offset + length. Wire into the next chunk.";
    }

    std::tuple<Conditioning, Conditioning, Latent, std::int64_t> execute() const {
        const inference::wan::VideoSize size = video_size(*this);
        Latent latent{.samples = inference::wan::empty_video(batch_size, 16, 8, size)};
        std::int64_t first = video_frame_offset;
        if (previous_frames && previous_frames->pixels.size(0) > 0) {
            const Tensor before = previous_frames->pixels.slice(0, -previous_frame_count);
            first = std::max<std::int64_t>(0, first - before.size(0));
            const Tensor known = vae.encode(scaled(before, "bicubic").slice(3, 0, 3));
            const std::int64_t count = std::min(known.size(2), latent.samples.size(2));
            latent.samples.narrow(2, 0, count).copy_(known.narrow(2, 0, count));
            latent.noise_mask = at::ones_like(latent.samples.slice(0, 0, 1).slice(1, 0, 1));
            latent.noise_mask->narrow(2, 0, count).zero_();
        }
        Conditioning with = positive, without = negative;
        tell(with, first);
        tell(without, first);
        return {with, without, latent, first + length};
    }

private:
    Tensor scaled(const Tensor& pixels, std::string_view method) const {
        return inference::resize_image(pixels, width, height, method, inference::Crop::center);
    }
    Tensor half(const Tensor& pixels) const {
        return inference::resize_image(pixels, width / 2, height / 2, "area", inference::Crop::center);
    }

    // Every picture by itself; in replacement mode without what is around the people.
    std::vector<Tensor> references() const {
        std::vector<Tensor> result;
        if (!reference_image) return result;
        Tensor pictures = scaled(reference_image->pixels, "bicubic").slice(3, 0, 3);
        if (replacement_mode && reference_image_mask) {
            const Tensor masks = scaled(reference_image_mask->pixels, "nearest-exact").slice(3, 0, 3);
            const Tensor index = at::arange(pictures.size(0)).clamp_max(masks.size(0) - 1);
            pictures = pictures * masks.index_select(0, index).amax(3, true).gt(0.1);
        }
        for (const Tensor& picture : pictures.split(1))
            result.push_back(vae.encode(picture));
        return result;
    }

    // The first mask last, as the first picture; none over the video.
    Tensor reference_identities() const {
        const Tensor masks = scaled(reference_image_mask->pixels, "nearest-exact");
        const auto of_picture = [&](std::int64_t i) {
            return inference::wan::identity_masks(masks.narrow(0, std::min(i, masks.size(0) - 1), 1));
        };
        std::vector<Tensor> all;
        for (std::int64_t i = 1; i < reference_image->pixels.size(0); ++i)
            all.push_back(of_picture(i));
        all.push_back(of_picture(0));
        const Tensor& one = all.back();
        all.push_back(at::zeros({1, one.size(1), (length - 1) / 4 + 1, one.size(3), one.size(4)}));
        return at::cat(all, 2);
    }

    void tell(Conditioning& conditioning, std::int64_t first) const {
        const auto behind = [&](const std::optional<Image>& video) {
            return video && video->pixels.size(0) > first ? video->pixels.slice(0, first) : Tensor();
        };
        Tensor poses = behind(pose_video), colors = behind(pose_video_mask);
        std::int64_t frames = length;
        for (const Tensor& video : {poses, colors})
            if (video.defined()) frames = std::min(frames, video.size(0));
        frames = (frames - 1) / 4 * 4 + 1;
        const std::vector<Tensor> pictures = references();
        const auto features = features_of(clip_vision_output);
        for (inference::Condition& condition : conditioning) {
            condition.extra["replaces"] = at::scalar_tensor(replacement_mode, at::kBool);
            condition.reference_latents.insert(condition.reference_latents.end(), pictures.begin(), pictures.end());
            if (features) condition.extra["picture_features"] = *features;
            if (colors.defined())
                condition.extra["pose_identities"] = inference::wan::identity_masks(half(colors.slice(0, 0, frames)));
            if (reference_image && reference_image_mask)
                condition.extra["reference_identities"] = reference_identities();
        }
        if (poses.defined())
            conditioning =
                with_poses(conditioning, vae.encode(half(poses.slice(0, 0, frames)).slice(3, 0, 3)) * pose_strength);
    }

    // Poses count in a part of the schedule; the same conditions without them before and behind it.
    // (conditioning_set_values_with_timestep_range)
    Conditioning with_poses(const Conditioning& conditioning, const Tensor& poses) const {
        constexpr double gap = 1e-5;  // so that two never count at one level
        if (pose_start > pose_end) return conditioning;
        Conditioning result;
        for (const inference::Condition& condition : conditioning) {
            const double from = condition.start_percent.value_or(0.0), to = condition.end_percent.value_or(1.0);
            const double begin = std::max(pose_start, from), end = std::min(pose_end, to);
            const auto add = [&](double start_at, double end_at) -> inference::Condition& {
                result.push_back(condition);
                result.back().start_percent = start_at;
                result.back().end_percent = end_at;
                return result.back();
            };
            if (begin >= end) {
                result.push_back(condition);
                continue;
            }
            if (begin > from) add(from, begin - gap);
            add(begin, end).extra["pose_video"] = poses;
            if (end < to) add(end + gap, to);
        }
        return result;
    }
};

}  // namespace

void register_wan_scail_to_video(Registry& registry) { registry.add<WanSCAILToVideo>("WanSCAILToVideo"); }

}  // namespace easel::nodes
