#include "inference/vision/moge/moge.hpp"

#include "inference/models/detect.hpp"
#include "inference/vision/moge/fit.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

namespace easel::inference {
namespace {

constexpr int64_t fewest_cells = 1200;
constexpr double fallback_field = 60.0;  // degrees, where none is found

// `depth` [height, width] as points on the rays of the pixels.
Tensor projected(const Tensor& depth, double fx, double fy) {
    const auto centres = [&](int64_t count) {
        return (at::arange(count, depth.options()) + 0.5) / static_cast<double>(count) - 0.5;
    };
    const Tensor x = centres(depth.size(1)).expand(depth.sizes()) / fx;
    const Tensor y = centres(depth.size(0)).unsqueeze(1).expand(depth.sizes()) / fy;
    return at::stack({x, y, at::ones_like(depth)}, -1) * depth.unsqueeze(-1);
}

}  // namespace

PointGeometry Moge::look(const Tensor& pixels, const Request& request) const {
    weights_->use(nullptr);
    const Tensor pictures = pixels.movedim(-1, 1).to(weights_->settings().device, at::kFloat).contiguous();
    const double aspect = static_cast<double>(pixels.size(2)) / static_cast<double>(pixels.size(1));
    const double diagonal = std::sqrt(1.0 + aspect * aspect);
    const auto focal_of = [&](double degrees) {
        return aspect / diagonal / std::tan(degrees / 2.0 * (std::numbers::pi / 180.0));
    };
    const auto cells = static_cast<int64_t>(static_cast<double>(fewest_cells) +
                                            static_cast<double>(request.detail) / 9.0 *
                                                static_cast<double>(network_->most_cells() - fewest_cells));
    const moge::Told told = (*network_)(pictures, cells);
    constexpr double nowhere = std::numeric_limits<double>::infinity();
    std::vector<Tensor> points, depths, intrinsics, masks;
    for (int64_t i = 0; i < pixels.size(0); ++i) {
        Tensor own = told.points[i].cpu(), mask = told.mask[i].cpu() > 0.5;
        std::optional<double> focal;
        if (request.field_of_view) focal = focal_of(*request.field_of_view);
        moge::Camera camera = moge::fit_camera(own, mask, focal);
        if (!focal && !(std::isfinite(camera.focal) && camera.focal > 0))
            camera = moge::fit_camera(own, mask, focal_of(fallback_field));
        const double fy = camera.focal / 2.0 * diagonal, fx = fy / aspect;
        intrinsics.push_back(
            at::tensor({fx, 0.0, 0.5, 0.0, fy, 0.5, 0.0, 0.0, 1.0}, at::kDouble).to(at::kFloat).view({3, 3}));
        Tensor depth = own.select(-1, 2) + camera.shift;
        if (network_->drops_behind()) mask = mask & (depth > 0);
        own = request.projects ? projected(depth, fx, fy) : at::cat({own.narrow(-1, 0, 2), depth.unsqueeze(-1)}, -1);
        if (told.scale.defined() && request.applies_scale) {
            const Tensor scale = told.scale[i].cpu();
            own = own * scale;
            depth = depth * scale;
        }
        if (request.applies_mask) {
            own = own.masked_fill(mask.logical_not().unsqueeze(-1), nowhere);
            depth = depth.masked_fill(mask.logical_not(), nowhere);
        }
        points.push_back(own);
        depths.push_back(depth);
        masks.push_back(mask);
    }
    PointGeometry geometry{.points = at::stack(points),
                           .depth = at::stack(depths),
                           .intrinsics = at::stack(intrinsics),
                           .mask = at::stack(masks),
                           .normals = told.normals.defined() ? told.normals.cpu() : Tensor(),
                           .image = pixels};
    if (geometry.normals.defined() && request.applies_mask)
        geometry.normals = geometry.normals.masked_fill(geometry.mask.logical_not().unsqueeze(-1), 0);
    return geometry;
}

TensorMap moge_tensors(const TensorMap& file) {
    using Rename = std::pair<std::string_view, std::string_view>;
    constexpr std::array<Rename, 7> names{{{"patch_embed.proj.", "embeddings.patch_embeddings.projection."},
                                           {"cls_token", "embeddings.cls_token"},
                                           {"pos_embed", "embeddings.position_embeddings"},
                                           {"register_tokens", "embeddings.register_tokens"},
                                           {"mask_token", "embeddings.mask_token"},
                                           {"norm.", "layernorm."},
                                           {"blocks.", "encoder.layer."}}};
    constexpr std::array<Rename, 5> block_names{{{".ls1.gamma", ".layer_scale1.lambda1"},
                                                 {".ls2.gamma", ".layer_scale2.lambda1"},
                                                 {".attn.proj.", ".attention.output.dense."},
                                                 {".mlp.w12.", ".mlp.weights_in."},
                                                 {".mlp.w3.", ".mlp.weights_out."}}};
    const TensorMap inner = part_of(file, "model.");
    const TensorMap& network = inner.empty() ? file : inner;
    const bool is_second = network.contains("encoder.backbone.cls_token");
    const std::string prefix = is_second ? "encoder.backbone." : "backbone.";
    if (!is_second && !(network.contains("backbone.cls_token") && network.contains("head.projects.0.weight")))
        return {};
    TensorMap result;
    for (const auto& [key, tensor] : network) {
        if (!key.starts_with(prefix)) {
            result.emplace(key, tensor);
            continue;
        }
        std::string name = key.substr(prefix.size());
        for (const auto& [theirs, ours] : names)
            if (name.starts_with(theirs)) {
                name.replace(0, theirs.size(), ours);
                break;
            }
        for (const auto& [theirs, ours] : block_names)
            if (const auto place = name.find(theirs); place != std::string::npos)
                name.replace(place, theirs.size(), ours);
        if (const auto place = name.find(".attn.qkv."); place != std::string::npos) {
            const auto parts = tensor.chunk(3);
            std::size_t part = 0;
            for (const char* projection : {"query", "key", "value"})
                result.emplace(prefix + name.substr(0, place) + ".attention.attention." + projection +
                                   name.substr(place + std::string_view(".attn.qkv").size()),
                               parts[part++]);
            continue;
        }
        result.emplace(prefix + name, tensor);
    }
    return result;
}

}  // namespace easel::inference
