// Stable Diffusion 1.x, 2.x, XL, XL's refiner, Lotus, the x4 upscaler, Stable Zero123, Stable Video Diffusion and SV3D:
// one UNet, told apart by its shapes.
#include "inference/models/family.hpp"

#include "inference/models/sd/diffusers_unet.hpp"
#include "inference/models/sd/picture_unets.hpp"
#include "inference/models/sd/unet.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr std::string_view first_stage = "first_stage_model.";

enum class Kind { other, sd1, sd2, unclip, sdxl, refiner, lotus, upscaler, view, video, orbit, camera };

// How many resolutions there are.
int64_t levels(const Weights& w) {
    const auto keys = (w / "input_blocks").keys();
    return 1 + std::ranges::count_if(keys, [](const std::string& key) { return key.ends_with(".0.op.weight"); });
}

// The matrix or the 1x1 convolution before the first transformer; undefined where there is no transformer.
Weight first_projection(const Weights& w) {
    const Weights blocks = w / "input_blocks";
    for (int64_t i = 0; i < blocks.count(); ++i)
        if (const Weight projection = (blocks / i).maybe("1.proj_in.weight")) return projection;
    return {};
}

bool is_video(const Weights& w) { return w.has_part("input_blocks.1.1.time_stack"); }

// By the numbers that are told beside the picture: 256 waves each, the camera's angles 512.
Kind video_kind(const Weight& label) {
    if (!label) return Kind::other;
    switch (label.size(1)) {
    case 768:
        return Kind::video;
    case 256:
        return Kind::orbit;
    case 1280:
        return Kind::camera;
    default:
        return Kind::other;
    }
}

Kind kind_of(const Weights& w) {
    const Weight first = w.maybe("input_blocks.0.0.weight");
    const Weight projection = first_projection(w);
    const Weight label = w.maybe("label_emb.0.0.weight");
    if (is_video(w)) return video_kind(label);
    if (!first || !projection) return Kind::other;
    if (w.contains("label_emb.weight")) return Kind::upscaler;
    if (w.contains("cc_projection.weight")) return Kind::view;
    if (!label) return projection.shape().size() == 4 ? Kind::sd1 : Kind::sd2;
    if (label.size(1) == 4) return Kind::lotus;  // what is to be found, as two sines and two cosines
    if (levels(w) == 3) return Kind::sdxl;
    // The refiner has no transformers at its first level, unCLIP's networks have.
    return w.has_part("input_blocks.1.1") ? Kind::unclip : Kind::refiner;
}

template <Kind kind>
bool is(const Weights& w) {
    return kind_of(w) == kind;
}

template <sd::VectorInput vector>
std::unique_ptr<DiffusionModel> build(const Weights& w) {
    // CosXL's editing model reads the picture to change as it reads the noisy one, other models as the VAE made it.
    const bool scales_picture = w.contains("edm_vpred.sigma_max");
    return std::make_unique<sd::UNet>(w, sd::UNet::Options{.vector = vector, .scales_picture = scales_picture});
}

template <class Network>
std::unique_ptr<DiffusionModel> build_as(const Weights& w) {
    return std::make_unique<Network>(w);
}

Parameterization eps(const Weights&) { return {eps_prediction(), scaled_linear_levels()}; }

// Files of SD2 do not say what they predict. Those that predict the velocity have a last norm whose shifts spread
// wider. (SD20.model_type)
Parameterization sd2_parameterization(const Weights& w) {
    constexpr double velocity_spread = 0.09;
    const Weight shift = w.maybe("output_blocks.11.1.transformer_blocks.0.norm1.bias");
    const bool takes_picture = w["input_blocks.0.0.weight"].size(1) != 4;
    if (!shift || takes_picture) return eps(w);
    const double spread = shift.stored().to(at::kFloat).std(/*unbiased=*/false).item<double>();
    return {spread > velocity_spread ? v_prediction() : eps_prediction(), scaled_linear_levels()};
}

double number(const Weight& weight, double otherwise) {
    return weight ? weight.stored().to(at::kDouble).flatten()[0].item<double>() : otherwise;
}

CheckpointText sd2_text() {
    return {.family = "sd2",
            .parts = {{.kind = "clip_h", .prefixes = {"cond_stage_model.model.", "conditioner.embedders.0.model."}}}};
}

bool is_playground(const Weights& w) { return w.contains("edm_mean") && w.contains("edm_std"); }

// Files of SDXL's kin say in marker tensors what they predict. (SDXL.model_type)
Parameterization sdxl_parameterization(const Weights& w) {
    constexpr double sigma_min = 0.002, playground_sigma_max = 80.0;
    if (is_playground(w))
        return {edm_prediction(0.5), continuous_levels(ContinuousTime::quarter_log, sigma_min, playground_sigma_max)};
    if (const Weight highest = w.maybe("edm_vpred.sigma_max")) {
        const double lowest = number(w.maybe("edm_vpred.sigma_min"), sigma_min);
        return {v_prediction(), continuous_levels(ContinuousTime::quarter_log, lowest, number(highest, 0.0))};
    }
    if (w.contains("v_pred") && w.contains("ztsnr"))
        return {v_prediction(), discrete_levels(zero_terminal_snr(scaled_linear_sigmas()))};
    if (w.contains("v_pred")) return {v_prediction(), scaled_linear_levels()};
    return eps(w);
}

LatentFormat sdxl_latents(const Weights& w) {
    return is_playground(w) ? playground_latent_format() : sdxl_latent_format();
}

// A family of networks that make a video of a picture.
template <Kind kind, sd::VectorInput vector>
Family video_family(std::string_view name, std::string_view vae_prefix = first_stage) {
    return {
        .name = name,
        .matches = is<kind>,
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<sd::VideoUNet>(w, vector);
        },
        .parameterization =
            [](const Weights&) {
                constexpr double sigma_min = 0.002, sigma_max = 700.0;
                return Parameterization{v_prediction(),
                                        continuous_levels(ContinuousTime::quarter_log, sigma_min, sigma_max)};
            },
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .vision_prefix = "conditioner.embedders.0.open_clip.model.visual.",
        .vae_prefix = vae_prefix,
    };
}

// The x4 upscaler's autoencoder makes larger numbers, and four pixels to a cell.
LatentFormat upscaler_latents(const Weights&) {
    return {
        .scale = 0.08333,
        .rgb_factors = {{-0.234, -0.3863, -0.3257},
                        {0.0994, 0.0885, -0.0908},
                        {-0.2833, -0.2349, -0.3741},
                        {0.2523, -0.0055, -0.1651}},
    };
}

}  // namespace

void register_sd(Families& families) {
    families.push_back({
        .name = "sd15",
        .matches = is<Kind::sd1>,
        .build = build<nullptr>,
        .parameterization = eps,
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .from_diffusers = sd::unet_from_diffusers,  // for all of them
        .text = {.family = "sd1",
                 .parts = {{.kind = "clip_l", .prefixes = {"cond_stage_model.transformer.", "cond_stage_model."}}}},
        .vae_prefix = first_stage,
    });
    families.push_back({
        .name = "sd2",
        .matches = is<Kind::sd2>,
        .build = build<nullptr>,
        .parameterization = sd2_parameterization,
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .text = sd2_text(),
        .vae_prefix = first_stage,
    });
    families.push_back({
        .name = "sd2_unclip",
        .matches = is<Kind::unclip>,
        .build = build<nullptr>,
        .parameterization = sd2_parameterization,
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .text = sd2_text(),
        .vision_prefix = "embedder.model.visual.",
        .vae_prefix = first_stage,
    });
    families.push_back({
        .name = "sdxl",
        .matches = is<Kind::sdxl>,
        .build = build<sd::sdxl_vector>,
        .parameterization = sdxl_parameterization,
        .latent_format = sdxl_latents,
        .text = {.family = "sdxl",
                 .parts = {{.kind = "clip_l", .prefixes = {"conditioner.embedders.0.transformer."}},
                           {.kind = "clip_g", .prefixes = {"conditioner.embedders.1.model."}}}},
        .vae_prefix = first_stage,
    });
    families.push_back({
        .name = "sdxl_refiner",
        .matches = is<Kind::refiner>,
        .build = build<sd::refiner_vector>,
        .parameterization = eps,
        .latent_format = [](const Weights&) { return sdxl_latent_format(); },
        .text = {.family = "sdxl_refiner",
                 .parts = {{.kind = "clip_g", .prefixes = {"conditioner.embedders.0.model."}}}},
        .vae_prefix = first_stage,
    });
    families.push_back({
        .name = "lotus",
        .matches = is<Kind::lotus>,
        .build = build<sd::lotus_vector>,
        .parameterization =
            [](const Weights&) {
                return Parameterization{image_prediction(), scaled_linear_levels()};
            },
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .text = {},
        .vae_prefix = first_stage,
    });
    families.push_back({
        .name = "sd_x4_upscaler",
        .matches = is<Kind::upscaler>,
        .build = build_as<sd::UpscalerUNet>,
        .parameterization =
            [](const Weights&) {
                return Parameterization{v_prediction(), scaled_linear_levels(1e-4, 0.02)};
            },
        .latent_format = upscaler_latents,
        .text = sd2_text(),
        .vae_prefix = first_stage,
    });
    families.push_back({
        .name = "stable_zero123",
        .matches = is<Kind::view>,
        .build = build_as<sd::ViewUNet>,
        .parameterization = eps,
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .vision_prefix = "cond_stage_model.model.visual.",
        .vae_prefix = first_stage,
    });
    constexpr std::string_view picture_encoder = "conditioner.embedders.1.encoder.";
    families.push_back(video_family<Kind::video, sd::svd_vector>("svd"));
    families.push_back(video_family<Kind::orbit, sd::orbit_vector>("sv3d_u", picture_encoder));
    families.push_back(video_family<Kind::camera, sd::camera_vector>("sv3d_p", picture_encoder));
}

}  // namespace easel::inference
