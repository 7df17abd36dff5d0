#include "inference/vae/ltxv/ltxv.hpp"

#include "base/error.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/sampling/noise.hpp"

#include <nlohmann/json.hpp>

namespace easel::inference {

using namespace ltxv_vae;
using Json = nlohmann::json;

struct AutoencoderLtxv::Build {
    // A name ("res_x", "compress_all", ...) and what the config says about the stage, in the encoder's order.
    std::vector<std::pair<std::string, Json>> encoder, decoder;
    Style encoder_style, decoder_style;
    int64_t patch = 4;
    bool is_causal = false, is_told_time = false;
    double noise_share = 0.025, time = 0.05;

    explicit Build(const Weights& w);
};

namespace {

using Stages = std::vector<std::pair<std::string, Json>>;

// What the three first releases have in place of a config.
constexpr const char* first_release = R"({"blocks": [["res_x", 4], ["compress_all", 1], ["res_x_y", 1], ["res_x", 3],
    ["compress_all", 1], ["res_x_y", 1], ["res_x", 3], ["compress_all", 1], ["res_x", 3], ["res_x", 4]]})";
constexpr const char* second_release = R"({"timestep_conditioning": true,
    "decoder_blocks": [["res_x", {}], ["compress_all", {"residual": true, "multiplier": 2}], ["res_x", {}],
        ["compress_all", {"residual": true, "multiplier": 2}], ["res_x", {}],
        ["compress_all", {"residual": true, "multiplier": 2}], ["res_x", {}]],
    "encoder_blocks": [["res_x", {}], ["compress_all", {}], ["res_x_y", 1], ["res_x", {}], ["compress_all", {}],
        ["res_x_y", 1], ["res_x", {}], ["compress_all", {}], ["res_x", {}], ["res_x", {}]]})";
constexpr const char* third_release = R"({"timestep_conditioning": true,
    "decoder_blocks": [["res_x", {}], ["compress_all", {"residual": true, "multiplier": 2}], ["res_x", {}],
        ["compress_all", {"residual": true, "multiplier": 2}], ["res_x", {}],
        ["compress_all", {"residual": true, "multiplier": 2}], ["res_x", {}]],
    "encoder_blocks": [["res_x", {}], ["compress_space_res", {}], ["res_x", {}], ["compress_time_res", {}],
        ["res_x", {}], ["compress_all_res", {}], ["res_x", {}], ["compress_all_res", {}], ["res_x", {}]]})";

const char* release_of(const Weights& w) {
    constexpr int64_t of_later_releases = 1024;
    if (w["decoder.up_blocks.0.res_blocks.0.conv1.conv.weight"].size(0) != of_later_releases) return first_release;
    return w.contains("encoder.down_blocks.1.conv.conv.bias") ? third_release : second_release;
}

Json config_of(const Weights& w) {
    if (const std::string text = w.metadata("config"); !text.empty()) {
        const Json config = Json::parse(text, nullptr, /*allow_exceptions=*/false);
        if (config.is_object() && config.contains("vae")) return config["vae"];
    }
    Json config = Json::parse(release_of(w));
    config["norm_layer"] = "pixel_norm";
    config["patch_size"] = 4;
    return config;
}

Stages stages_in(const Json& config, const char* name) {
    Stages stages;
    for (const Json& stage : config.contains(name) ? config.at(name) : config.at("blocks"))
        stages.emplace_back(stage.at(0).get<std::string>(), stage.at(1));
    return stages;
}

Style style_of(const Json& config, const char* padding) {
    const std::string norm = config.value("norm_layer", "group_norm");
    return {.norm = norm == "pixel_norm"   ? Style::Norm::pixel
                    : norm == "layer_norm" ? Style::Norm::layer
                                           : Style::Norm::groups,
            .reflects = config.value("spatial_padding_mode", padding) == std::string("reflect")};
}

// How many cells along time, height and width a stage makes one of.
std::array<int64_t, 3> stride_of(const std::string& name) {
    const int64_t time = name.starts_with("compress_space") ? 1 : 2;
    const int64_t space = name.starts_with("compress_time") ? 1 : 2;
    return {time, space, space};
}

[[noreturn]] void unknown_stage(const Weights& w, const std::string& name) {
    throw ModelError(w.origin() + " has a video autoencoder with a part that is not known: " + name);
}

std::unique_ptr<Stage> encoder_stage(const Weights& w, const std::string& name, const Style& style) {
    if (name == "res_x") return std::make_unique<ResidualStage>(w, style);
    if (name == "res_x_y") return std::make_unique<WideningStage>(w, style);
    if (name.starts_with("compress_") && name.ends_with("_res"))
        return std::make_unique<FoldingStage>(w, style, stride_of(name));
    if (name.starts_with("compress_")) return std::make_unique<StridedStage>(w, style, stride_of(name));
    unknown_stage(w, name);
}

std::unique_ptr<Stage> decoder_stage(const Weights& w, const std::string& name, const Json& settings,
                                     const Style& style) {
    if (name == "res_x") return std::make_unique<ResidualStage>(w, style);
    if (name == "res_x_y") return std::make_unique<WideningStage>(w, style);
    if (name == "compress_all" || name == "compress_space" || name == "compress_time") {
        const bool residual = name == "compress_all" && settings.is_object() && settings.value("residual", false);
        return std::make_unique<UnfoldingStage>(w, style, stride_of(name), residual);
    }
    unknown_stage(w, name);
}

// Pixels as channels: of each square the columns first.
Tensor squares(const Tensor& x, int64_t side) {
    return fold(x, {1, side, side}).unflatten(1, {-1, side, side}).transpose(2, 3).flatten(1, 3);
}
Tensor from_squares(const Tensor& x, int64_t side) {
    return unfold(x.unflatten(1, {-1, side, side}).transpose(2, 3).flatten(1, 3), {1, side, side});
}

Tensor by_channel(const Weight& values, const Tensor& x) { return values.like(x).view({1, -1, 1, 1, 1}); }

}  // namespace

AutoencoderLtxv::Build::Build(const Weights& w) {
    const Json config = config_of(w);
    try {
        encoder = stages_in(config, "encoder_blocks");
        decoder = stages_in(config, "decoder_blocks");
        encoder_style = style_of(config, "zeros");
        decoder_style = style_of(config, "reflect");
        patch = config.value("patch_size", int64_t{1});
        is_causal = config.value("causal_decoder", false);
        is_told_time = config.value("timestep_conditioning", false);
        noise_share = config.value("decode_noise_scale", noise_share);
        time = config.value("decode_timestep", time);
    } catch (const Json::exception& error) {
        throw ModelError(w.origin() + " has a config of its autoencoder that cannot be read: " + error.what());
    }
}

AutoencoderLtxv::Coder AutoencoderLtxv::encoder(const Weights& w, const Build& build) {
    const Style& style = build.encoder_style;
    Coder coder{.conv_in = Conv(w / "conv_in", style),
                .conv_out = Conv(w / "conv_out", style),
                .norm_out = ltxv_vae::Norm(w, "conv_norm_out", style),
                .stages = {}};
    for (std::size_t i = 0; i < build.encoder.size(); ++i)
        coder.stages.push_back(
            encoder_stage(w / "down_blocks" / static_cast<int64_t>(i), build.encoder[i].first, style));
    return coder;
}

AutoencoderLtxv::Coder AutoencoderLtxv::decoder(const Weights& w, const Build& build) {
    const Style& style = build.decoder_style;
    Coder coder{.conv_in = Conv(w / "conv_in", style),
                .conv_out = Conv(w / "conv_out", style),
                .norm_out = ltxv_vae::Norm(w, "conv_norm_out", style),
                .stages = {}};
    for (std::size_t i = 0; i < build.decoder.size(); ++i) {
        const auto& [name, settings] = build.decoder[build.decoder.size() - 1 - i];
        coder.stages.push_back(decoder_stage(w / "up_blocks" / static_cast<int64_t>(i), name, settings, style));
    }
    return coder;
}

AutoencoderLtxv::AutoencoderLtxv(const Weights& w) : AutoencoderLtxv(w, Build(w)) {}

AutoencoderLtxv::AutoencoderLtxv(const Weights& w, const Build& build)
    : weights_(w), mean_(w["per_channel_statistics.mean-of-means"]),
      deviation_(w["per_channel_statistics.std-of-means"]), patch_(build.patch), is_causal_(build.is_causal),
      is_told_time_(build.is_told_time), noise_share_(build.noise_share), time_(build.time),
      encoder_(encoder(w / "encoder", build)), decoder_(decoder(w / "decoder", build)) {}

Tensor AutoencoderLtxv::denormalised(const Tensor& latent) const {
    return latent * by_channel(deviation_, latent) + by_channel(mean_, latent);
}

Tensor AutoencoderLtxv::normalised(const Tensor& latent) const {
    return (latent - by_channel(mean_, latent)) / by_channel(deviation_, latent);
}

Tensor AutoencoderLtxv::encode(const Tensor& pixels) const {
    const int64_t frames = (pixels.size(2) - 1) / frames_per_latent() * frames_per_latent() + 1;
    const Tensor video = pixels.narrow(2, 0, frames).to(weights_.device(), weights_.compute_dtype());
    const Conditions conditions{};
    Tensor h = encoder_.conv_in(squares(video, patch_), /*causal=*/true);
    for (const auto& stage : encoder_.stages)
        h = (*stage)(h, conditions);
    h = encoder_.conv_out(at::silu(encoder_.norm_out(h)), /*causal=*/true);
    return normalised(h.narrow(1, 0, latent_channels()).to(at::kFloat)).contiguous();  // then come the log variances
}

Tensor AutoencoderLtxv::decode(const Tensor& latent) const {
    Tensor z = latent.to(weights_.device(), weights_.compute_dtype());
    at::Generator generator = seeded_generator(0);
    Conditions conditions{.causal = is_causal_, .time = {}, .noise = &generator};
    const Weights w = weights_ / "decoder";
    if (is_told_time_) {
        const Tensor noise = at::randn(z.sizes(), generator, at::TensorOptions().dtype(at::kFloat)).to(z.options());
        z = noise * noise_share_ + z * (1.0 - noise_share_);
        conditions.time = at::full({z.size(0)}, time_, z.options().dtype(at::kFloat)) *
                          w["timestep_scale_multiplier"].as(at::kFloat, z.device());
    }
    Tensor h = decoder_.conv_in(denormalised(z), is_causal_);
    for (const auto& stage : decoder_.stages)
        h = (*stage)(h, conditions);
    h = decoder_.norm_out(h);
    if (is_told_time_) {
        const Tensor rows = TimeLayers(w / "last_time_embedder")(conditions.time, h.scalar_type());
        const Tensor values = rows.unflatten(1, {2, -1}) + w["last_scale_shift_table"].like(h);
        const auto row = [&](int64_t index) { return values.select(1, index).view({h.size(0), -1, 1, 1, 1}); };
        h = modulate(h, row(1), row(0));
    }
    h = decoder_.conv_out(at::silu(h), is_causal_);
    return from_squares(h, patch_).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
