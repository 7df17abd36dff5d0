#include "inference/models/wan/scail/scail.hpp"

#include "inference/sampling/concat_input.hpp"
#include "inference/vae/latent_format.hpp"

namespace easel::inference::wan {
namespace {

constexpr int64_t mask_channels = 4;
constexpr double aside = 120.0;  // how far from the video's cells other streams lie

// The latent and a mask that says that all of it is known.
Tensor with_full_mask(const Tensor& latent) {
    return at::cat({latent, at::ones_like(latent.slice(1, 0, mask_channels))}, 1);
}

}  // namespace

Scail::Scail(const Weights& w) : Network(w), poses_(w / "patch_embedding_pose") {
    if (w.has_part("patch_embedding_mask")) identities_.emplace(w / "patch_embedding_mask");
}

// The first reference is the one that matters most and comes last, next to the video. (WAN21_SCAIL.extra_conds)
void Scail::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    Network::set_inputs(input, condition, target);
    if (identities_ && concat_channels() == mask_channels) {
        const std::optional<Tensor>& mask = mask_of(condition, target);
        std::vector<int64_t> shape = target.shape.vec();
        shape[1] = mask_channels;
        input.concat = mask ? kept_channels(*mask, target.shape) : at::zeros(shape, at::kFloat);
    }
    if (!condition.reference_latents.empty()) {
        std::vector<Tensor> pictures;
        for (const Tensor& latent : condition.reference_latents)
            pictures.push_back(with_full_mask(target.format->to_model(latent)));
        std::rotate(pictures.begin(), pictures.begin() + 1, pictures.end());
        input.extra["reference"] = at::cat(pictures, 2);
    }
    if (const Tensor poses = given(condition, "pose_video"); poses.defined())
        input.extra["pose_video"] = with_full_mask(target.format->to_model(poses));
    if (!identities_) return;
    for (const char* name : {"pose_identities", "reference_identities", "replaces"})
        if (const Tensor value = given(condition, name); value.defined()) input.extra[name] = value;
}

// A new character's references lie in front of the video in time. Where people of the video are replaced, they lie
// below it at its beginning. Poses lie to its right; at half the size their cells are two apart, between the video's.
CellBoxes Scail::boxes(const CellBox& all, int64_t references, const std::optional<CellBox>& poses,
                       bool replaces) const {
    const auto start = static_cast<double>(replaces ? std::max<int64_t>(references - 1, 0) : references);
    CellBoxes result;
    if (replaces) {
        CellBox before = all, video = all;
        before.frames = references;
        before.scaling = {.shift_y = aside};
        video.frames = all.frames - references;
        video.scaling.shift_t += start;
        if (references > 0) result.push_back(before);
        result.push_back(video);
    } else {
        result.push_back(all);
    }
    if (poses) {
        const double high = static_cast<double>(all.rows) / static_cast<double>(poses->rows);
        const double wide = static_cast<double>(all.columns) / static_cast<double>(poses->columns);
        CellBox beside = *poses;
        beside.scaling = {.scale_x = wide,
                          .shift_x = aside + (wide - 1.0) / 2.0,
                          .scale_y = high,
                          .shift_y = (high - 1.0) / 2.0,
                          .shift_t = start};
        result.push_back(beside);
    }
    return result;
}

Tensor Scail::predict(const NetworkInput& input) const {
    Tensor latent = seen(input);
    const Tensor reference = input.find("reference");
    const int64_t references = reference.defined() ? reference.size(2) : 0;
    if (references > 0) latent = at::cat({padded(reference), latent}, 2);
    const CellBox all = cells_of(latent, patches_of(input).rope.value_or(RopeScaling{}));

    Tensor pieces = trunk_.patches(latent);
    if (const Tensor masks = input.find("reference_identities"); identities_ && masks.defined())
        pieces = pieces + (*identities_)(padded(masks));
    std::vector<Tensor> tokens{trunk_.as_tokens(pieces)};
    std::optional<CellBox> pose_cells;
    if (const Tensor poses = input.find("pose_video"); poses.defined()) {
        const Tensor video = padded(poses);
        Tensor watched = poses_(video);
        if (const Tensor masks = input.find("pose_identities"); identities_ && masks.defined())
            watched = watched + (*identities_)(padded(masks));
        tokens.push_back(trunk_.as_tokens(watched));
        pose_cells = cells_of(video);
    }
    const Tensor replaces = input.find("replaces");
    const Sequence sequence{
        .x = at::cat(tokens, 1),
        .rope = trunk_.rope(boxes(all, references, pose_cells, replaces.defined() && replaces.item<bool>()),
                            input.x.device()),
        .time = trunk_.time(input.timestep.unsqueeze(1)),
        .context = trunk_.context(input),
        .cells = all,
        .skipped = references * all.rows * all.columns};
    const Tensor x = trunk_.run(input, sequence);
    const Tensor values = trunk_.head(x, sequence.time).narrow(1, 0, all.tokens());
    return cut_to(trunk_.video(values, all).slice(2, references), input.x);
}

}  // namespace easel::inference::wan
