#include "inference/model_patches/style_projector.hpp"

#include "inference/image/resize.hpp"
#include "inference/sampling/model_options.hpp"

namespace easel::inference {
namespace {

constexpr int64_t low_layer = 20, middle_layer = 11;  // counted from the end

}  // namespace

StyleProjector::Level::Level(const Weights& w, const std::string& name)
    : tokens(w / (name + "_embedding_linear") / 0), projection(w / (name + "_projection")),
      norm(w / (name + "_layer_norm")) {}

Tensor StyleProjector::Level::operator()(const Tensor& features) const {
    return projection(norm(at::silu(tokens(features.transpose(1, 2))).transpose(1, 2)));
}

StyleProjector::StyleProjector(const Weights& w)
    : weights_(w), levels_{Level(w, "high"), Level(w, "mid"), Level(w, "low")} {}

Tensor StyleProjector::operator()(const Tensor& high, const Tensor& middle, const Tensor& low) const {
    weights_.table()->use(nullptr);
    return at::cat({levels_[0](high), levels_[1](middle), levels_[2](low)}, 1);
}

Model with_style(const Model& model, std::shared_ptr<const StyleProjector> projector, const ClipVisionOutput& picture) {
    const Tensor& layers = picture.all_hidden_states;
    if (!layers.defined() || layers.size(1) < low_layer)
        throw UserError("the style reference needs a picture that SigLIP has seen: load sigclip_vision_patch14_384");
    const Weights& w = projector->weights();
    const auto layer = [&](int64_t from_end) {
        return layers.select(1, layers.size(1) - from_end).to(w.device(), w.compute_dtype());
    };
    const Tensor tokens = (*projector)(picture.penultimate_hidden_states.to(w.device(), w.compute_dtype()),
                                       layer(middle_layer), layer(low_layer));
    return with_changed_options(model, [&](ModelOptions& options) {
        options.patches.at_start.push_back([tokens](Streams& streams, const PatchPlace&) {
            const Tensor style = repeat_to_batch(tokens, streams.text.size(0)).to(streams.text.scalar_type());
            streams.text = at::cat({style, streams.text}, 1);
        });
    });
}

}  // namespace easel::inference
