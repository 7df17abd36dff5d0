#include "inference/upscale/upscale_model.hpp"

#include "inference/models/detect.hpp"
#include "inference/upscale/architectures.hpp"
#include "inference/vae/tiling.hpp"

#include <algorithm>
#include <array>

namespace easel::inference {
namespace {

constexpr int64_t first_tile = 512, smallest_tile = 128, overlap = 32;

constexpr std::array<std::string_view, 11> wrappers{"",
                                                    "module.",
                                                    "netG.",
                                                    "model_state_dict.",
                                                    "state_dict.",
                                                    "params_ema.",
                                                    "params_ema.module.",
                                                    "params-ema.",
                                                    "params.",
                                                    "model.",
                                                    "net."};

const UpscaleArchitecture* recognise(const Weights& w) {
    const auto architectures = upscale_architectures();
    const auto found = std::ranges::find_if(architectures, [&](const auto& known) { return known.matches(w); });
    return found == architectures.end() ? nullptr : &*found;
}

int64_t padded_side(const UpscaleNetwork& network, int64_t side) {
    const int64_t multiple = network.side_multiple();
    return (std::max(side, network.smallest_side()) + multiple - 1) / multiple * multiple;
}

// Grows right and bottom: by reflection as far as that reaches, then with the last pixel.
Tensor padded(const Tensor& x, int64_t height, int64_t width) {
    const int64_t bottom = height - x.size(2), right = width - x.size(3);
    const int64_t reflect_bottom = std::min(bottom, x.size(2) - 1), reflect_right = std::min(right, x.size(3) - 1);
    Tensor result = x;
    if (reflect_bottom > 0 || reflect_right > 0)
        result = at::reflection_pad2d(result, {0, reflect_right, 0, reflect_bottom});
    return at::replication_pad2d(result, {0, right - reflect_right, 0, bottom - reflect_bottom});
}

int64_t tiles_along(int64_t side, int64_t tile) {
    if (side <= tile) return 1;
    return (side - overlap + tile - overlap - 1) / (tile - overlap);
}

}  // namespace

Tensor UpscaleModel::run(const Tensor& picture) const {
    const int64_t height = picture.size(2), width = picture.size(3);
    const int64_t full_height = padded_side(*network_, height), full_width = padded_side(*network_, width);
    const bool fits = full_height == height && full_width == width;
    const Tensor result = (*network_)(fits ? picture : padded(picture, full_height, full_width)).clamp(0, 1);
    return result.narrow(2, 0, height * scale()).narrow(3, 0, width * scale());
}

Tensor UpscaleModel::upscale(const Tensor& pixels, const std::function<void(int64_t, int64_t)>& on_tile) const {
    weights_->use(nullptr);
    const auto& settings = weights_->settings();
    const Tensor pictures = pixels.movedim(-1, 1).to(settings.device, at::kFloat);
    for (int64_t tile = first_tile;; tile /= 2) {
        const int64_t total =
            pictures.size(0) * tiles_along(pictures.size(2), tile) * tiles_along(pictures.size(3), tile);
        int64_t done = 0;
        const TileGrid grid{
            .tile_width = tile, .tile_height = tile, .overlap = overlap, .scale = static_cast<double>(scale())};
        try {
            const Tensor large = tiled(pictures, grid, [&](const Tensor& part) {
                Tensor result = run(part);
                on_tile(++done, total);
                return result;
            });
            return large.movedim(1, -1).clamp(0, 1).contiguous();
        } catch (const c10::OutOfMemoryError&) {
            if (tile / 2 < smallest_tile) throw;
        }
    }
}

TensorMap upscale_tensors(const TensorMap& file, const std::string& origin) {
    for (const std::string_view wrapper : wrappers) {
        TensorMap tensors = part_of(file, wrapper);
        if (recognise(Weights(std::make_shared<WeightTable>(tensors, WeightTable::Settings{})))) return tensors;
    }
    const std::string what = describe(file);
    throw ModelError(origin + " is no upscale model of an architecture that is known" +
                     (what.empty() ? "" : ": " + what));
}

UpscaleModel make_upscale_model(const Weights& w) { return UpscaleModel(recognise(w)->build(w), w.table()); }

}  // namespace easel::inference
