#include "base/log.hpp"
#include "inference/models/triposplat/triposplat.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/step_preview.hpp"
#include "inference/splat/dots.hpp"
#include "inference/vae/triposplat/splat_vae.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TripoSplatSamplingPreview {
    Model model;
    Vae vae;
    std::int64_t octree_level = 5;
    std::int64_t num_gaussians = 16384;
    double yaw = 90.0;
    double pitch = 15.0;
    std::int64_t point_size = 3;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_triposplat";
        s.category = "model/latent/triposplat";
        s.display_name = "TripoSplat Sampling Preview";
        s.description = "Patch the TripoSplat model for the standard Ksampler node to show a live decoded gaussian "
                        "splat preview at each step.";
        s.in("model", &TripoSplatSamplingPreview::model);
        s.in("vae", &TripoSplatSamplingPreview::vae).tooltip("TripoSplat VAE decoder");
        s.in("octree_level", &TripoSplatSamplingPreview::octree_level)
            .range(2, 8)
            .advanced()
            .tooltip("Octree depth for the preview decode (lower = cheaper/coarser).");
        s.in("num_gaussians", &TripoSplatSamplingPreview::num_gaussians)
            .range(1024, 262144)
            .step(32)
            .tooltip("Number of gaussians to produce for the preview (rounded to a multiple of 32).");
        s.in("yaw", &TripoSplatSamplingPreview::yaw)
            .range(-360.0, 360.0)
            .step(1.0)
            .advanced()
            .tooltip("Preview camera yaw in degrees.");
        s.in("pitch", &TripoSplatSamplingPreview::pitch)
            .range(-89.0, 89.0)
            .step(1.0)
            .advanced()
            .tooltip("Preview camera pitch in degrees.");
        s.in("point_size", &TripoSplatSamplingPreview::point_size)
            .range(1, 16)
            .tooltip("Maximum splat radius in pixels. Each gaussian is sized from its scale and capped here; lower = "
                     "finer/pointier, higher = chunkier.");
    }

    Model execute() const {
        const std::int64_t group = inference::splat_decoder(vae).gaussians().group();
        const inference::SplatDecoding decoding{.count = num_gaussians / group * group, .level = octree_level};
        const inference::DotPicture view{.yaw = yaw, .pitch = pitch, .largest_radius = point_size};
        auto preview = std::make_shared<inference::StepPreview>();
        preview->picture = [decoder = vae, decoding, view](const Tensor& denoised) {
            return picture_of(decoder, denoised, decoding, view);
        };
        return inference::with_changed_options(
            model, [&](inference::ModelOptions& options) { options.attached[inference::step_preview_name] = preview; });
    }

private:
    // Of the first cloud of a row of cloud and camera. A preview that fails does not end the run.
    static std::optional<inference::RgbPreview> picture_of(const Vae& decoder, const Tensor& denoised,
                                                           const inference::SplatDecoding& decoding,
                                                           const inference::DotPicture& view) {
        using namespace inference::triposplat;
        try {
            const Tensor cloud = denoised.narrow(0, 0, 1).flatten(1).narrow(1, 0, cloud_tokens * cloud_channels);
            const auto splats =
                inference::decode_splats(decoder, cloud.view({1, cloud_tokens, cloud_channels}), decoding);
            return inference::dotted(splats.front(), view);
        } catch (const std::exception& error) {
            logger("nodes")->warn("TripoSplatSamplingPreview has no picture of this step: {}", error.what());
            return std::nullopt;
        }
    }
};

}  // namespace

void register_tripo_splat_sampling_preview(Registry& registry) {
    registry.add<TripoSplatSamplingPreview>("TripoSplatSamplingPreview");
}

}  // namespace easel::nodes
