#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

struct SD_4XUpscale_Conditioning {
    Image images;
    Conditioning positive;
    Conditioning negative;
    double scale_ratio = 4.0;
    double noise_augmentation = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sdupscale";
        s.category = "model/conditioning/stable diffusion upscaler";
        s.in("images", &SD_4XUpscale_Conditioning::images);
        s.in("positive", &SD_4XUpscale_Conditioning::positive);
        s.in("negative", &SD_4XUpscale_Conditioning::negative);
        s.in("scale_ratio", &SD_4XUpscale_Conditioning::scale_ratio).range(0.0, 10.0).step(0.01);
        s.in("noise_augmentation", &SD_4XUpscale_Conditioning::noise_augmentation)
            .range(0.0, 1.0)
            .step(0.001)
            .advanced();
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        // Cells of the latent: a quarter of the larger picture's side.
        const auto cells = [&](int64_t side) {
            const double scaled = std::nearbyint(static_cast<double>(side) * scale_ratio);
            return std::max<int64_t>(1, static_cast<int64_t>(scaled)) / 4;
        };
        const int64_t width = cells(images.pixels.size(2)), height = cells(images.pixels.size(1));
        if (width == 0 || height == 0)
            throw UserError("the enlarged picture would have less than four pixels a side: raise scale_ratio");
        const Tensor planes = images.pixels.movedim(-1, 1) * 2.0 - 1.0;
        const Tensor picture = inference::resize(planes, width, height, "bilinear", inference::Crop::center);
        const auto with_picture = [&](Conditioning conditions) {
            for (inference::Condition& condition : conditions) {
                condition.extra["concat_image"] = picture;
                condition.extra["noise_augmentation"] = at::scalar_tensor(noise_augmentation, at::kDouble);
            }
            return conditions;
        };
        return {with_picture(positive), with_picture(negative),
                Latent{.samples = at::zeros({images.pixels.size(0), 4, height, width})}};
    }
};

}  // namespace

void register_sd_4x_upscale_conditioning(Registry& registry) {
    registry.add<SD_4XUpscale_Conditioning>("SD_4XUpscale_Conditioning");
}

}  // namespace easel::nodes
