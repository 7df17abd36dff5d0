#include "inference/models/sd/unet.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/require_text.hpp"
#include "inference/models/sd/picture_prompt.hpp"
#include "inference/models/sd/unet_guest.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

#include <string>

namespace easel::inference::sd {
namespace {

// The parts of the middle are of the same kinds, but not grouped. Small models leave out some of them, or all.
std::vector<Stage> middle_stages(const Weights& w, std::optional<int64_t> heads) {
    std::vector<Stage> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.push_back(Stage::of_one(w / i, heads));
    return result;
}

// `h` plus what a control network adds at this place, if anything.
Tensor with_residual(const Tensor& h, const std::vector<Tensor>& residuals, std::size_t place) {
    if (place >= residuals.size() || !residuals[place].defined()) return h;
    const Tensor& residual = residuals[place];
    if (residual.sizes().slice(1) == h.sizes().slice(1)) return h + residual.to(h.scalar_type());
    logger("inference")
        ->warn("a control network's output of shape {} does not fit {} and is left out", c10::str(residual.sizes()),
               c10::str(h.sizes()));
    return h;
}

}  // namespace

UNet::UNet(const Weights& w, const Options& options)
    : weights_(w), in_channels_(w["input_blocks.0.0.weight"].size(1)),
      model_channels_(w["input_blocks.0.0.weight"].size(0)), vector_(options.vector),
      scales_picture_(options.scales_picture), time_(w / "time_embed", 0, 2), classes_(w.maybe("label_emb.weight")),
      input_(blocks_of<Stage>(w / "input_blocks", options.heads)),
      middle_(middle_stages(w / "middle_block", options.heads)),
      output_(blocks_of<Stage>(w / "output_blocks", options.heads)), out_norm_(w / "out" / 0),
      out_conv_(w / "out" / 2) {
    if (w.has_part("label_emb.0")) label_.emplace(w / "label_emb" / 0, 0, 2);
}

void UNet::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    DiffusionModel::set_inputs(input, condition, target);
    if (scales_picture_ && concat_channels() == target.format->channels && input.concat.defined())
        input.concat = target.format->to_model(input.concat);
    if (vector_ != nullptr) input.vector = vector_(condition, target);
    if (const auto pictures = condition.extra.find("unclip"); label_ && pictures != condition.extra.end())
        input.extra["unclip"] = pictures->second;
}

Tensor UNet::label_input(const NetworkInput& input) const {
    const Tensor pictures = input.find("unclip");  // [batch, count, dim + 2]
    if (!pictures.defined())
        return input.vector.defined() ? input.vector
                                      : at::zeros({input.x.size(0), label_->in.in_features()}, input.x.options());
    const at::Generator& generator = input.evaluation.generator;
    const uint64_t seed = generator.defined() ? generator.current_seed() : 0;
    const double merged_noise = input.vector.defined() ? 0.0 : 0.05;
    std::vector<Tensor> rows;
    for (int64_t i = 0; i < pictures.size(0); ++i)
        rows.push_back(picture_vector(pictures[i], seed, merged_noise));
    const Tensor seen = at::cat(rows).to(input.x.options());
    const int64_t dim = seen.size(1) / 2;
    const Tensor whole = input.vector.defined() && input.vector.size(1) > dim
                             ? at::cat({seen.narrow(1, 0, dim), input.vector.slice(1, dim).to(seen.options())}, 1)
                             : seen;
    if (whole.size(1) != label_->in.in_features())
        throw UserError("the model does not take pictures seen by this CLIP vision model, whose embeddings have " +
                        std::to_string(dim) + " numbers");
    return whole;
}

Tensor UNet::embedded(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor embedding = time_(timestep_embedding(input.timestep, model_channels_).to(dtype));
    if (label_) embedding = embedding + (*label_)(label_input(input).to(dtype));
    if (classes_) embedding = embedding + classes_.rows(input.vector.to(at::kLong).flatten(), dtype);
    return at::silu(embedding);
}

Tensor UNet::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor context = input.context.to(dtype);
    const Tensor time = embedded(input);
    const Tensor frames = input.find("video_frames");
    const BlockInputs told{
        .time_embedding = time, .context = context, .frames = frames.defined() ? frames.item<int64_t>() : 1};

    Tensor h = input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x;
    h = h.to(dtype).contiguous(at::MemoryFormat::ChannelsLast);
    static const ControlResiduals no_control;
    const ControlResiduals& control = input.control ? *input.control : no_control;
    const NetworkPatches& patches = patches_of(input);
    PatchPlace place{.input = input};
    std::vector<Tensor> skips;
    for (std::size_t i = 0; i < input_.size(); ++i) {
        place.block = {BlockKind::input, static_cast<int64_t>(i)};
        h = with_residual(input_[i](h, told, {}, place), control.input, skips.size());
        h = patched(patches.input_block, h, place);
        skips.push_back(h);
        h = patched(patches.input_block_after_skip, h, place);
    }
    place.block = {BlockKind::middle, 0};
    for (const Stage& stage : middle_)
        h = stage(h, told, {}, place);
    h = with_residual(h, control.middle, 0);
    const UnetGuest* guest = guest_of(input);
    if (guest != nullptr) h = guest->after_middle(h);
    for (std::size_t i = 0; i < output_.size(); ++i) {
        place.block = {BlockKind::output, static_cast<int64_t>(i)};
        const Tensor skip = with_residual(skips.back(), control.output, skips.size() - 1);
        const Features features = patched(patches.output_block, {h, skip}, place);
        h = guest != nullptr ? guest->joined(features) : at::cat({features.h, features.skip}, 1);
        skips.pop_back();
        h = output_[i](h, told, skips.empty() ? h.sizes().slice(2) : skips.back().sizes().slice(2), place);
    }
    return out_conv_(out_norm_.then_silu(h)).to(at::kFloat).contiguous();
}

std::size_t UNet::activation_bytes(at::IntArrayRef latent) const {
    // The skip connections and, at the first level, a residual block over the widest concatenation and the gated feed
    // forward, which has eight times the width: about forty tensors of the first level's size live at once.
    const auto cells = static_cast<std::size_t>(latent[0] * latent[2] * latent[3]);
    return cells * static_cast<std::size_t>(model_channels_) * 40 * c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::sd
