#include "inference/control/flux_control.hpp"

#include "inference/layers/conv.hpp"
#include "inference/layers/embedding.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/flux/blocks.hpp"
#include "inference/models/flux/diffusers.hpp"
#include "inference/models/flux/flux.hpp"
#include "inference/models/flux/positions.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <string>

namespace easel::inference {
namespace {

constexpr int64_t patch = 2, frequencies = 256, main_double_blocks = 19, main_single_blocks = 38;
constexpr double time_factor = 1000.0;
constexpr int64_t masked_channels = 17;  // an encoded picture and a mask

// Convolutions with activations between them; some halve the sides.
struct HintEncoder {
    std::vector<Conv2d> layers;

    HintEncoder(const Weights& w, const std::vector<int64_t>& halving) {
        for (int64_t i = 0; (w / (2 * i)).contains("weight"); ++i) {
            const Weights layer = w / (2 * i);
            const bool halves = std::ranges::find(halving, i) != halving.end();
            layers.emplace_back(layer, halves ? 2 : 1, layer["weight"].size(-1) / 2);
        }
    }

    Tensor operator()(Tensor x) const {
        for (std::size_t i = 0; i < layers.size(); ++i)
            x = layers[i](i == 0 ? x : at::silu(x));
        return x;
    }
};

// A layer behind a block; MistoLine activates what it gives.
struct OutLayer {
    Linear linear;
    bool activates;

    explicit OutLayer(const Weights& w)
        : linear(w.has_part("linear") ? w / "linear" : w), activates(w.has_part("linear")) {}
    Tensor operator()(const Tensor& x) const { return activates ? at::silu(linear(x)) : linear(x); }
};

Tensor sequence(const Tensor& picture) {
    return to_patches(padded_to_patches(picture, patch), patch, PatchOrder::channels_first);
}

// `few` for the `count` blocks of the main network: each of them for several in a row, or all of them over again.
std::vector<Tensor> spread(const std::vector<Tensor>& few, int64_t count, bool in_a_row) {
    std::vector<Tensor> result;
    if (few.empty()) return result;
    const auto size = static_cast<int64_t>(few.size()), repeat = (count + size - 1) / size;
    for (int64_t i = 0; i < count; ++i)
        result.push_back(few[static_cast<std::size_t>(in_a_row ? i / repeat : i % size)]);
    return result;
}

class FluxControl final : public ControlNetwork {
public:
    explicit FluxControl(const Weights& w)
        : weights_(w), ropes_(flux::variant_of(w).axes), img_in_(w / "img_in"), txt_in_(w / "txt_in"),
          hint_in_(w / "pos_embed_input"), time_in_(w / "time_in"), double_blocks_(flux::double_blocks(w)),
          single_blocks_(flux::single_blocks(w, false)), double_out_(blocks_of<OutLayer>(w / "controlnet_blocks")),
          single_out_(blocks_of<OutLayer>(w / "controlnet_single_blocks")) {
        if (w.has_part("vector_in")) vector_in_.emplace(w / "vector_in");
        if (w.has_part("guidance_in")) guidance_in_.emplace(w / "guidance_in");
        if (w.has_part("controlnet_mode_embedder")) modes_.emplace(w / "controlnet_mode_embedder");
        if (w.has_part("input_hint_block")) encoder_.emplace(w / "input_hint_block", std::vector<int64_t>{2, 4, 6});
        if (w.has_part("input_cond_block"))
            encoder_.emplace(w / "input_cond_block" / "encoder", std::vector<int64_t>{3, 5, 7});
        if (encoder_) return;
        traits_.cell = 1;
        traits_.latent = flux_latent_format();
        traits_.reads_mask = hint_in_.in_features() == masked_channels * patch * patch;
    }

    ControlResiduals operator()(const ControlCall& call) const override {
        const at::ScalarType dtype = weights_.compute_dtype();
        const Tensor hint = encoder_ ? (*encoder_)((call.hint * 2.0 - 1.0).to(dtype)) : call.hint.to(dtype);
        Tensor image = img_in_(sequence(call.x).to(dtype)) + hint_in_(sequence(hint));
        Tensor text = txt_in_(call.inputs.context.to(dtype));
        if (modes_ && !call.types.empty()) {
            const Tensor types = at::tensor(call.types, image.options().dtype(at::kLong));
            text = at::cat({(*modes_)(types, dtype).unsqueeze(0).expand({text.size(0), -1, -1}), text}, 1);
        }
        const Tensor steer = at::silu(steering(call)).unsqueeze(1);
        const flux::Layout layout{.text_tokens = text.size(1),
                                  .patch = patch,
                                  .picture = {.height = call.x.size(2), .width = call.x.size(3)}};
        const Rope rope = ropes_.of(layout, image.device());

        const NetworkInput no_patches{};
        const Tensor no_mask;
        const flux::Surroundings around{
            .input = no_patches, .block = {}, .text_tokens = layout.text_tokens, .rope = rope, .mask = no_mask};
        Streams streams{.image = image, .text = text};
        std::vector<Tensor> of_double, of_single;
        for (std::size_t i = 0; i < double_blocks_.size(); ++i) {
            const flux::DoubleBlock& block = double_blocks_[i];
            block(streams, flux::double_modulation_from((*block.img.modulation)(steer)),
                  flux::double_modulation_from((*block.txt.modulation)(steer)), around);
            of_double.push_back(double_out_[i](streams.image));
        }
        const int64_t text_tokens = layout.text_tokens;
        Tensor x = at::cat({streams.text, streams.image}, 1);
        for (std::size_t i = 0; i < single_blocks_.size(); ++i) {
            const flux::SingleBlock& block = single_blocks_[i];
            block(x, flux::modulation_from((*block.modulation)(steer)), around);
            of_single.push_back(single_out_[i](x.narrow(1, text_tokens, x.size(1) - text_tokens)));
        }
        const bool in_a_row = !encoder_;
        return {.input = spread(of_double, main_double_blocks, in_a_row),
                .middle = {},
                .output = spread(of_single, main_single_blocks, in_a_row)};
    }

    const ControlTraits& traits() const override { return traits_; }
    const WeightTable* weights() const override { return weights_.table().get(); }

private:
    // [batch, dim]
    Tensor steering(const ControlCall& call) const {
        const at::ScalarType dtype = weights_.compute_dtype();
        const auto embedded = [&](const Tensor& number) {
            return timestep_embedding(number * time_factor, frequencies).to(dtype);
        };
        Tensor vector = time_in_(embedded(call.timestep));
        if (guidance_in_ && call.inputs.guidance.defined())
            vector = vector + (*guidance_in_)(embedded(call.inputs.guidance));
        if (!vector_in_) return vector;
        const int64_t dim = vector_in_->in_layer.in_features();
        const Tensor& pooled = call.inputs.vector;
        const Tensor used = pooled.defined() ? pooled.narrow(1, 0, std::min(dim, pooled.size(1)))
                                             : at::zeros({call.x.size(0), dim}, call.x.options());
        return vector + (*vector_in_)(used.to(dtype));
    }

    Weights weights_;
    ControlTraits traits_;
    flux::RopeTables ropes_;
    Linear img_in_, txt_in_, hint_in_;
    flux::Embedder time_in_;
    std::optional<flux::Embedder> vector_in_, guidance_in_;
    std::optional<Embedding> modes_;
    std::optional<HintEncoder> encoder_;
    std::vector<flux::DoubleBlock> double_blocks_;
    std::vector<flux::SingleBlock> single_blocks_;
    std::vector<OutLayer> double_out_, single_out_;
};

// MistoLine's layers behind single blocks have another name.
TensorMap mistoline_names(const TensorMap& tensors) {
    constexpr std::string_view from = "single_controlnet_blocks.";
    TensorMap result;
    for (const auto& [key, tensor] : tensors)
        result.emplace(key.starts_with(from) ? "controlnet_single_blocks." + key.substr(from.size()) : key, tensor);
    return result;
}

// A file of diffusers by Black Forest Labs' names, with what only control networks have.
TensorMap own_names(const TensorMap& tensors) {
    constexpr std::string_view hint = "controlnet_x_embedder.";
    TensorMap result = flux::from_diffusers(tensors);
    for (const auto& [key, tensor] : tensors) {
        if (key.starts_with(hint))
            result["pos_embed_input." + key.substr(hint.size())] = tensor;
        else if (key.starts_with("controlnet_"))
            result[key] = tensor;
    }
    return result;
}

}  // namespace

std::shared_ptr<const ControlNetwork> load_flux_control(const ControlFile& file) {
    const TensorMap& tensors = file.tensors;
    if (tensors.contains("controlnet_blocks.0.linear.weight"))
        return std::make_shared<FluxControl>(file.table(mistoline_names(tensors)));
    if (!tensors.contains("controlnet_blocks.0.weight")) return nullptr;
    if (tensors.contains("double_blocks.0.img_attn.norm.key_norm.scale"))
        return std::make_shared<FluxControl>(file.table(tensors));
    if (tensors.contains("controlnet_x_embedder.weight") && tensors.contains("x_embedder.weight"))
        return std::make_shared<FluxControl>(file.table(own_names(tensors)));
    return nullptr;
}

}  // namespace easel::inference
