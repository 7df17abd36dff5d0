#include "inference/model_patches/uni3c.hpp"

#include "inference/image/resize.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/patches.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace easel::inference {
namespace {

constexpr int64_t heads = 16, patch = 2;
constexpr int64_t noise_channels = 20;  // the latent, and the mask of models that start from a picture
constexpr double theta = 10000.0;

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> attention_names{{
    {".self_attn.to_q.", ".self_attn.q."},
    {".self_attn.to_k.", ".self_attn.k."},
    {".self_attn.to_v.", ".self_attn.v."},
    {".self_attn.to_out.0.", ".self_attn.o."},
}};

Rope rope_of(int64_t frames, int64_t rows, int64_t columns, int64_t head_size) {
    const int64_t side = 2 * (head_size / 6);
    const auto along = [&](int64_t count, int64_t dimension) {
        std::vector<int64_t> shape(3, 1);
        shape[static_cast<std::size_t>(dimension)] = count;
        return at::arange(count, at::kFloat).reshape(shape).expand({frames, rows, columns}).flatten();
    };
    return rope_table(at::stack({along(frames, 0), along(rows, 1), along(columns, 2)}, 1),
                      {head_size - 2 * side, side, side}, theta);
}

// What a run knows of the video: its latent for one size, and how far the blocks have come in this evaluation.
class Follower {
public:
    Follower(std::shared_ptr<const Uni3c> network, Uni3cVideo video, LatentFormat format, double first, double last)
        : network_(std::move(network)), video_(std::move(video)), format_(std::move(format)), first_sigma_(first),
          last_sigma_(last) {}

    void operator()(const AfterBlock& after, const PatchPlace& place) {
        const int64_t block = place.block.index;
        if (block == 0) begin(after, place);
        if (!tokens_.defined() || block >= network_->blocks()) return;
        tokens_ = network_->advanced(block, tokens_, time_, rope_);
        const Tensor residual = network_->residual(block, tokens_).to(after.image.scalar_type());
        const int64_t times = after.image.size(0) / residual.size(0);
        after.image.narrow(1, 0, residual.size(1)).add_(residual.repeat({times, 1, 1}), video_.strength);
        if (block + 1 == network_->blocks()) tokens_ = Tensor();
    }

private:
    void begin(const AfterBlock& after, const PatchPlace& place) {
        tokens_ = Tensor();
        const auto sigma = static_cast<double>(place.input.evaluation.sigma);
        if (sigma > first_sigma_ || sigma < last_sigma_) return;
        // All sides of guidance hold the same latents.
        const int64_t sides = std::max<int64_t>(1, std::ssize(place.input.evaluation.sides));
        const int64_t batch = place.input.x.size(0) / sides;
        Tensor latent = place.input.x.narrow(0, 0, batch);
        if (place.input.concat.defined()) latent = at::cat({latent, place.input.concat.narrow(0, 0, batch)}, 1);
        latent = latent.narrow(1, 0, std::min(noise_channels, latent.size(1)));
        latent = at::constant_pad_nd(latent, {0, 0, 0, 0, 0, 0, 0, noise_channels - latent.size(1)});
        latent = frames_of_whole_patches(latent, patch);
        const Tensor render = render_for(latent.sizes()).to(latent.options()).expand({batch, -1, -1, -1, -1});
        auto [tokens, rope] = network_->start(at::cat({latent, render}, 1));
        tokens_ = std::move(tokens);
        rope_ = std::move(rope);
        time_ = after.time.narrow(0, 0, batch);
    }

    const Tensor& render_for(at::IntArrayRef latent) {
        if (render_.defined() && render_.sizes().slice(2) == latent.slice(2)) return render_;
        const int64_t count = (latent[2] - 1) * video_.vae.network().frames_per_latent() + 1;
        const int64_t cell = video_.vae.downscale_ratio(), given = video_.frames.size(0);
        Tensor frames = video_.frames.narrow(0, 0, std::min(count, given));
        if (given < count) frames = at::cat({frames, frames.slice(0, given - 1).expand({count - given, -1, -1, -1})});
        if (frames.size(1) != latent[3] * cell || frames.size(2) != latent[4] * cell)
            frames = resize_image(frames, latent[4] * cell, latent[3] * cell, "bilinear", Crop::center);
        return render_ = format_.to_model(video_.vae.encode(frames));
    }

    std::shared_ptr<const Uni3c> network_;
    Uni3cVideo video_;
    LatentFormat format_;
    double first_sigma_, last_sigma_;
    Tensor render_, tokens_, time_;
    Rope rope_;
};

}  // namespace

TensorMap uni3c_tensors(const TensorMap& tensors) {
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        std::string name = key;
        for (const auto& [theirs, ours] : attention_names)
            if (const auto at = name.find(theirs); at != name.npos) name.replace(at, theirs.size(), ours);
        result.emplace(std::move(name), tensor);
    }
    return result;
}

Uni3c::Block::Block(const Weights& w)
    : norm_attention(w / "norm1"), norm_ff(w / "norm2"), q(w / "self_attn" / "q"), k(w / "self_attn" / "k"),
      v(w / "self_attn" / "v"), o(w / "self_attn" / "o"), ff_in(w / "ffn" / 0), ff_out(w / "ffn" / 2),
      norm_q(w / "self_attn" / "norm_q", 1e-6), norm_k(w / "self_attn" / "norm_k", 1e-6) {}

Tensor Uni3c::Block::attended(const Tensor& x, const Rope& rope) const {
    const Tensor queries = rotate_pairs(split_heads(norm_q(q(x)), heads), rope);
    const Tensor keys = rotate_pairs(split_heads(norm_k(k(x)), heads), rope);
    return o(merge_heads(attention(queries, keys, split_heads(v(x), heads))));
}

Uni3c::Uni3c(const Weights& w)
    : weights_(w), picture_in_(w["controlnet_patch_embedding.weight"]),
      picture_bias_(w["controlnet_patch_embedding.bias"]) {
    if (w.has_part("proj_in")) in_.emplace(w / "proj_in");
    for (int64_t i = 0; i < w.count("controlnet_blocks"); ++i) {
        blocks_.emplace_back(w / "controlnet_blocks" / i);
        out_.emplace_back(w / "proj_out" / i);
    }
    if (blocks_.empty()) throw ModelError(w.origin() + " has no controlnet_blocks");
}

Uni3c::Start Uni3c::start(const Tensor& latent) const {
    weights_.table()->use(nullptr);
    const Tensor seen =
        at::conv3d(latent.to(weights_.device(), at::kFloat), picture_in_.as(at::kFloat, weights_.device()),
                   picture_bias_.as(at::kFloat, weights_.device()), {1, patch, patch});
    const Tensor tokens = seen.flatten(2).transpose(1, 2).to(weights_.compute_dtype());
    const int64_t head_size = blocks_.front().q.out_features() / heads;
    return {.tokens = in_ ? (*in_)(tokens) : tokens,
            .rope = rope_of(seen.size(2), seen.size(3), seen.size(4), head_size)};
}

Tensor Uni3c::advanced(int64_t block, const Tensor& tokens, const Tensor& time, const Rope& rope) const {
    const Block& own = blocks_[static_cast<std::size_t>(block)];
    const auto stepped = [&](const Tensor& x, const Norm& part, const auto& function) {
        const auto values = part.modulation(at::silu(time.to(x.scalar_type()))).unsqueeze(1).chunk(3, 2);
        return x + values[2] * function(part.norm(x) * (values[1] + 1.0) + values[0]);
    };
    const Tensor x = stepped(tokens, own.norm_attention, [&](const Tensor& h) { return own.attended(h, rope); });
    return stepped(x, own.norm_ff, [&](const Tensor& h) { return own.ff_out(at::gelu(own.ff_in(h), "tanh")); });
}

Model with_uni3c(const Model& model, std::shared_ptr<const Uni3c> network, Uni3cVideo video) {
    const Weights of_model(model.weights());
    const Weight head = of_model.maybe("head.modulation");
    if (!head) throw UserError("Uni3C is for Wan models");
    if (head.size(2) != network->time_width())
        throw UserError("this Uni3C ControlNet is for a Wan model of width " + std::to_string(network->time_width()) +
                        ", the model has " + std::to_string(head.size(2)));
    const NoiseLevels& levels = *model.parameterization().levels;
    const double first = levels.percent_to_sigma(video.start_percent);
    const double last = levels.percent_to_sigma(video.end_percent);
    const auto follower =
        std::make_shared<Follower>(std::move(network), std::move(video), model.latent_format(), first, last);
    return with_changed_options(model, [&](ModelOptions& options) {
        options.patches.after_block.push_back(
            [follower](const AfterBlock& after, const PatchPlace& place) { (*follower)(after, place); });
    });
}

}  // namespace easel::inference
