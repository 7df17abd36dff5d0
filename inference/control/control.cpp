#include "inference/control/control.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace easel::inference {
namespace {

int64_t rounded_up(int64_t side, int64_t multiple) { return (side + multiple - 1) / multiple * multiple; }

// The picture at the size that a latent of `rows` by `columns` asks for, encoded where the network wants that.
Tensor make_hint(const AppliedControl& control, int64_t rows, int64_t columns) {
    const ControlTraits& traits = control.net.network().traits();
    if (traits.latent && !control.vae)
        throw UserError("this ControlNet needs a VAE: connect one to the node that applies it");
    const int64_t cell = traits.cell * (control.vae && traits.latent ? control.vae->downscale_ratio() : 1);
    Tensor hint = resize(control.picture, rounded_up(columns * cell, traits.multiple),
                         rounded_up(rows * cell, traits.multiple), traits.resize_method, Crop::center);
    if (traits.preprocess != nullptr) hint = traits.preprocess(hint);
    if (traits.grey && hint.size(1) > 1) hint = hint.mean(1, /*keepdim=*/true);
    if (traits.latent) hint = traits.latent->to_model(control.vae->encode(hint.movedim(1, -1)));
    if (traits.reads_mask) {
        const Tensor mask = control.mask ? *control.mask : at::ones({1, 1, 1, 1});
        Tensor resized = resize(mask.to(at::kFloat), hint.size(-1), hint.size(-2), traits.resize_method, Crop::center);
        if (hint.dim() == 5) resized = resized.unsqueeze(2).expand({-1, -1, hint.size(2), -1, -1});
        hint = at::cat({hint, repeat_to_batch(resized, hint.size(0))}, 1);
    }
    return hint;
}

// One picture serves all; several are for the members of each condition's batch.
Tensor for_batch(const Tensor& hint, int64_t batch, int64_t conditions) {
    if (hint.size(0) == 1 || hint.size(0) == batch) return hint;
    const Tensor one = repeat_to_batch(hint, batch / conditions);
    std::vector<int64_t> times(static_cast<std::size_t>(one.dim()), 1);
    times.front() = conditions;
    return one.repeat(times);
}

// Tensors that stand in several places stay shared.
void scale(std::vector<Tensor>& tensors, double strength, bool averages) {
    std::map<const c10::TensorImpl*, Tensor> scaled;
    const std::vector<Tensor> unscaled = tensors;  // so that no address is used twice
    for (Tensor& tensor : tensors) {
        if (!tensor.defined()) continue;
        Tensor& result = scaled[tensor.unsafeGetTensorImpl()];
        if (!result.defined())
            result = (averages ? tensor.mean({2, 3}, /*keepdim=*/true).expand_as(tensor) : tensor) * strength;
        tensor = result;
    }
}

void add(std::vector<Tensor>& sums, const std::vector<Tensor>& previous) {
    if (sums.size() < previous.size()) sums.resize(previous.size());
    for (std::size_t i = 0; i < previous.size(); ++i)
        if (previous[i].defined()) sums[i] = sums[i].defined() ? previous[i] + sums[i] : previous[i];
}

ControlResiduals run(const AppliedControl& control, const Model& model, const Tensor& x, float sigma,
                     const NetworkInput& inputs, int64_t conditions) {
    const ControlNetwork& network = control.net.network();
    const ControlTraits& traits = network.traits();
    const int64_t rows = x.size(-2), columns = x.size(-1);
    AppliedControl::Ready& ready = control.ready;
    if (!ready.hint.defined() || ready.rows != rows || ready.columns != columns)
        ready = {.hint = make_hint(control, rows, columns).to(x.device()), .rows = rows, .columns = columns};
    if (!network.is_constant() || ready.batch != x.size(0)) {
        const Parameterization& parameterization = model.parameterization();
        NetworkInput seen = inputs;
        if (const Tensor prompt = inputs.find("crossattn_controlnet"); prompt.defined()) seen.context = prompt;
        ready.residuals = network({
            .x = parameterization.prediction->network_input(x, sigma),
            .timestep = at::full({x.size(0)}, parameterization.levels->timestep(sigma), x.options()),
            .hint = for_batch(ready.hint, x.size(0), conditions),
            .inputs = seen,
            .types = control.net.types(),
            .model = model,
        });
        ready.batch = x.size(0);
    }
    ControlResiduals residuals = ready.residuals;
    if (!network.is_constant()) ready.residuals = {};
    const double strength = traits.takes_root ? std::sqrt(std::max(control.strength, 0.0)) : control.strength;
    for (auto* part : {&residuals.input, &residuals.middle, &residuals.output})
        scale(*part, strength, traits.averages);
    return residuals;
}

bool counts(const AppliedControl& control, const NoiseLevels& levels, float sigma) {
    return sigma <= static_cast<float>(levels.percent_to_sigma(control.start_percent)) &&
           sigma >= static_cast<float>(levels.percent_to_sigma(control.end_percent));
}

}  // namespace

ControlNet ControlNet::with_types(std::vector<int64_t> types) const {
    ControlNet typed = *this;
    typed.types_ = std::move(types);
    return typed;
}

std::shared_ptr<const ControlResiduals> evaluate_controls(const AppliedControl& control, const Model& model,
                                                          const Tensor& x, float sigma, const NetworkInput& inputs,
                                                          int64_t conditions) {
    std::shared_ptr<const ControlResiduals> previous;
    if (control.previous) previous = evaluate_controls(*control.previous, model, x, sigma, inputs, conditions);
    if (!counts(control, *model.parameterization().levels, sigma)) return previous;
    ControlResiduals residuals = run(control, model, x, sigma, inputs, conditions);
    if (previous) {
        add(residuals.input, previous->input);
        add(residuals.middle, previous->middle);
        add(residuals.output, previous->output);
    }
    return std::make_shared<const ControlResiduals>(std::move(residuals));
}

}  // namespace easel::inference
