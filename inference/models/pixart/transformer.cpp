#include "inference/models/pixart/transformer.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/pixart/diffusers.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::pixart {
namespace {

constexpr int64_t patch = 2, frequencies = 256, pixels_per_cell = 8;
constexpr int64_t cells_of_512 = 64;  // a side of 512 pixels in latent cells

// The table itself is not used, but tells the size of the pictures in training.
std::optional<int64_t> trained_scale(const Weights& w) {
    const Weight table = w.maybe("pos_embed");
    if (!table) return std::nullopt;
    const auto side = static_cast<int64_t>(std::sqrt(static_cast<double>(table.size(1))));
    return std::max<int64_t>(side * patch / cells_of_512, 1);
}

// Sines, then cosines, of `position` [count] at `dim` / 2 frequencies from 1 towards 1/10000.
Tensor waves(const Tensor& position, int64_t dim) {
    const int64_t half = dim / 2;
    const Tensor exponent = at::arange(half, position.options()) / (static_cast<double>(dim) / 2.0);
    const Tensor angle = position.unsqueeze(1) * at::pow(at::Scalar(10000.0), exponent).reciprocal();
    return at::cat({angle.sin(), angle.cos()}, 1);
}

}  // namespace

Tensor Transformer::Embedder::operator()(const Tensor& numbers, at::ScalarType dtype) const {
    const Tensor waves = timestep_embedding(numbers.flatten(), frequencies).to(dtype);
    return out(at::silu(in(waves))).view({numbers.size(0), -1});
}

Transformer::Transformer(const Weights& w)
    : weights_(w), picture_in_(w / "x_embedder" / "proj", patch, 0), trained_scale_(trained_scale(w)),
      time_(w / "t_embedder"), modulation_(w / "t_block" / 1), text_in_(w / "y_embedder" / "y_proj"),
      blocks_(blocks_of<Block>(w / "blocks")), final_table_(w["final_layer.scale_shift_table"]),
      final_(w / "final_layer" / "linear") {
    if (w.has_part("csize_embedder")) size_.emplace(w / "csize_embedder");
    if (w.has_part("ar_embedder")) ratio_.emplace(w / "ar_embedder");
}

void Transformer::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    const auto height = static_cast<double>(condition.size.height.value_or(target.shape[2] * pixels_per_cell));
    const auto width = static_cast<double>(condition.size.width.value_or(target.shape[3] * pixels_per_cell));
    input.vector = at::tensor({height, width, height / width}, at::kDouble).to(at::kFloat).unsqueeze(0);
}

Tensor Transformer::positions(int64_t rows, int64_t columns) const {
    const int64_t mean_side = (rows + columns) * patch / 2;  // in cells
    const double sides_of_512 = std::nearbyint(static_cast<double>(mean_side) / cells_of_512);
    const double scale = trained_scale_ ? static_cast<double>(*trained_scale_) : std::max(sides_of_512, 1.0);
    const double base = static_cast<double>(static_cast<int64_t>(std::max(sides_of_512, 1.0)) * cells_of_512 / patch);
    const auto options = at::TensorOptions(at::kFloat).device(weights_.device());
    const auto along = [&](int64_t count) {
        return at::arange(count, options) / (static_cast<double>(count) / base) / scale;
    };
    const Tensor row = along(rows).unsqueeze(1).expand({rows, columns}).flatten();
    const Tensor column = along(columns).unsqueeze(0).expand({rows, columns}).flatten();
    const int64_t dim = final_.in_features();
    return at::cat({waves(column, dim / 2), waves(row, dim / 2)}, 1).unsqueeze(0);
}

Tensor Transformer::embedded(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor time = time_(input.timestep.unsqueeze(1), dtype);
    if (!size_ || !ratio_) return time;
    const Tensor size = (*size_)(input.vector.narrow(1, 0, 2), dtype),
                 ratio = (*ratio_)(input.vector.narrow(1, 2, 1), dtype);
    return time + at::cat({size, ratio}, 1);
}

Tensor Transformer::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t height = input.x.size(2), width = input.x.size(3);
    const Tensor padded = padded_to_patches(input.x.to(dtype), patch);
    const int64_t rows = padded.size(2) / patch, columns = padded.size(3) / patch;

    Tensor x = picture_in_(padded.contiguous(at::MemoryFormat::ChannelsLast)).flatten(2).transpose(1, 2);
    x = x + positions(rows, columns).to(dtype);  // [batch, tokens, dim]
    const Tensor c = embedded(input);
    const Tensor modulation = modulation_(at::silu(c)).view({c.size(0), 6, -1});
    const Tensor text = text_in_(input.context.to(dtype));
    for (const Block& block : blocks_)
        x = block(x, text, modulation);

    const std::vector<Tensor> parts = (final_table_.like(x) + c.unsqueeze(1)).chunk(2, 1);  // shift, scale
    const Tensor output = final_(modulate(plain_layer_norm(x), parts[1], parts[0]));
    const Tensor whole = from_patches(output, rows, columns, patch, PatchOrder::channels_last);
    // The second half of the channels is a guess of the variance.
    return whole.narrow(1, 0, input.x.size(1)).narrow(2, 0, height).narrow(3, 0, width).to(at::kFloat).contiguous();
}

std::size_t Transformer::activation_bytes(at::IntArrayRef latent) const {
    // About twenty tensors of one token each live at once: the sequence, queries, keys and values, and the four times
    // wider inside of the feed forward.
    const int64_t tokens = latent[0] * latent[2] * latent[3] / (patch * patch);
    return static_cast<std::size_t>(tokens * final_.in_features() * 20) * c10::elementSize(weights_.compute_dtype());
}

LoraKeys Transformer::lora_keys() const { return lora_names(weights_); }

}  // namespace easel::inference::pixart
