#include "inference/guidance/unet_patches.hpp"

#include "base/error.hpp"
#include "inference/guidance/spectrum.hpp"
#include "inference/guidance/token_merging.hpp"
#include "inference/image/resize.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/patches/scale_patch.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/noise.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

namespace easel::inference {
namespace {

int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

// The width of a UNet's first level.
int64_t unet_channels(const Model& model) {
    for (const WeightTable::Entry& entry : model.weights()->entries())
        if (entry.key.ends_with("input_blocks.0.0.weight")) return entry.stored.size(0);
    throw UserError("FreeU changes UNets, and " + model.family() + " is none");
}

// What the backbone is multiplied by: `b`, or 1 where the features are small to `b` where they are largest.
Tensor backbone_factor(const Tensor& h, double b, FreeU::Version version) {
    if (version == FreeU::Version::one) return at::scalar_tensor(b, h.options());
    const Tensor mean = h.mean(1, /*keepdim=*/true);
    const std::vector<int64_t> member{1, 2, 3};
    const Tensor least = mean.amin(member, true), most = mean.amax(member, true);
    return (b - 1) * ((mean - least) / (most - least)) + 1;
}

at::Generator generator_of(const NetworkInput& input) {
    return input.evaluation.generator.defined() ? input.evaluation.generator : seeded_generator(0);
}

// In how many tiles of at least `least` to cut `length`: one of the `options` smallest tile sizes that divide it.
int64_t drawn_tiles(int64_t length, int64_t least, int64_t options, at::Generator& generator) {
    std::vector<int64_t> counts;
    for (int64_t size = std::min(least, length); size <= length && static_cast<int64_t>(counts.size()) < options;
         ++size)
        if (length % size == 0) counts.push_back(length / size);
    const auto choices = static_cast<int64_t>(counts.size());
    if (choices < 2) return counts.at(0);
    return counts[static_cast<std::size_t>(at::randint(0, choices - 1, {1}, generator, at::kLong).item<int64_t>())];
}

struct Tiling {
    int64_t rows, columns, height, width;  // tiles down and across, and tokens of the whole
};

// [batch, height * width, dim] as [batch * rows * columns, tokens of a tile, dim], and back.
Tensor tiled(const Tensor& tokens, const Tiling& t) {
    return tokens.reshape({tokens.size(0), t.rows, t.height / t.rows, t.columns, t.width / t.columns, tokens.size(2)})
        .transpose(2, 3)
        .reshape({tokens.size(0) * t.rows * t.columns, -1, tokens.size(2)});
}

Tensor untiled(const Tensor& tiles, const Tiling& t) {
    return tiles.reshape({-1, t.rows, t.columns, t.height / t.rows, t.width / t.columns, tiles.size(2)})
        .transpose(2, 3)
        .reshape({-1, t.height * t.width, tiles.size(2)});
}

// How self attention over `tokens` tokens is cut; none where it is not.
std::optional<Tiling> tiling_for(const HyperTile& settings, int64_t tokens, const NetworkInput& input) {
    const auto rows = static_cast<double>(input.x.size(-2)), columns = static_cast<double>(input.x.size(-1));
    for (int64_t depth = 0; depth <= settings.max_depth; ++depth) {
        const double shrink = std::pow(2.0, static_cast<double>(depth));
        if ((rows / shrink) * (columns / shrink) != static_cast<double>(tokens)) continue;
        const double aspect = columns / rows, count = static_cast<double>(tokens);
        const int64_t height = rounded(std::sqrt(count * aspect)), width = rounded(std::sqrt(count / aspect));
        const int64_t least =
            std::max<int64_t>(32, settings.tile_size) / 8 * (settings.scale_depth ? int64_t{1} << depth : 1);
        at::Generator generator = generator_of(input);
        const int64_t down = drawn_tiles(height, least, settings.swap_size, generator);
        const int64_t across = drawn_tiles(width, least, settings.swap_size, generator);
        if (down * across == 1) return std::nullopt;
        return Tiling{.rows = down, .columns = across, .height = height, .width = width};
    }
    return std::nullopt;
}

}  // namespace

Model free_u(const Model& model, const FreeU& settings) {
    const int64_t channels = unet_channels(model);
    return with_changed_options(model, [=](ModelOptions& options) {
        options.patches.output_block.push_back([=](Features features, const PatchPlace&) {
            const int64_t width = features.h.size(1);
            const bool is_deepest = width == channels * 4;
            if (!is_deepest && width != channels * 2) return features;
            const double b = is_deepest ? settings.b1 : settings.b2, s = is_deepest ? settings.s1 : settings.s2;
            const Tensor first = features.h.narrow(1, 0, width / 2);
            features.h = at::cat({first * backbone_factor(features.h, b, settings.version),
                                  features.h.narrow(1, width / 2, width - width / 2)},
                                 1);
            features.skip =
                scaled_spectrum(features.skip, {.half_height = std::min<int64_t>(1, features.skip.size(2) / 2),
                                                .half_width = std::min<int64_t>(1, features.skip.size(3) / 2),
                                                .inside = s});
            return features;
        });
    });
}

Model merge_tokens(const Model& model, double ratio) {
    return with_run_state(model, [ratio](ModelOptions& options, const RunStart&) {
        const auto merging = std::make_shared<std::optional<TokenMerging>>();
        options.patches.self_input.push_back([=](AttentionInput input, const PatchPlace& place) {
            const int64_t height = place.input.x.size(-2), width = place.input.x.size(-1), tokens = input.x.size(1);
            const auto merged = static_cast<int64_t>(static_cast<double>(tokens) * ratio);
            merging->reset();
            // Deeper levels have fewer tokens than the latent has cells.
            if (std::ceil(std::sqrt(static_cast<double>(height * width / tokens))) > 1.0) return input;
            if (merged <= 0 || height == 1 || width == 1) return input;
            at::Generator generator = generator_of(place.input);
            merging->emplace(input.x, TokenGrid{.height = height, .width = width}, merged, generator);
            input.x = (*merging)->merge(input.x);
            return input;
        });
        options.patches.self_output.push_back([=](Tensor tokens, const PatchPlace&) {
            return merging->has_value() ? (*merging)->unmerge(tokens) : tokens;
        });
    });
}

Model hyper_tile(const Model& model, const HyperTile& settings) {
    return with_run_state(model, [settings](ModelOptions& options, const RunStart&) {
        const auto tiling = std::make_shared<std::optional<Tiling>>();
        options.patches.self_input.push_back([=](AttentionInput input, const PatchPlace& place) {
            *tiling = tiling_for(settings, input.x.size(1), place.input);
            if (!*tiling) return input;
            // Only queries are cut into tiles. Keys and values are dealt to them in the order of the rows, as in the
            // reference.
            input.x = tiled(input.x, **tiling);
            const auto dealt = [&](const Tensor& t) { return t.reshape({input.x.size(0), -1, t.size(2)}); };
            input.context = dealt(input.context);
            input.value = dealt(input.value);
            return input;
        });
        options.patches.self_output.push_back(
            [=](Tensor tokens, const PatchPlace&) { return *tiling ? untiled(tokens, **tiling) : tokens; });
    });
}

Model deep_shrink(const Model& model, const DeepShrink& settings) {
    const NoiseLevels& levels = *model.parameterization().levels;
    const double from = levels.percent_to_sigma(settings.start_percent);
    const double to = levels.percent_to_sigma(settings.end_percent);
    return with_changed_options(model, [=](ModelOptions& options) {
        auto& input_patches =
            settings.after_skip ? options.patches.input_block_after_skip : options.patches.input_block;
        input_patches.push_back([=](Tensor h, const PatchPlace& place) {
            const float sigma = place.input.evaluation.sigma;
            if (place.block.index != settings.block || sigma > from || sigma < to) return h;
            const auto side = [&](int64_t length) {
                return rounded(static_cast<double>(length) * (1.0 / settings.factor));
            };
            return resize(h, side(h.size(-1)), side(h.size(-2)), settings.shrink_method);
        });
        options.patches.output_block.push_back([=](Features features, const PatchPlace&) {
            if (features.h.size(2) != features.skip.size(2))
                features.h = resize(features.h, features.skip.size(-1), features.skip.size(-2), settings.grow_method);
            return features;
        });
    });
}

Model scale_attention(const Model& model, std::string_view attention, const AttentionScale& scale) {
    const std::string name(attention);
    return model.with_patches(scale_patches(*model.weights(), [&](std::string_view module) {
        if (module.ends_with(name + ".to_q")) return scale.q;
        if (module.ends_with(name + ".to_k")) return scale.k;
        if (module.ends_with(name + ".to_v")) return scale.v;
        return module.ends_with(name + ".to_out.0") ? scale.out : 1.0;
    }));
}

Model scale_attention_outputs(const Model& model, const AttentionOutputs& scale) {
    return model.with_patches(scale_patches(*model.weights(), [&](std::string_view module) {
        const bool is_temporal = module.find(".time_stack.") != std::string_view::npos;
        if (module.ends_with("attn1.to_out.0")) return is_temporal ? scale.self_temporal : scale.self_structural;
        if (module.ends_with("attn2.to_out.0")) return is_temporal ? scale.cross_temporal : scale.cross_structural;
        return 1.0;
    }));
}

}  // namespace easel::inference
