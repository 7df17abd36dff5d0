#include "inference/guidance/perturbed.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/sampling/model_options.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <regex>
#include <string>
#include <utility>

namespace easel::inference {
namespace {

constexpr Block middle{BlockKind::middle, 0};

// The part of a batch that belongs to `side`; undefined when none does.
Tensor part_of_side(const Tensor& batch, const std::vector<int64_t>& sides, int64_t side) {
    const auto found = std::find(sides.begin(), sides.end(), side);
    if (found == sides.end()) return {};
    const int64_t size = batch.size(0) / static_cast<int64_t>(sides.size());
    return batch.narrow(0, size * (found - sides.begin()), size);
}

// The attention of every head, [batch * heads, queries, keys], computed in float32.
Tensor attention_scores(const Tensor& q, const Tensor& k, int64_t heads) {
    const auto split = [heads](const Tensor& tokens) {
        return tokens.unflatten(-1, {heads, tokens.size(-1) / heads}).transpose(1, 2).flatten(0, 1).to(at::kFloat);
    };
    const Tensor queries = split(q);
    const double scale = 1.0 / std::sqrt(static_cast<double>(queries.size(-1)));
    return (at::matmul(queries, split(k).transpose(-2, -1)) * scale).softmax(-1);
}

// Height and width of a grid of `total` cells as close to the shape of `latent` as its divisors allow.
std::pair<int64_t, int64_t> grid_of(int64_t total, const Tensor& latent) {
    const double aspect = static_cast<double>(latent.size(-2)) / static_cast<double>(latent.size(-1));
    const auto wanted = static_cast<int64_t>(std::nearbyint(std::sqrt(aspect * static_cast<double>(total))));
    const auto most = static_cast<int64_t>(std::sqrt(static_cast<double>(total)) / 2.0);
    for (int64_t distance = 0; distance < std::max<int64_t>(most, 1); ++distance)
        for (const int64_t height : {wanted + distance, std::max<int64_t>(1, wanted - distance)})
            if (height > 0 && total % height == 0) return {height, total / height};
    throw UserError("self attention guidance cannot tell the shape of the attention for this latent size");
}

Tensor gaussian_blur(const Tensor& picture, int64_t size, double sigma) {
    const double half = static_cast<double>(size - 1) * 0.5;
    const Tensor bell = at::exp(-0.5 * (at::linspace(-half, half, size, at::kFloat) / sigma).square());
    const Tensor row = (bell / bell.sum()).to(picture.options());
    const Tensor kernel = (row.unsqueeze(1) * row.unsqueeze(0)).expand({picture.size(1), 1, size, size}).contiguous();
    const std::vector<int64_t> margins(4, size / 2), one{1, 1}, none{0, 0};
    const Tensor padded = at::reflection_pad2d(picture, margins);
    return at::conv2d(padded, kernel, {}, one, none, one, picture.size(1));
}

// `picture` blurred where the attention of all queries together is above one query's worth.
Tensor blurred_where_seen(const Tensor& picture, const Tensor& scores, double sigma) {
    constexpr double threshold = 1.0;
    constexpr int64_t kernel_size = 9;
    const int64_t batch = picture.size(0), keys = scores.size(2);
    const Tensor seen = scores.reshape({batch, -1, scores.size(1), keys}).mean(1).sum(1) > threshold;
    const auto [height, width] = grid_of(keys, picture);
    const Tensor mask =
        at::upsample_nearest2d(seen.reshape({batch, 1, height, width}).to(picture.options()), picture.sizes().slice(2));
    return gaussian_blur(picture, kernel_size, sigma) * mask + picture * (1 - mask);
}

bool is_too_small_to_blur(const Tensor& picture) {
    const at::IntArrayRef spatial = picture.sizes().slice(2);
    return *std::min_element(spatial.begin(), spatial.end()) <= 4;
}

void skip(NetworkPatches& patches, const SkippedLayers& layers) {
    const auto nothing = [](Streams&, const BlockFunction&, const PatchPlace&) {};
    for (const int64_t index : layers.double_blocks)
        patches.block_replacement[{BlockKind::double_stream, index}] = nothing;
    for (const int64_t index : layers.single_blocks)
        patches.block_replacement[{BlockKind::single_stream, index}] = nothing;
}

ModelOptions without_layers(const ModelOptions& options, const SkippedLayers& layers) {
    ModelOptions skipping = options;
    skip(skipping.patches, layers);
    return skipping;
}

struct LevelRange {
    double from, to;

    LevelRange(const Model& model, const SkippedLayers& layers)
        : from(model.parameterization().levels->percent_to_sigma(layers.start_percent)),
          to(model.parameterization().levels->percent_to_sigma(layers.end_percent)) {}
    bool holds(float sigma) const { return to <= sigma && sigma <= from; }
};

}  // namespace

Model perturbed_attention_guidance(const Model& model, double scale) {
    return with_changed_options(model, [scale](ModelOptions& options) {
        options.after_cfg.push_back([scale](const GuidanceStep& step, const Pictures& pictures, const Tensor& guided) {
            if (scale == 0.0) return guided;
            ModelOptions perturbed = step.options;
            perturbed.patches.self_replacement[{.block = middle}] = [](const Tensor&, const Tensor&, const Tensor& v,
                                                                       const PatchPlace&) { return v; };
            const Tensor seen = step.evaluate({step.positive}, step.x, step.sigma, perturbed).front();
            return guided + (pictures.positive - seen) * scale;
        });
    });
}

Model self_attention_guidance(const Model& model, double scale, double blur_sigma) {
    return with_run_state(model, [=](ModelOptions& options, const RunStart&) {
        const auto scores = std::make_shared<Tensor>();  // of the negative side's last evaluation
        options.always_negative = true;
        options.patches.self_replacement[{.block = middle, .transformer = 0}] =
            [scores](const Tensor& q, const Tensor& k, const Tensor& v, const PatchPlace& place) {
                const Tensor negative_q = part_of_side(q, place.input.evaluation.sides, 1);
                if (negative_q.defined())
                    *scores =
                        attention_scores(negative_q, part_of_side(k, place.input.evaluation.sides, 1), place.heads);
                return attention(q, k, v, place.heads);
            };
        options.after_cfg.push_back([=](const GuidanceStep& step, const Pictures& pictures, const Tensor& guided) {
            if (is_too_small_to_blur(guided)) return guided;
            if (!step.negative || !scores->defined())
                throw UserError("self attention guidance needs a guider with a negative prompt and a UNet");
            const Tensor degraded = blurred_where_seen(pictures.negative, *scores, blur_sigma);
            const Tensor noised = degraded + step.x - pictures.negative;
            const Tensor seen = step.evaluate({step.negative}, noised, step.sigma, step.options).front();
            return guided + (degraded - seen) * scale;
        });
    });
}

Model normalized_attention_guidance(const Model& model, const AttentionGuidance& settings) {
    return with_changed_options(model, [settings](ModelOptions& options) {
        options.always_negative = true;
        options.patches.self_output.push_back([settings](Tensor tokens, const PatchPlace& place) {
            const std::vector<int64_t>& sides = place.input.evaluation.sides;
            const bool is_joint = place.image_tokens.has_value();
            tokens = tokens.clone();
            const Tensor image = is_joint ? tokens.narrow(1, place.image_tokens->begin,
                                                          place.image_tokens->end - place.image_tokens->begin)
                                          : tokens;
            Tensor positive = part_of_side(image, sides, 0), negative = part_of_side(image, sides, 1);
            if (!positive.defined() || !negative.defined()) return tokens;
            const auto length = [](const Tensor& t) {
                return at::linalg_vector_norm(t, 1, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(1e-6);
            };
            const Tensor guided = positive * settings.scale - negative * (settings.scale - 1.0);
            const Tensor growth = length(guided) / length(positive);
            const Tensor limited = guided * (growth.clamp_max(settings.tau) / growth);
            const Tensor mixed = limited * settings.alpha + positive * (1.0 - settings.alpha);
            if (is_joint) negative.copy_(mixed);
            positive.copy_(mixed);
            return tokens;
        });
    });
}

std::vector<int64_t> parse_layers(std::string_view text) {
    static const std::regex digits(R"(\d+)");
    const std::string copy(text);
    std::vector<int64_t> layers;
    for (std::sregex_iterator match(copy.begin(), copy.end(), digits), end; match != end; ++match)
        layers.push_back(std::stoll(match->str()));
    return layers;
}

Model skip_layer_guidance(const Model& model, const SkippedLayers& layers, double scale, double rescaling) {
    if (layers.empty()) return model;
    const LevelRange range(model, layers);
    return with_changed_options(model, [=](ModelOptions& options) {
        options.after_cfg.push_back([=](const GuidanceStep& step, const Pictures& pictures, Tensor guided) {
            if (scale <= 0.0 || !range.holds(step.sigma)) return guided;
            const ModelOptions skipping = without_layers(step.options, layers);
            const Tensor seen = step.evaluate({step.positive}, step.x, step.sigma, skipping).front();
            guided = guided + (pictures.positive - seen) * scale;
            if (rescaling == 0.0) return guided;
            return guided * (rescaling * (pictures.positive.std() / guided.std()) + (1.0 - rescaling));
        });
    });
}

Model skip_layers_of_negative(const Model& model, const SkippedLayers& layers) {
    if (layers.empty()) return model;
    const LevelRange range(model, layers);
    return with_changed_options(model, [=](ModelOptions& options) {
        options.evaluate = [=](const GuidanceStep& step) -> Pictures {
            if (!range.holds(step.sigma) || !step.negative) {
                const std::vector<Tensor> both =
                    step.evaluate({step.positive, step.negative}, step.x, step.sigma, step.options);
                return {.positive = both[0], .negative = both[1]};
            }
            const ModelOptions skipping = without_layers(step.options, layers);
            return {.positive = step.evaluate({step.positive, nullptr}, step.x, step.sigma, step.options)[0],
                    .negative = step.evaluate({nullptr, step.negative}, step.x, step.sigma, skipping)[1]};
        };
    });
}

}  // namespace easel::inference
