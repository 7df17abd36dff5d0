#include "inference/models/stable_audio/network.hpp"

#include "base/error.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference::stable_audio {
namespace {

constexpr std::string_view conditioners = "conditioner.conditioners";
constexpr int64_t wave_count = 256, prompt_tokens = 256;

// Stable Audio 3's frequencies for numbers in 0..1: half a turn to ten thousand, [half].
Tensor fixed_frequencies(int64_t half) {
    const double lowest = std::log(0.5), highest = std::log(10000.0);
    return at::exp(at::linspace(0, 1, half, at::kFloat) * (highest - lowest) + lowest);
}

// Turns of `value` [batch, 1] at `frequencies` [half]: [batch, half].
Tensor turns_of(const Tensor& value, const Tensor& frequencies) {
    return value * frequencies.unsqueeze(0) * (2.0 * std::numbers::pi);
}

std::optional<double> number_of(const Condition& condition, std::string_view name) {
    const auto found = condition.extra.find(name);
    return found == condition.extra.end() ? std::nullopt : std::optional(found->second.item<double>());
}

std::optional<SecondsEmbedder> embedder(const Weights& w, std::string_view name, double most) {
    const Weights part = w / conditioners / name;
    return part.empty() ? std::nullopt : std::optional(SecondsEmbedder(part, most));
}

}  // namespace

SecondsEmbedder::SecondsEmbedder(const Weights& w, double most)
    : weights_(w), frequencies_(w.maybe("embedder.embedding.0.weights")), out_(w / "embedder" / "embedding" / 1),
      most_(most) {}

Tensor SecondsEmbedder::operator()(double seconds) const {
    const Tensor value = at::full({1, 1}, std::clamp(seconds, 0.0, most_), at::kFloat) / most_;
    Tensor waves;
    if (frequencies_) {
        const Tensor turns = turns_of(value, frequencies_.as(at::kFloat));
        waves = at::cat({value, turns.sin(), turns.cos()}, 1);
    } else {
        const Tensor turns = turns_of(value, fixed_frequencies(out_.in_features() / 2));
        waves = at::cat({turns.cos(), turns.sin()}, 1);
    }
    return out_(waves.to(weights_.device(), weights_.compute_dtype())).to(at::kFloat);
}

Network::Network(const Weights& w)
    : weights_(w), padding_(w.maybe("conditioner.conditioners.prompt.padding_embedding")),
      time_frequencies_(w.maybe("timestep_features.weight")), time_(w / "to_timestep_embed"),
      length_(w / "to_global_embed"), prompt_(w / "to_cond_embed"), before_(w / "preprocess_conv"),
      after_(w / "postprocess_conv"), in_(w / "transformer" / "project_in"), out_(w / "transformer" / "project_out"),
      memory_(w.maybe("transformer.memory_tokens")), turns_(w["transformer.rotary_pos_emb.inv_freq"]) {
    const Weights transformer = w / "transformer";
    if (transformer.has_part("global_cond_embedder")) modulation_.emplace(transformer / "global_cond_embedder");
    blocks_ = blocks_of<Block>(transformer / "layers");
    const double most = modulation_ ? 384.0 : 512.0;
    if (!modulation_) start_ = embedder(w, "seconds_start", most);
    total_ = embedder(w, "seconds_total", most);
}

Tensor Network::known_sound(const Condition& condition, const SamplingTarget& target) const {
    const int64_t batch = target.shape[0], moments = target.shape[2];
    Tensor sound = at::zeros(target.shape, at::kFloat), mask = at::zeros({batch, 1, moments}, at::kFloat);
    if (condition.concat_latent_image)
        sound = spread_to_batch(target.format->to_model(*condition.concat_latent_image), batch);
    const std::optional<Tensor>& given = mask_of(condition, target);
    if (given) mask = spread_to_batch(1.0 - given->mean(1, /*keepdim=*/true), batch);
    if (sound.size(2) != moments || mask.size(2) != moments)
        throw UserError("the sound that is to be continued has another length than the latent");
    return at::cat({mask, sound}, 1);
}

void Network::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    if (!total_)
        throw UserError(weights_.origin() +
                        " holds Stable Audio's transformer without its conditioners: load the whole "
                        "checkpoint with CheckpointLoaderSimple");
    if (!condition.cross.defined()) throw UserError("the conditioning holds no text, which Stable Audio needs");
    const double cells_per_second = modulation_ ? 10.7666 : 21.53;
    const double whole = std::floor(static_cast<double>(target.shape[2]) / cells_per_second);
    const Tensor total = (*total_)(number_of(condition, "seconds_total").value_or(whole));
    const int64_t batch = condition.cross.size(0);
    const auto as_token = [&](const Tensor& number) { return number.unsqueeze(1).expand({batch, -1, -1}); };
    std::vector<Tensor> tokens{condition.cross.to(total.options())};
    if (padding_ && condition.cross.size(1) < prompt_tokens)
        tokens.push_back(padding_.as(at::kFloat, total.device())
                             .view({1, 1, -1})
                             .expand({batch, prompt_tokens - condition.cross.size(1), -1}));
    input.vector = total;
    if (start_) {
        const Tensor start = (*start_)(number_of(condition, "seconds_start").value_or(0.0));
        tokens.push_back(as_token(start));
        input.vector = at::cat({start, total}, 1);
    }
    tokens.push_back(as_token(total));
    input.context = at::cat(tokens, 1);
    input.context_repeats = false;
    if (blocks_.front().local) input.concat = known_sound(condition, target);
}

Tensor Network::embedded(const NetworkInput& input, at::ScalarType dtype) const {
    const Tensor time = input.timestep.to(at::kFloat).unsqueeze(1);
    const Tensor frequencies = time_frequencies_ ? time_frequencies_.like(time).flatten()
                                                 : fixed_frequencies(wave_count / 2).to(time.device());
    const Tensor turns = turns_of(time, frequencies);
    return length_(input.vector.to(dtype)) + time_(at::cat({turns.cos(), turns.sin()}, 1).to(dtype));
}

Rope Network::positions(int64_t tokens, at::Device device) const {
    const Tensor index = at::arange(tokens, at::TensorOptions().dtype(at::kFloat).device(device));
    const Tensor angles = index.unsqueeze(1) * turns_.like(index).unsqueeze(0);
    return {.cos = angles.cos(), .sin = angles.sin()};
}

Tensor Network::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor told = embedded(input, dtype);
    const Tensor context = prompt_(input.context.to(dtype));
    Tensor x = input.x.to(dtype);
    const int64_t batch = x.size(0), moments = x.size(2);
    x = in_((x + before_(x)).transpose(1, 2));  // [batch, moments, dim]
    if (!modulation_) x = at::cat({told.unsqueeze(1), x}, 1);
    if (memory_) x = at::cat({memory_.like(x).unsqueeze(0).expand({batch, -1, -1}), x}, 1);
    const Tensor modulation = modulation_ ? (*modulation_)(told) : Tensor();
    const Tensor local = input.concat.defined() ? input.concat.to(dtype).transpose(1, 2) : Tensor();
    const Rope rope = positions(x.size(1), x.device());
    const BlockInputs inputs{.context = context, .modulation = modulation, .local = local, .rope = rope};
    for (const Block& block : blocks_)
        x = block(x, inputs);
    const Tensor sound = out_(x.slice(1, x.size(1) - moments)).transpose(1, 2);
    return (sound + after_(sound)).to(at::kFloat).contiguous();
}

std::size_t Network::activation_bytes(at::IntArrayRef latent) const {
    // The feed forward of one block has eight times the width; attention is done piece by piece.
    const auto moments = static_cast<std::size_t>(latent[0] * latent[2]);
    return moments * static_cast<std::size_t>(in_.out_features()) * 24 * c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::stable_audio
