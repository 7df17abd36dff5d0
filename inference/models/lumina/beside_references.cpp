// Z-Image Omni: pictures to look at, with words of their own and what SigLIP saw in them, before the caption and the
// picture that is made. Their tokens hear that they are without noise. (NextDiT with ref_latents)
#include "inference/models/lumina/next_dit.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"

namespace easel::inference::lumina {
namespace {

enum TimeOf : int64_t { clean, noisy };

// Tokens of one kind, in the order in which they are met.
struct Sequence {
    std::vector<Tensor> tokens, positions;

    void add(const Tensor& more, const Tensor& at, int64_t batch) {
        tokens.push_back(more.expand({batch, -1, -1}));
        positions.push_back(at);
    }
    bool empty() const { return tokens.empty(); }
    Tensor all() const { return at::cat(tokens, 1); }
    Tensor places() const { return at::cat(positions); }
};

// Which of the two times counts for each of `tokens`, of which the last `own` are noisy.
Tensor times_of(int64_t tokens, int64_t own, at::Device device) {
    const Tensor which = at::full({tokens}, clean, at::kLong);
    which.slice(0, tokens - own).fill_(noisy);
    return which.to(device);
}

// Features of a grid over the picture, spread over its positions in steps of eight.
Tensor seen_positions(int64_t plane, int64_t rows, int64_t columns) {
    constexpr double spread = 8.0;
    const auto side = [](int64_t count) {
        return at::linspace(0.0, double(count) * spread - 1.0, count, at::kFloat).floor();
    };
    Tensor positions = at::zeros({rows, columns, 3}, at::kFloat);
    positions.select(2, 0).fill_(plane);
    positions.select(2, 1).copy_(side(rows).unsqueeze(1).expand({rows, columns}));
    positions.select(2, 2).copy_(side(columns).expand({rows, columns}));
    return positions.flatten(0, 1);
}

Tensor filled_up(const Tensor& positions, int64_t tokens) {
    return at::constant_pad_nd(positions, {0, 0, 0, tokens - positions.size(0)});
}

}  // namespace

SeenEmbedder::SeenEmbedder(const Weights& w, double eps)
    : norm(w / "siglip_embedder" / 0, eps), in(w / "siglip_embedder" / 1), pad(w.maybe("siglip_pad_token")) {
    for (int64_t i = 0; i < w.count("siglip_refiner"); ++i)
        refiner.emplace_back(w / "siglip_refiner" / i);
}

void NextDit::set_references(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    for (const Tensor& latent : condition.reference_latents)
        input.reference_latents.push_back(target.format->to_model(latent));
    if (input.reference_latents.empty()) return;
    for (const auto& [name, tensor] : condition.extra)
        if (name.starts_with(reference_text_name) || name.starts_with(reference_seen_name)) input.extra[name] = tensor;
}

Tensor NextDit::predict_beside_references(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const at::Device device = input.x.device();
    const int64_t batch = input.x.size(0);
    const RopeScaling scaling = patches_of(input).rope.value_or(RopeScaling{});
    Sequence captions, sights, pictures;
    int64_t offset = 0;  // along the axis on which everything has a place of its own

    // The tokens of a caption, undefined for none; returns how long it was before it was filled up.
    const auto add_caption = [&](const Tensor& text) {
        const Tensor own = text.defined() ? caption_in_(caption_norm_(text.to(dtype))) : Tensor();
        const Tensor tokens = own.defined() ? padded(own, caption_pad_) : padding(caption_pad_, dtype, device);
        captions.add(tokens, caption_positions(tokens.size(1), offset), batch);
        return own.defined() ? own.size(1) : 0;
    };
    // A picture with its caption and what was seen in it; returns the picture's rows and columns.
    const auto add_picture = [&](const Tensor& picture, const Tensor& text, const Tensor& seen) {
        const int64_t words = add_caption(text);
        int64_t plane = offset + (seen_ ? words : captions.tokens.back().size(1));
        if (seen_ && seen.defined()) {
            // The reference reads channels first and takes the result for tokens.
            const Tensor read = seen.permute({0, 3, 1, 2}).reshape({seen.size(0), -1, seen.size(3)});
            const Tensor features = padded(seen_->in(seen_->norm(read.to(dtype))), seen_->pad);
            sights.add(features, filled_up(seen_positions(plane + 2, seen.size(1), seen.size(2)), features.size(1)),
                       batch);
        } else if (seen_ && seen_->pad) {
            const Tensor nothing = padding(seen_->pad, dtype, device);
            sights.add(nothing, at::zeros({nothing.size(1), 3}, at::kFloat), batch);
        }
        const Tensor latent = padded_to_patches(picture, patch);
        const int64_t rows = latent.size(2) / patch, columns = latent.size(3) / patch;
        const Tensor cells =
            padded(x_embedder_(to_patches(latent, patch, PatchOrder::channels_last).to(dtype)), picture_pad_);
        pictures.add(cells, picture_positions(plane + 1, rows, columns, scaling, cells.size(1) - rows * columns),
                     batch);
        offset = plane + 2;
        return std::pair(rows, columns);
    };
    const auto named = [&](std::string_view name, std::size_t i) {
        return input.find(std::string(name) + std::to_string(i));
    };

    const std::size_t count = input.reference_latents.size();
    for (std::size_t i = 0; i < count; ++i)
        add_picture(input.reference_latents[i], named(reference_text_name, i), named(reference_seen_name, i));
    const std::size_t captions_before = captions.tokens.size();
    const auto [rows, columns] = add_picture(input.x, input.context, {});
    for (std::size_t i = count; named(reference_text_name, i).defined(); ++i)
        offset += add_caption(named(reference_text_name, i));
    int64_t own_words = 0;
    for (std::size_t i = captions_before; i < captions.tokens.size(); ++i)
        own_words += captions.tokens[i].size(1);
    const int64_t own_cells = pictures.tokens.back().size(1);

    Tensor caption = captions.all(), picture = pictures.all();
    const Rope caption_rope = turned(captions.places(), device), picture_rope = turned(pictures.places(), device);
    for (const Block& block : context_refiner_)
        caption = block(caption, caption_rope, {});
    std::vector<Tensor> parts{caption};
    std::vector<Rope> ropes{caption_rope};
    std::vector<Tensor> which{times_of(caption.size(1), own_words, device)};
    if (!sights.empty()) {
        parts.push_back(sights.all());
        ropes.push_back(turned(sights.places(), device));
        for (const Block& block : seen_->refiner)
            parts.back() = block(parts.back(), ropes.back(), {});
        which.push_back(times_of(parts.back().size(1), 0, device));
    }
    const Tensor picture_times = times_of(picture.size(1), own_cells, device);
    which.push_back(picture_times);
    ropes.push_back(picture_rope);

    NetworkInput without_noise = input;
    without_noise.timestep = at::zeros_like(input.timestep);
    const Tensor noisy_time = time(input);
    const Tensor steering = at::stack({time(without_noise), noisy_time}, 1);  // [batch, 2, width]
    const Tensor unrefined = picture;
    for (std::size_t i = 0; i < noise_refiner_.size(); ++i) {
        picture = noise_refiner_[i](picture, picture_rope, steering, picture_times);
        finish_block(input, {BlockKind::refiner, static_cast<int64_t>(i)},
                     {.image = picture, .at_start = unrefined, .time = noisy_time, .rope = picture_rope});
    }
    parts.push_back(picture);
    Tensor x = at::cat(parts, 1);
    const Tensor times = at::cat(which);
    const Rope rope = joined(ropes);
    const auto pictured = [&](const Tensor& all) { return all.slice(1, all.size(1) - own_cells); };
    const Tensor at_start = pictured(x);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        x = layers_[i](x, rope, steering, times);
        finish_block(input, {BlockKind::single_stream, static_cast<int64_t>(i)},
                     {.image = pictured(x), .at_start = at_start, .time = noisy_time, .rope = picture_rope});
    }
    return finished(pictured(x).slice(1, 0, rows * columns), noisy_time, rows, columns, input);
}

}  // namespace easel::inference::lumina
