// Tencent's Hunyuan networks for pictures and videos: flows whose levels are moved towards noise, each by its own
// shift.
#include "inference/models/family.hpp"

#include "inference/models/hunyuan_video/hunyuan_video.hpp"
#include "inference/models/hunyuan_video/names.hpp"
#include "inference/vae/hunyuan/latent_format.hpp"

namespace easel::inference {
namespace {

using hunyuan_video::Kind;

bool is_hunyuan(const Weights& w) {
    return w.contains("txt_in.individual_token_refiner.blocks.0.self_attn.qkv.weight") &&
           w.contains("img_in.proj.weight") && w.contains("double_blocks.0.img_attn.qkv.weight") &&
           w.contains("time_in.in_layer.weight") && w.contains("txt_in.t_embedder.in_layer.weight");
}

template <Kind kind>
bool is_kind(const Weights& w) {
    return is_hunyuan(w) && hunyuan_video::kind_of(w) == kind;
}

template <int shift>
Parameterization shifted_flow(const Weights&) {
    return {flow_prediction(), flow_levels(shift)};
}

template <LatentFormat (*format)()>
LatentFormat latent_format(const Weights&) {
    return format();
}

std::unique_ptr<DiffusionModel> build_hunyuan(const Weights& w) {
    return std::make_unique<hunyuan_video::HunyuanVideo>(w);
}

CheckpointText qwen_and_byt5(std::string_view family) {
    return {.family = family,
            .parts = {{.kind = "qwen25_7b", .prefixes = {"text_encoders.qwen25_7b.transformer."}},
                      {.kind = "byt5_small", .prefixes = {"text_encoders.byt5_small.transformer."}}}};
}

}  // namespace

void register_hunyuan_video(Families& families) {
    families.push_back({
        .name = "hunyuan_video",
        .matches = is_kind<Kind::video>,
        .build = build_hunyuan,
        .parameterization = shifted_flow<7>,
        .latent_format = latent_format<hunyuan_video_latent_format>,
        .from_diffusers = hunyuan_video::from_original,
        .text = {.family = "hunyuan_video",
                 .parts = {{.kind = "clip_l", .prefixes = {"text_encoders.clip_l.transformer."}},
                           {.kind = "llama", .prefixes = {"text_encoders.llama.transformer."}}}},
        .network_prefix = "model.model.",
    });
    families.push_back({
        .name = "hunyuan_image21",
        .matches = is_kind<Kind::image>,
        .build = build_hunyuan,
        .parameterization = shifted_flow<5>,
        .latent_format = latent_format<hunyuan_image_latent_format>,
        .text = qwen_and_byt5("hunyuan_image"),
        .network_prefix = "model.model.",
    });
    families.push_back({
        .name = "hunyuan_image21_refiner",
        .matches = is_kind<Kind::refiner>,
        .build = build_hunyuan,
        .parameterization = shifted_flow<4>,
        .latent_format = latent_format<hunyuan_refiner_latent_format>,
        .text = qwen_and_byt5("hunyuan_image"),
        .network_prefix = "model.model.",
    });
    families.push_back({
        .name = "hunyuan_video15",
        .matches = is_kind<Kind::video15>,
        .build = build_hunyuan,
        .parameterization = shifted_flow<7>,
        .latent_format = latent_format<hunyuan_video15_latent_format>,
        .text = qwen_and_byt5("hunyuan_video_15"),
        .network_prefix = "model.model.",
    });
    families.push_back({
        .name = "hunyuan_video15_enlarger",
        .matches = is_kind<Kind::enlarger15>,
        .build = build_hunyuan,
        .parameterization = shifted_flow<2>,
        .latent_format = latent_format<hunyuan_video15_latent_format>,
        .text = qwen_and_byt5("hunyuan_video_15"),
        .network_prefix = "model.model.",
    });
}

}  // namespace easel::inference
