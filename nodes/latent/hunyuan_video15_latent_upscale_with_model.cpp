#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/latent_upscale_socket.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

struct HunyuanVideo15LatentUpscaleWithModel {
    LatentUpscaleModel model;
    Latent samples;
    std::string upscale_method = "bilinear";
    std::int64_t width = 1280;
    std::int64_t height = 720;
    std::string crop;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/latent/hunyhuan video";
        s.display_name = "Hunyuan Video 15 Latent Upscale With Model";
        s.in("model", &HunyuanVideo15LatentUpscaleWithModel::model);
        s.in("samples", &HunyuanVideo15LatentUpscaleWithModel::samples);
        s.in("upscale_method", &HunyuanVideo15LatentUpscaleWithModel::upscale_method)
            .choices(one_of(inference::latent_resize_methods))
            .default_value("bilinear");
        s.in("width", &HunyuanVideo15LatentUpscaleWithModel::width).range(0, 16384).step(8);
        s.in("height", &HunyuanVideo15LatentUpscaleWithModel::height).range(0, 16384).step(8);
        s.in("crop", &HunyuanVideo15LatentUpscaleWithModel::crop).choices(one_of({"disabled", "center"}));
    }

    // A side of 0 follows from the other. It is then computed in latent cells but used as pixels, as in the reference.
    Latent execute() const {
        if (width == 0 && height == 0) return samples;
        if (model.hunyuan == nullptr) throw UserError("the latent upscale model is not HunyuanVideo 1.5's");
        if (samples.samples.dim() != 5) throw UserError("the latent is that of a picture; this node takes a video's");
        const double cells_wide = double(samples.samples.size(-1)), cells_high = double(samples.samples.size(-2));
        std::int64_t w = std::max<std::int64_t>(64, width), h = std::max<std::int64_t>(64, height);
        if (width == 0) w = std::max<std::int64_t>(64, std::llrint(cells_wide * double(h) / cells_high));
        if (height == 0) h = std::max<std::int64_t>(64, std::llrint(cells_high * double(w) / cells_wide));
        const auto cut = crop == "center" ? inference::Crop::center : inference::Crop::none;
        const Tensor larger = inference::resize(samples.samples, w / 16, h / 16, upscale_method, cut);
        return {.samples = (*model.hunyuan)(larger).to(at::kCPU)};
    }
};

}  // namespace

void register_hunyuan_video15_latent_upscale_with_model(Registry& registry) {
    registry.add<HunyuanVideo15LatentUpscaleWithModel>("HunyuanVideo15LatentUpscaleWithModel");
}

}  // namespace easel::nodes
