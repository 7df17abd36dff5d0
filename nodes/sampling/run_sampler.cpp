#include "nodes/sampling/run_sampler.hpp"

#include "base/options.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/step_preview.hpp"
#include "inference/vae/preview.hpp"

namespace easel::nodes {
namespace {

graph::PreviewImage preview_of(const inference::RgbPreview& picture, int max_size) {
    return {.format = "JPEG",
            .width = picture.width,
            .height = picture.height,
            .max_size = max_size,
            .rgb = picture.pixels};
}

const inference::StepPreview* own_preview(const Model& model) {
    const auto& attached = model.options().attached;
    const auto found = attached.find(inference::step_preview_name);
    return found == attached.end() ? nullptr : dynamic_cast<const inference::StepPreview*>(found->second.get());
}

}  // namespace

inference::SampleHooks sampling_hooks(const Model& model, Context& context) {
    inference::SampleHooks hooks;
    hooks.stop = [&context] { return context.stop_requested(); };
    const Options* options = context.services().find<Options>();
    const bool previews = options && options->preview != PreviewMethod::none;
    const int max_size = options ? options->preview_size : 0;
    hooks.progress = [&context, &model, previews, max_size](int step, int total, const Tensor& denoised) {
        std::optional<graph::PreviewImage> preview;
        if (const auto* own = own_preview(model); own && denoised.defined()) {
            if (auto picture = own->picture(denoised)) preview = preview_of(*picture, own->longest_side);
        } else if (previews && denoised.defined()) {
            if (auto picture = inference::latent_preview(model.latent_format(), denoised))
                preview = preview_of(*picture, max_size);
        }
        context.progress(step, total, std::move(preview));
    };
    return hooks;
}

Latent run_sampler(const Model& model, inference::SampleRequest request, Context& context) {
    request.hooks = sampling_hooks(model, context);
    return inference::sample_latent(model, request);
}

std::tuple<Latent, Latent> run_custom_sampler(inference::CustomSampleRequest request, Context& context) {
    request.hooks = sampling_hooks(request.guider.model, context);
    const inference::CustomSample sampled = inference::sample_custom(request);
    return {sampled.latent, sampled.denoised.value_or(sampled.latent)};
}

}  // namespace easel::nodes
