#include "inference/image/resize.hpp"
#include "inference/models/wan/tracks/point_tracks.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/vae/latent_format.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanTrackToVideo : VideoRequest {
    std::string tracks = "[]";
    double temperature = 220.0;
    std::int64_t topk = 2;
    Image start_image;
    std::optional<inference::ClipVisionOutput> clip_vision_output;

    static void declare(Schema& s) {
        declare_record(s, "model/conditioning/wan/move");
        s.search_aliases = {"motion tracking", "trajectory video", "point tracking", "keypoint animation"};
        declare_prompts(s);
        s.in("tracks", &WanTrackToVideo::tracks).multiline();
        declare_size(s);
        declare_batch(s);
        s.in("temperature", &WanTrackToVideo::temperature).range(1.0, 1000.0).step(0.1).advanced();
        s.in("topk", &WanTrackToVideo::topk).range(1, 10).advanced();
        s.in("start_image", &WanTrackToVideo::start_image);
        s.in("clip_vision_output", &WanTrackToVideo::clip_vision_output);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const auto batch = inference::wan::read_tracks(tracks);
        const inference::wan::VideoSize size = video_size(*this);
        const inference::wan::GivenFrames frames =
            batch.empty() ? inference::wan::given_first(vae, start_image.pixels, size) : along(batch);
        const auto features = features_of(clip_vision_output);
        return {with_given_frames(positive, frames, features),
                with_given_frames(negative, frames, features),
                {.samples = inference::wan::empty_video(batch_size, 16, 8, size)}};
    }

private:
    // A start latent for each member of the batch; pictures and tracks are spread over it.
    inference::wan::GivenFrames along(const std::vector<std::vector<inference::wan::Path>>& batch) const {
        const inference::LatentFormat format = inference::wan21_latent_format();
        const Tensor pictures =
            inference::spread_to_batch(inference::resize_image(start_image.pixels.slice(0, 0, batch_size), width,
                                                               height, "bilinear", inference::Crop::center),
                                       batch_size);
        const Tensor order =
            inference::spread_to_batch(at::arange(static_cast<std::int64_t>(batch.size())), batch_size);
        std::vector<Tensor> latents, masks;
        for (std::int64_t i = 0; i < batch_size; ++i) {
            const Tensor video = at::full({length, height, width, 3}, 0.5f);
            video[0].copy_(pictures[i].slice(2, 0, 3));
            const Tensor points = inference::wan::moments_of(
                batch[static_cast<std::size_t>(order[i].item<std::int64_t>())], width, height, length);
            const inference::wan::CarriedFeatures moved =
                inference::wan::carried(format.to_model(vae.encode(video))[0], points, temperature, topk);
            latents.push_back(moved.latent);
            masks.push_back(1.0 - moved.weight);
        }
        return {.latent = format.from_model(at::stack(latents)), .mask = at::stack(masks)};
    }
};

}  // namespace

void register_wan_track_to_video(Registry& registry) { registry.add<WanTrackToVideo>("WanTrackToVideo"); }

}  // namespace easel::nodes
