#include "inference/control/sd3_control.hpp"

#include "inference/layers/conv.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/model.hpp"
#include "inference/models/sd3/blocks.hpp"
#include "inference/models/sd3/diffusers.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace easel::inference {
namespace {

constexpr int64_t patch = 2, frequencies = 256, head_size = 64;
constexpr int64_t masked_channels = 17;  // an encoded picture and a mask

// [batch, tokens, dim] of a latent.
Tensor tokens_of(const Conv2d& in, const Tensor& latent, at::ScalarType dtype) {
    const Tensor padded = padded_to_patches(latent.to(dtype), patch);
    return in(padded.contiguous(at::MemoryFormat::ChannelsLast)).flatten(2).transpose(1, 2);
}

// The main network has as many blocks as heads.
int64_t main_blocks(int64_t dim) { return dim / head_size; }

Tensor pooled_of(const ControlCall& call, at::ScalarType dtype) {
    if (!call.inputs.vector.defined())
        throw UserError("this ControlNet is for Stable Diffusion 3 and cannot be used with this model");
    return call.inputs.vector.to(dtype);
}

// (comfy.cldm.mmdit.ControlNet)
class JointControl final : public ControlNetwork {
public:
    explicit JointControl(const Weights& w)
        : weights_(w), picture_in_(w / "x_embedder" / "proj", patch, 0),
          hint_in_(w / "pos_embed_input" / "proj", patch, 0), positions_{w["pos_embed"], patch},
          time_(w / "t_embedder"), out_(blocks_of<Linear>(w / "controlnet_blocks")) {
        if (w.has_part("y_embedder")) pooled_.emplace(w / "y_embedder");
        if (w.has_part("context_embedder")) text_in_.emplace(w / "context_embedder");
        blocks_ = blocks_of<sd3::JointBlock>(w / "joint_blocks");
        traits_.cell = 1;
        traits_.latent = sd3_latent_format();
        traits_.latent->shift = 0.0;  // as these networks were trained
        traits_.reads_mask = hint_in_.in_channels() == masked_channels;
    }

    ControlResiduals operator()(const ControlCall& call) const override {
        const at::ScalarType dtype = weights_.compute_dtype();
        Tensor image = tokens_of(picture_in_, call.x, dtype);
        const int64_t columns = (call.x.size(3) + patch - 1) / patch;
        image = image + positions_(image.size(1) / columns, columns, dtype, image.device()) +
                tokens_of(hint_in_, call.hint, dtype);
        Tensor c = time_(timestep_embedding(call.timestep, frequencies).to(dtype));
        if (pooled_) c = c + (*pooled_)(at::zeros_like(pooled_of(call, dtype)));  // the pooled prompt is not told
        c = at::silu(c);
        Tensor text = call.inputs.context.to(dtype);
        if (text_in_) text = (*text_in_)(text);

        ControlResiduals residuals;
        const int64_t each = main_blocks(picture_in_.out_channels()) / static_cast<int64_t>(blocks_.size());
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            blocks_[i](text, image, c);
            const bool is_last = i + 1 == blocks_.size();
            residuals.output.insert(residuals.output.end(), static_cast<std::size_t>(is_last ? each - 1 : each),
                                    out_[i](image));
        }
        return residuals;
    }

    const ControlTraits& traits() const override { return traits_; }

private:
    Weights weights_;
    ControlTraits traits_;
    Conv2d picture_in_, hint_in_;
    sd3::PositionTable positions_;
    sd3::Embedder time_;
    std::optional<sd3::Embedder> pooled_;
    std::optional<Linear> text_in_;
    std::vector<sd3::JointBlock> blocks_;
    std::vector<Linear> out_;
};

// Sines and cosines of places along one side, [count, dim], for `places` [count].
Tensor waves(const Tensor& places, int64_t dim) {
    const Tensor exponent = at::arange(dim / 2, at::kFloat) / (static_cast<double>(dim) / 2.0);
    const Tensor angle = at::outer(places, at::pow(at::Scalar(10000.0), exponent).reciprocal());
    return at::cat({angle.sin(), angle.cos()}, 1);
}

// Positions of `rows` by `columns` patches of which the shorter side spans 0..15: [1, rows * columns, dim].
Tensor wave_positions(int64_t rows, int64_t columns, int64_t dim) {
    const auto places = [&](int64_t count) {
        const double reach = static_cast<double>(count) / static_cast<double>(std::min(rows, columns)) * 7.5;
        return at::linspace(7.5 - reach, 7.5 + reach, count, at::kFloat);
    };
    const auto grid = [&](const Tensor& side, int64_t dimension) {
        return side.unsqueeze(dimension).expand({rows, columns, -1});
    };
    return at::cat({grid(waves(places(columns), dim / 2), 0), grid(waves(places(rows), dim / 2), 1)}, 2)
        .flatten(0, 1)
        .unsqueeze(0);
}

Tensor for_canny(const Tensor& hint) { return hint * (255.0 * 0.5) + 0.5; }
Tensor for_depth(const Tensor& hint) { return 1.0 - hint; }

// Blocks that see the picture alone. Those of one kind run one after the other; those of the other all see the same
// and let the prompt in through the main network's embedding of it. (comfy.cldm.dit_embedder.ControlNetEmbedder)
class PictureControl final : public ControlNetwork {
public:
    PictureControl(const Weights& w, int64_t kind)
        : weights_(w), hint_in_(w / "pos_embed_input" / "proj", patch, 0), time_(w / "t_embedder"),
          pooled_(w / "y_embedder"), out_(blocks_of<Linear>(w / "controlnet_blocks")),
          reads_embedded_(pooled_.in.in_features() == pooled_.in.out_features()) {
        if (w.has_part("x_embedder")) picture_in_ = Conv2d(w / "x_embedder" / "proj", patch, 0);
        blocks_ = blocks_of<sd3::Stream>(w / "transformer_blocks");
        traits_.cell = 1;
        traits_.latent = sd3_latent_format();
        if (kind == 1) traits_.preprocess = for_canny;
        if (kind == 2) traits_.preprocess = for_depth;
    }

    ControlResiduals operator()(const ControlCall& call) const override {
        const at::ScalarType dtype = weights_.compute_dtype();
        const Weights main(call.model.weights());
        main.table()->use(call.model.patches());
        Tensor image =
            tokens_of(reads_embedded_ ? picture_in_ : Conv2d(main / "x_embedder" / "proj", patch, 0), call.x, dtype);
        if (!reads_embedded_)
            image = image + wave_positions((call.x.size(2) + 1) / patch, (call.x.size(3) + 1) / patch, image.size(2))
                                .to(image.options());
        Tensor pooled = pooled_of(call, dtype);
        if (reads_embedded_) pooled = sd3::Embedder(main / "y_embedder")(pooled);
        const Tensor c = at::silu(time_(timestep_embedding(call.timestep, frequencies).to(dtype)) + pooled_(pooled));
        image = image + tokens_of(hint_in_, call.hint, dtype);

        ControlResiduals residuals;
        const int64_t blocks = main_blocks(hint_in_.out_channels()), own = static_cast<int64_t>(blocks_.size());
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            const Tensor seen = blocks_[i].alone(image, c);
            if (!reads_embedded_) image = seen;
            residuals.output.insert(residuals.output.end(), static_cast<std::size_t>((blocks + own - 1) / own),
                                    out_[i](seen));
        }
        return residuals;
    }

    const ControlTraits& traits() const override { return traits_; }

private:
    Weights weights_;
    ControlTraits traits_;
    Conv2d picture_in_, hint_in_;
    sd3::Embedder time_, pooled_;
    std::vector<sd3::Stream> blocks_;
    std::vector<Linear> out_;
    bool reads_embedded_;
};

// A copy of the network by our names, with what only control networks have.
TensorMap joint_names(const TensorMap& tensors) {
    TensorMap result = sd3::from_diffusers(tensors);
    for (const auto& [key, tensor] : tensors)
        if (key.starts_with("controlnet_blocks.") || key.starts_with("pos_embed_input.")) result[key] = tensor;
    return result;
}

// The parts around the blocks have diffusers' names, the blocks ours.
TensorMap picture_names(const TensorMap& tensors) {
    TensorMap result;
    for (const auto& [key, tensor] : tensors)
        result[sd3::own_name(key)] = tensor;
    return result;
}

}  // namespace

std::shared_ptr<const ControlNetwork> load_sd3_control(const ControlFile& file) {
    const TensorMap& tensors = file.tensors;
    if (!tensors.contains("controlnet_blocks.0.weight") || !tensors.contains("pos_embed_input.proj.weight"))
        return nullptr;
    if (!tensors.contains("transformer_blocks.0.adaLN_modulation.1.bias"))
        return std::make_shared<JointControl>(file.table(joint_names(tensors)));
    const auto kind = tensors.find("control_type");
    const int64_t number = kind == tensors.end() ? -1 : std::lround(kind->second.to(at::kFloat).item<float>());
    return std::make_shared<PictureControl>(file.table(picture_names(tensors)), number);
}

}  // namespace easel::inference
