#include "inference/models/wan/wan.hpp"

#include "inference/models/network_patches.hpp"
#include "inference/vae/latent_format.hpp"

namespace easel::inference::wan {
namespace {

// Without videos, VACE watches an empty one, all of which may change. `videos` [1, count, 32 + 64, frames, h, w]: each
// as what is kept and what may change, in the scale of the autoencoder, and its mask. (WAN21_Vace.extra_conds)
void set_videos_to_keep_to(NetworkInput& input, const Tensor& videos, const Tensor& strengths,
                           const SamplingTarget& target) {
    const int64_t channels = target.format->channels;
    if (!videos.defined()) {
        std::vector<int64_t> shape{target.shape[0], 1, 2 * channels, target.shape[2], target.shape[3], target.shape[4]};
        const Tensor empty = target.format->to_model(at::zeros(target.shape, at::kFloat)).unsqueeze(1);
        const Tensor nothing = at::cat({empty, empty}, 2);
        shape[2] = 64;
        input.extra["vace_videos"] = at::cat({nothing, at::ones(shape, at::kFloat)}, 2);
        input.extra["vace_strengths"] = at::ones({target.shape[0], 1}, at::kFloat);
        return;
    }
    std::vector<Tensor> scaled;
    for (const Tensor& video : videos.unbind(1))
        scaled.push_back(
            at::cat({target.format->to_model(video.slice(1, 0, channels)),
                     target.format->to_model(video.slice(1, channels, 2 * channels)), video.slice(1, 2 * channels)},
                    1));
    input.extra["vace_videos"] = at::stack(scaled, 1);
    input.extra["vace_strengths"] = strengths;
}

}  // namespace

Wan::Wan(const Weights& w) : Network(w) {
    constexpr int64_t patch = 2;
    if (w.has_part("ref_conv")) reference_in_.emplace(w / "ref_conv", patch, 0);
    if (w.has_part("control_adapter")) camera_.emplace(w / "control_adapter");
    if (w.has_part("vace_blocks")) vace_.emplace(w, static_cast<int64_t>(trunk_.blocks.size()));
}

void Wan::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    Network::set_inputs(input, condition, target);
    if (times_frames() && target.noise_mask) input.extra["frame_noise"] = target.noise_mask->mean({1, 3, 4});
    if (const Tensor rays = given(condition, "camera_rays"); rays.defined()) input.extra["camera_rays"] = rays;
    if (const Tensor frames = given(condition, "further_frames"); frames.defined())
        input.extra["further_frames"] = target.format->to_model(frames);
    if (reference_in_ && !condition.reference_latents.empty())
        input.extra["reference"] = target.format->to_model(condition.reference_latents.back()).select(2, 0);
    const auto stream = [&](int64_t i) { return given(condition, "stream" + std::to_string(i)); };
    for (int64_t i = 0; stream(i).defined(); ++i)
        input.reference_latents.push_back(target.format->to_model(stream(i)));
    if (vace_)
        set_videos_to_keep_to(input, given(condition, "vace_videos"), given(condition, "vace_strengths"), target);
}

Tensor Wan::predict(const NetworkInput& input) const {
    Context context = trunk_.context(input);
    Tensor latent = seen(input);
    if (const Tensor frames = input.find("further_frames"); frames.defined())
        latent = at::cat({latent, padded(frames)}, 2);
    Tensor pieces = trunk_.patches(latent);
    const at::ScalarType dtype = trunk_.weights.compute_dtype();
    if (const Tensor rays = input.find("camera_rays"); camera_ && rays.defined())
        pieces = pieces + (*camera_)(rays.to(dtype)).to(at::kFloat);
    const CellBox cells = cells_of(latent, patches_of(input).rope.value_or(RopeScaling{}));
    std::vector<Tensor> tokens{trunk_.as_tokens(pieces)};
    CellBoxes boxes{cells};

    int64_t first = 0;
    if (const Tensor reference = input.find("reference"); reference_in_ && reference.defined()) {
        tokens.insert(tokens.begin(), trunk_.as_tokens((*reference_in_)(reference.to(dtype))));
        first = tokens.front().size(1);
        ++boxes.front().frames;
    }
    for (std::size_t i = 0; i < input.reference_latents.size(); ++i) {
        const Tensor stream = padded(input.reference_latents[i]);
        tokens.push_back(trunk_.as_tokens(trunk_.patches(stream)));
        boxes.push_back(cells_of(stream, cells.scaling));
        boxes.back().stream = static_cast<int64_t>(i) + 1;
    }

    Tensor times = input.timestep.unsqueeze(1);  // [batch, times]
    if (const Tensor noise = input.find("frame_noise"); noise.defined()) times = times * noise;
    const Sequence sequence{.x = at::cat(tokens, 1),
                            .rope = trunk_.rope(boxes, input.x.device()),
                            .time = trunk_.time(times),
                            .context = std::move(context),
                            .cells = cells,
                            .first = first};
    std::optional<Vace::Guide> guide;
    if (vace_) guide.emplace(*vace_, input.find("vace_videos"), input.find("vace_strengths"), sequence.x);
    Steps steps;
    if (guide)
        steps.after = [&](int64_t block, const Tensor& x) {
            return guide->after(block, x, sequence.time.steering, sequence.rope, sequence.context);
        };
    const Tensor x = trunk_.run(input, sequence, steps);
    const Tensor values = trunk_.head(x, sequence.time).narrow(1, first, cells.tokens());
    return cut_to(trunk_.video(values, cells), input.x);
}

}  // namespace easel::inference::wan
