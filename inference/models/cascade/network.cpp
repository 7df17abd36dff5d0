#include "inference/models/cascade/network.hpp"

#include "base/error.hpp"
#include "inference/models/require_text.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace easel::inference::cascade {
namespace {

constexpr double prompt_norm_eps = 1e-6;

// Sines and cosines of a number in 0..1, [batch, dim] in float32.
Tensor waves(const Tensor& value, int64_t dim) {
    constexpr double positions = 10000.0;
    const int64_t half = dim / 2;
    const Tensor index = at::arange(half, value.options().dtype(at::kFloat));
    const Tensor frequency = at::exp(index * (-std::log(positions) / static_cast<double>(half - 1)));
    const Tensor angle = (value.to(at::kFloat) * positions).unsqueeze(1) * frequency;
    return at::cat({angle.sin(), angle.cos()}, 1);
}

// Vectors [batch, vectors, dim] as tokens of the prompt, four each: [batch, vectors * 4, width].
Tensor as_tokens(const Linear& layer, const Tensor& vectors) {
    constexpr int64_t tokens = 4;
    return layer(vectors.dim() == 2 ? vectors.unsqueeze(1) : vectors)
        .reshape({vectors.size(0), -1, layer.out_features() / tokens});
}

Tensor prompt_norm(const Tensor& tokens) { return at::layer_norm(tokens, {tokens.size(-1)}, {}, {}, prompt_norm_eps); }

Tensor pooled_of(const Condition& condition) {
    if (!condition.pooled)
        throw UserError("the conditioning holds no pooled prompt, which Stable Cascade needs: encode the prompt with "
                        "CLIP-G and the type stable_cascade");
    return *condition.pooled;
}

std::string part_name(Levels::Direction direction, std::string_view rest) {
    return (direction == Levels::Direction::down ? "down_" : "up_") + std::string(rest);
}

}  // namespace

Tensor Levels::Change::operator()(const Tensor& x) const {
    const Tensor h = normalised(x);
    return conv ? (*conv)(h) : at::conv_transpose2d(h, widening.like(h), bias.like(h), {2, 2});
}

std::optional<Levels::Change> Levels::change_of(const Weights& w, Direction direction) {
    Change change;
    if (w.has_part("1.blocks")) {  // stage C's, which keep the size
        change.conv.emplace(w / "1.blocks" / (direction == Direction::down ? 0 : 1));
    } else if (w.contains("1.weight")) {
        if (direction == Direction::down)
            change.conv.emplace(w / 1, 2, 0);
        else
            change = {.conv = {}, .widening = w["1.weight"], .bias = w.maybe("1.bias")};
    } else {
        return std::nullopt;
    }
    return change;
}

Levels::Levels(const Weights& w, Direction direction) : direction_(direction) {
    const Weights blocks = w / part_name(direction, "blocks"), repeats = w / part_name(direction, "repeat_mappers");
    const Weights changes = w / part_name(direction, direction == Direction::down ? "downscalers" : "upscalers");
    for (int64_t i = 0; i < blocks.count(); ++i) {
        Level& level = levels_.emplace_back();
        for (int64_t j = 0; j < (blocks / i).count(); ++j)
            level.blocks.push_back(make_block(blocks / i / j));
        for (int64_t j = 0; j < (repeats / i).count(); ++j)
            level.repeats.emplace_back(repeats / i / j);
        level.change = change_of(changes / i, direction);
    }
}

Tensor Levels::operator()(std::size_t index, Tensor x, const BlockInputs& told, const Tensor& skip) const {
    const Level& level = levels_[index];
    if (direction_ == Direction::down && level.change) x = (*level.change)(x);
    for (std::size_t round = 0; round <= level.repeats.size(); ++round) {
        for (std::size_t i = 0; i < level.blocks.size(); ++i) {
            const Block& block = level.blocks[i];
            if (const auto* conv = std::get_if<ConvBlock>(&block)) {
                const Tensor joined = i == 0 ? skip : Tensor();
                if (joined.defined() && joined.sizes().slice(2) != x.sizes().slice(2))
                    x = stretched(x, joined.sizes().slice(2));
                x = (*conv)(x, joined);
            } else if (const auto* attention = std::get_if<AttentionBlock>(&block)) {
                x = (*attention)(x, told.prompt);
            } else if (const auto* time = std::get_if<TimeBlock>(&block)) {
                x = (*time)(x, told.times);
            } else {
                x = std::get<FeedForwardBlock>(block)(x);
            }
        }
        if (round < level.repeats.size()) x = level.repeats[round](x);
    }
    return direction_ == Direction::up && level.change ? (*level.change)(x) : x;
}

Stage::Stage(const Weights& w, int64_t numbers)
    : weights_(w), patch_(w.has_part("effnet_mapper") ? 2 : 1), numbers_(numbers),
      time_dim_(w["down_blocks.0.1.mapper.weight"].size(1)), in_(w / "embedding" / 1), out_(w / "clf" / 1),
      down_(w, Levels::Direction::down), up_(w, Levels::Direction::up) {}

Tensor Stage::embedded(const Tensor& x) const {
    const Tensor patches = at::pixel_unshuffle(x.to(weights_.compute_dtype()), patch_);
    return normalised(in_(patches.contiguous(at::MemoryFormat::ChannelsLast)));
}

Tensor Stage::through(const Tensor& x, const Tensor& timestep, const Tensor& prompt) const {
    std::vector<Tensor> numbers{waves(timestep, time_dim_)};
    numbers.resize(static_cast<std::size_t>(1 + numbers_), waves(at::zeros_like(timestep), time_dim_));
    const Tensor times = at::cat(numbers, 1).to(x.scalar_type());
    const BlockInputs told{.times = times, .prompt = prompt};
    Tensor h = x;
    std::vector<Tensor> skips;
    for (std::size_t i = 0; i < down_.size(); ++i)
        skips.push_back(h = down_(i, h, told, {}));
    for (std::size_t i = 0; i < up_.size(); ++i)
        h = up_(i, h, told, i == 0 ? Tensor() : skips[skips.size() - 1 - i]);
    return at::pixel_shuffle(out_(normalised(h)).contiguous(), patch_).to(at::kFloat);
}

std::size_t Stage::activation_bytes(at::IntArrayRef latent) const {
    const auto cells = static_cast<std::size_t>(latent[0] * latent[2] * latent[3] / (patch_ * patch_));
    return cells * static_cast<std::size_t>(in_.out_channels()) * 40 * c10::elementSize(weights_.compute_dtype());
}

StageC::StageC(const Weights& w)
    : Stage(w, 2), text_(w / "clip_txt_mapper"), pooled_(w / "clip_txt_pooled_mapper"),
      picture_(w / "clip_img_mapper") {}

void StageC::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.vector = pooled_of(condition);
    Tensor pictures = at::zeros({1, 1, picture_.in_features()}, at::kFloat);
    if (const auto given = condition.extra.find("unclip"); given != condition.extra.end()) {
        const int64_t dim = given->second.size(2) - 2;  // then strength and noise
        if (dim != picture_.in_features())
            throw UserError("Stable Cascade takes pictures seen by its own CLIP vision model, whose embeddings have " +
                            std::to_string(picture_.in_features()) + " numbers, not " + std::to_string(dim));
        pictures = given->second.narrow(2, 0, dim) * given->second.narrow(2, dim, 1);
    }
    input.extra["pictures"] = pictures;
}

Tensor StageC::predict(const NetworkInput& input) const {
    require_text(input, "Stable Cascade");
    const Tensor x = embedded(input.x);
    const Tensor prompt =
        at::cat({text_(input.context.to(x.scalar_type())), as_tokens(pooled_, input.vector.to(x.scalar_type())),
                 as_tokens(picture_, input.find("pictures").to(x.scalar_type()))},
                1);
    return through(x, input.timestep, prompt_norm(prompt));
}

LoraKeys StageC::lora_keys() const {
    LoraKeys names = module_lora_keys(weights_);
    constexpr std::string_view ending = ".weight";
    for (const std::string& key : weights_.keys()) {
        if (!key.ends_with(ending)) continue;
        std::string module = key.substr(0, key.size() - ending.size());
        std::ranges::replace(module, '.', '_');
        names["lora_prior_unet_" + module] = weights_.prefix() + key;
    }
    return names;
}

StageB::StageB(const Weights& w)
    : Stage(w, 1), prior_(w / "effnet_mapper"), pixels_(w / "pixels_mapper"), pooled_(w / "clip_mapper") {}

void StageB::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    constexpr int64_t pixels_per_cell = 4, prior_pixels_per_cell = 42;
    input.vector = pooled_of(condition);
    const auto side = [&](std::size_t dimension) {
        return target.shape[dimension] * pixels_per_cell / prior_pixels_per_cell;
    };
    const auto given = condition.extra.find("stable_cascade_prior");
    input.extra["stable_cascade_prior"] = given == condition.extra.end()
                                              ? at::zeros({1, prior_.in.in_channels(), side(2), side(3)}, at::kFloat)
                                              : given->second;
}

Tensor StageB::predict(const NetworkInput& input) const {
    Tensor x = embedded(input.x);
    const Tensor prior = input.find("stable_cascade_prior").to(x.scalar_type());
    x = x + prior_(stretched(prior, x.sizes().slice(2)));
    x = x + pixels_(at::zeros({1, pixels_.in.in_channels(), 1, 1}, x.options()));  // of no picture
    return through(x, input.timestep, prompt_norm(as_tokens(pooled_, input.vector.to(x.scalar_type()))));
}

}  // namespace easel::inference::cascade
