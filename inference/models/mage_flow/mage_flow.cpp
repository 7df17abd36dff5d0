#include "inference/models/mage_flow/mage_flow.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/models/diffusers_layout.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>

namespace easel::inference::mage_flow {
namespace {

constexpr double eps = 1e-6, theta = 10000.0;
const std::vector<int64_t> axes{16, 56, 56};  // of a head: plane, row, column

// The network was trained in bfloat16: its times and its table of frequencies have that type. Cosines first.
Tensor frequencies(const Tensor& timestep) {
    constexpr int64_t half = 128;
    const auto rounded = [](const Tensor& numbers) { return numbers.to(at::kBFloat16).to(at::kFloat); };
    const Tensor exponent = at::arange(half, timestep.options()) * (-std::log(10000.0)) / static_cast<double>(half);
    const Tensor angle = rounded(timestep).unsqueeze(1) * rounded(exponent.exp()) * 1000.0;
    return at::cat({angle.cos(), angle.sin()}, 1);
}

// Cells as tokens: [batch, rows * columns, channels].
Tensor to_tokens(const Tensor& latent) { return latent.flatten(2).transpose(1, 2); }

// Rows and columns are counted from the middle, an odd one more of them before it.
Tensor positions(const Tensor& latent, int64_t plane) {
    const int64_t rows = latent.size(2), columns = latent.size(3);
    const auto counted = [](int64_t count) {
        return at::arange(count, at::kFloat) - static_cast<double>(count - count / 2);
    };
    Tensor ids = at::zeros({rows, columns, 3}, at::kFloat);
    ids.select(2, 0).fill_(plane);
    ids.select(2, 1).copy_(counted(rows).unsqueeze(1).expand({rows, columns}));
    ids.select(2, 2).copy_(counted(columns).expand({rows, columns}));
    return ids.flatten(0, 1);
}

}  // namespace

MageFlow::MageFlow(const Weights& w)
    : weights_(w), img_in_(w / "img_in"), txt_in_(w / "txt_in"), txt_norm_(w / "txt_norm", eps),
      time_in_(w / "time_text_embed" / "timestep_embedder" / "linear_1"),
      time_out_(w / "time_text_embed" / "timestep_embedder" / "linear_2"),
      blocks_(blocks_of<qwen_image::Block>(w / "transformer_blocks")), final_modulation_(w / "norm_out" / "linear"),
      final_(w / "proj_out") {}

void MageFlow::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.attention_mask) input.attention_mask = *condition.attention_mask;
    for (const Tensor& reference : condition.reference_latents)
        input.reference_latents.push_back(target.format->to_model(reference));
}

Tensor MageFlow::embedded_time(const Tensor& timestep) const {
    return at::silu(time_out_(at::silu(time_in_(frequencies(timestep).to(weights_.compute_dtype())))));
}

Tensor MageFlow::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    std::vector<Tensor> pictures{to_tokens(input.x)};
    // What is said lies at the origin.
    std::vector<Tensor> places{at::zeros({input.context.size(1), 3}, at::kFloat), positions(input.x, 0)};
    for (const Tensor& reference : input.reference_latents) {
        places.push_back(positions(reference, static_cast<int64_t>(pictures.size())));
        pictures.push_back(to_tokens(reference));
    }
    const int64_t own_tokens = pictures.front().size(1);
    Streams streams{.image = img_in_(at::cat(pictures, 1).to(dtype)),
                    .text = txt_in_(txt_norm_(input.context.to(dtype)))};
    const qwen_image::Time time{.of_picture = embedded_time(input.timestep), .of_references = {}};
    const Rope rope = rope_table(at::cat(places), axes, theta);
    const Tensor mask = input.attention_mask.defined()
                            ? qwen_image::attention_bias(input.attention_mask, streams.image.size(1))
                            : Tensor();
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { blocks_[i](both.image, both.text, time, rope, mask); });

    const auto last = final_modulation_(time.of_picture).unsqueeze(1).chunk(2, -1);  // scale, shift
    const Tensor own = streams.image.narrow(1, 0, own_tokens);
    const Tensor out = final_(modulate(plain_layer_norm(own, eps), last[0], last[1]));
    return out.to(at::kFloat).transpose(1, 2).reshape({input.x.size(0), -1, input.x.size(2), input.x.size(3)});
}

LoraKeys MageFlow::lora_keys() const { return names_of_own_layout(weights_); }

std::size_t MageFlow::activation_bytes(at::IntArrayRef latent) const {
    // As Qwen-Image: about twenty tensors as wide as the stream.
    const int64_t tokens = latent[2] * latent[3] + 512;
    return static_cast<std::size_t>(latent[0] * tokens * img_in_.out_features() * 20) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::mage_flow
