#include "inference/models/hunyuan_video/hunyuan_video.hpp"

#include "base/error.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/hunyuan_video/names.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace easel::inference::hunyuan_video {
namespace {

constexpr int64_t frequencies = 256;
constexpr double time_factor = 1000.0;  // of levels and guidance; times themselves are as they are
constexpr double theta = 256.0;
constexpr uint64_t seed_offset = 10;

std::optional<flux::Embedder> embedder(const Weights& w, std::string_view name) {
    if (!w.has_part(name)) return std::nullopt;
    return std::optional<flux::Embedder>(std::in_place, w / name);
}

// `values` [batch, times, dim] for each of `count` tokens: the first time up to token `split`, the second behind it.
// With one time it stays as it is and broadcasts.
Tensor for_each_token(const Tensor& values, int64_t split, int64_t count) {
    if (values.size(1) == 1) return values;
    return at::cat(
        {values.narrow(1, 0, 1).expand({-1, split, -1}), values.narrow(1, 1, 1).expand({-1, count - split, -1})}, 1);
}

// The level of the step behind this one; nothing outside of the run's schedule.
std::optional<float> next_level(const Evaluation& evaluation) {
    const auto& levels = evaluation.schedule;
    const auto now = std::ranges::find(levels, evaluation.sigma);
    if (now == levels.end() || now + 1 == levels.end()) return std::nullopt;
    return *(now + 1);
}

// What is read beside the noise with noise of its own, as the conditioning asks. The same for every condition.
Tensor with_noise(const NetworkInput& input, Kind kind) {
    const Tensor share = input.find("noise_augmentation");
    if (!share.defined()) return input.concat;
    const auto parts = std::max<int64_t>(1, std::ssize(input.evaluation.sides));
    const int64_t channels = input.x.size(1);
    // The enlarger's video lies behind a first frame and its mask.
    const int64_t first = kind == Kind::enlarger15 ? channels + 1 : 0;
    const Tensor shown = input.concat.narrow(1, first, channels);
    std::vector<int64_t> shape = shown.sizes().vec();
    shape[0] /= parts;
    const at::Generator& run = input.evaluation.generator;
    at::Generator generator = at::detail::createCPUGenerator((run.defined() ? run.current_seed() : 0) - seed_offset);
    const Tensor noise = at::randn(shape, generator, at::TensorOptions().dtype(at::kFloat)).repeat({parts, 1, 1, 1, 1});
    Tensor result = input.concat.clone();
    result.narrow(1, first, channels).add_(noise.to(shown.options()), share.item<double>());
    return result;
}

}  // namespace

Kind kind_of(const Weights& w) {
    const std::vector<int64_t> patches = w.shape("img_in.proj.weight");
    if (w.has_part("vision_in")) return patches[1] == 98 ? Kind::enlarger15 : Kind::video15;
    if (w.has_part("vector_in")) return Kind::video;
    return patches.size() == 4 ? Kind::image : Kind::refiner;
}

HunyuanVideo::HunyuanVideo(const Weights& w)
    : weights_(w), kind_(kind_of(w)), patch_weight_(w["img_in.proj.weight"]), patch_bias_(w["img_in.proj.bias"]),
      time_in_(w / "time_in"), vector_in_(embedder(w, "vector_in")), guidance_in_(embedder(w, "guidance_in")),
      next_time_in_(embedder(w, "time_r_in")), text_in_(w / "txt_in"), types_(w.maybe("cond_type_embedding.weight")),
      double_blocks_(flux::double_blocks(w)), single_blocks_(flux::single_blocks(w, false)),
      final_modulation_(w / "final_layer" / "adaLN_modulation" / 1), final_(w / "final_layer" / "linear") {
    const at::IntArrayRef patches = patch_weight_.shape();
    patch_ = {.frames = patches.size() == 5 ? patches[2] : 1, .rows = patches.end()[-2], .columns = patches.back()};
    if (w.has_part("byt5_in")) glyphs_in_.emplace(w / "byt5_in");
    if (w.has_part("vision_in")) pictures_in_.emplace(w / "vision_in");
}

Tensor HunyuanVideo::steering(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const auto embedded = [&](const flux::Embedder& layers, const Tensor& numbers) {
        return layers(timestep_embedding(numbers, frequencies).to(dtype)).unsqueeze(1);  // [batch, 1, dim]
    };
    const auto number = [&](double value) { return at::full({1}, value, input.timestep.options()); };
    Tensor vector = embedded(time_in_, input.timestep);
    // Networks that were distilled to take long steps hear where a step leads.
    const auto next = next_time_in_ && kind_ != Kind::refiner ? next_level(input.evaluation) : std::nullopt;
    if (next) {
        const Tensor later = embedded(*next_time_in_, number(*next) * time_factor);
        vector = pictures_in_ ? vector + later : (vector + later) / 2.0;
    }
    if (const Tensor frame = input.find("guiding_frame"); frame.defined()) {
        const Tensor clean = embedded(time_in_, number(frame.item<double>())).expand_as(vector);
        vector = at::cat({clean, vector}, 1);
    }
    if (vector_in_) {
        const int64_t dim = vector_in_->in_layer.in_features();
        if (!input.vector.defined() || input.vector.size(1) < dim)
            throw UserError(
                "the conditioning lacks the pooled prompt, which HunyuanVideo needs: load its encoders with "
                "DualCLIPLoader and the type hunyuan_video");
        vector = vector + (*vector_in_)(input.vector.narrow(1, 0, dim).to(dtype)).unsqueeze(1);
    }
    if (guidance_in_ && input.guidance.defined())
        vector = vector + embedded(*guidance_in_, input.guidance * time_factor);
    return vector;
}

Tensor HunyuanVideo::with_type(const Tensor& tokens, int64_t type) const {
    return types_ ? tokens + types_.like(tokens)[type] : tokens;
}

HunyuanVideo::Prompt HunyuanVideo::prompt(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const double hidden = dtype == at::kHalf ? -3e4 : -1e38;
    Prompt said;
    if (input.attention_mask.defined()) said.bias = ((1.0 - input.attention_mask.to(at::kFloat)) * hidden).to(dtype);
    said.tokens = with_type(text_in_(input.context.to(dtype), input.timestep, said.bias), 0);
    const auto add = [&](const Tensor& tokens, bool in_front) {
        const auto both = [&](const Tensor& old, const Tensor& more) {
            return in_front ? at::cat({more, old}, 1) : at::cat({old, more}, 1);
        };
        if (said.bias.defined())
            said.bias = both(said.bias, at::zeros({tokens.size(0), tokens.size(1)}, said.bias.options()));
        said.tokens = both(said.tokens, tokens);
    };
    if (const Tensor glyphs = input.find("glyphs"); glyphs_in_ && glyphs.defined())
        add(with_type((*glyphs_in_)(glyphs.to(dtype)), 1), types_.defined());
    if (const Tensor features = input.find("picture_features"); pictures_in_ && features.defined())
        add(with_type((*pictures_in_)(features.to(dtype)), 2), true);
    return said;
}

// [batch, channels, frames, height, width], whole patches.
Tensor HunyuanVideo::latent_of(const NetworkInput& input) const {
    const Tensor seen = input.concat.defined() ? at::cat({input.x, with_noise(input, kind_)}, 1) : input.x;
    const Tensor video = seen.dim() == 4 ? seen.unsqueeze(2) : seen;
    return frames_of_whole_patches(video, patch_.rows);
}

HunyuanVideo::Grid HunyuanVideo::grid_of(const Tensor& latent) const {
    return {.frames = latent.size(2) / patch_.frames,
            .rows = latent.size(3) / patch_.rows,
            .columns = latent.size(4) / patch_.columns};
}

Tensor HunyuanVideo::sequence(const Tensor& latent) const {
    const Tensor x = latent.to(weights_.compute_dtype());
    const std::vector<int64_t> size{patch_.frames, patch_.rows, patch_.columns};
    const Tensor& given = patch_weight_.like(x);
    const Tensor kernel = given.dim() == 4 ? given.unsqueeze(2) : given;
    return at::conv3d(x, kernel, patch_bias_.like(x), size).flatten(2).transpose(1, 2);
}

// Text tokens lie at the origin. A reference video lies in the plane before the first, to the right.
Rope HunyuanVideo::rope(int64_t text_tokens, const Grid& grid, const std::optional<Grid>& reference) const {
    const auto places = [](const Grid& size) {
        const auto along = [&](int64_t count, std::vector<int64_t> shape) {
            return at::arange(count, at::kFloat)
                .reshape(shape)
                .expand({size.frames, size.rows, size.columns})
                .flatten();
        };
        return at::stack({along(size.frames, {-1, 1, 1}), along(size.rows, {-1, 1}), along(size.columns, {-1})}, 1);
    };
    std::vector<Tensor> positions{at::zeros({text_tokens, 3}, at::kFloat)};
    if (reference) {
        Tensor beside = places(*reference);
        beside.select(1, 0).fill_(-1.0);
        beside.select(1, 2).add_(static_cast<double>(grid.columns));
        positions.push_back(beside);
    }
    positions.push_back(places(grid));
    const Tensor all = at::cat(positions);
    return patch_weight_.shape().size() == 4 ? rope_table(all.narrow(1, 1, 2), {64, 64}, theta)
                                             : rope_table(all, {16, 56, 56}, theta);
}

// [batch, channels, frames, height, width]
Tensor HunyuanVideo::pictures(const Tensor& tokens, const Grid& grid) const {
    const Tensor frames = from_patches(tokens.unflatten(1, {grid.frames, grid.of_frame()}).flatten(0, 1), grid.rows,
                                       grid.columns, patch_.rows, PatchOrder::channels_first);
    return frames_to_video(frames, grid.frames);
}

Tensor HunyuanVideo::predict(const NetworkInput& input) const {
    require_text(input);
    const Tensor latent = latent_of(input);
    const Grid grid = grid_of(latent);
    const Prompt said = prompt(input);
    Streams streams{.image = sequence(latent), .text = said.tokens};
    std::optional<Grid> reference;
    if (const Tensor given = input.find("reference_latent"); given.defined()) {
        reference = grid_of(given);
        streams.image = at::cat({sequence(given), streams.image}, 1);
    }
    const int64_t text_tokens = streams.text.size(1), image_tokens = streams.image.size(1);
    const Rope turns = rope(text_tokens, grid, reference);
    const Rope placed{.cos = turns.cos.to(latent.device()), .sin = turns.sin.to(latent.device())};
    Tensor mask;
    if (said.bias.defined()) mask = at::constant_pad_nd(said.bias, {0, image_tokens}).unsqueeze(1).unsqueeze(1);

    const Tensor steer = at::silu(steering(input));
    const Tensor steer_text = steer.narrow(1, steer.size(1) - 1, 1);
    const auto of_first_frame = [&](const Tensor& values, int64_t tokens) {
        return for_each_token(values, grid.of_frame(), tokens);
    };
    const ControlResiduals& control = residuals_of(input);
    const auto in_block = [&](BlockKind kind, std::size_t index) {
        return flux::Surroundings{.input = input,
                                  .block = {.kind = kind, .index = static_cast<int64_t>(index)},
                                  .text_tokens = text_tokens,
                                  .rope = placed,
                                  .mask = mask};
    };
    for (std::size_t i = 0; i < double_blocks_.size(); ++i) {
        const flux::DoubleBlock& block = double_blocks_[i];
        const flux::Surroundings around = in_block(BlockKind::double_stream, i);
        run_block(input, around.block, streams, [&](Streams& both) {
            block(both, flux::double_modulation_from(of_first_frame((*block.img.modulation)(steer), image_tokens)),
                  flux::double_modulation_from((*block.txt.modulation)(steer_text)), around);
        });
        add_residual(streams.image, control.input, i, 0);
    }

    Streams all{.image = at::cat({streams.text, streams.image}, 1), .text = {}};
    for (std::size_t i = 0; i < single_blocks_.size(); ++i) {
        const flux::SingleBlock& block = single_blocks_[i];
        const flux::Surroundings around = in_block(BlockKind::single_stream, i);
        // Counted from the first token of the text, as in ComfyUI.
        run_block(input, around.block, all, [&](Streams& tokens) {
            const Tensor values = of_first_frame((*block.modulation)(steer), text_tokens + image_tokens);
            block(tokens.image, flux::modulation_from(values), around);
        });
        add_residual(all.image, control.output, i, text_tokens);
    }

    const Tensor own = all.image.narrow(1, text_tokens + image_tokens - grid.count(), grid.count());
    const auto last = of_first_frame(final_modulation_(steer), grid.count()).chunk(2, -1);  // shift, scale
    const Tensor out = final_(modulate(plain_layer_norm(own), last[1], last[0])).to(at::kFloat);
    const Tensor video = pictures(out, grid);
    const Tensor shaped = input.x.dim() == 4 ? video.squeeze(2) : video;
    return shaped.slice(-2, 0, input.x.size(-2)).slice(-1, 0, input.x.size(-1)).contiguous();
}

std::size_t HunyuanVideo::activation_bytes(at::IntArrayRef latent) const {
    // As Flux's: a single block holds about twenty tensors as wide as the stream.
    int64_t cells = 1;
    for (const int64_t size : latent.slice(2))
        cells *= size;
    const int64_t tokens = cells / patch_.of_frame() + 512;
    return static_cast<std::size_t>(latent[0] * tokens * patch_weight_.size(0) * 20) *
           c10::elementSize(weights_.compute_dtype());
}

LoraKeys HunyuanVideo::lora_keys() const { return lora_names(weights_); }

}  // namespace easel::inference::hunyuan_video
