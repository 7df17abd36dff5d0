#include "inference/sampling/stream_flow.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {

float level_in_other_schedule(float level, double from, double to) {
    const float base = level / (static_cast<float>(from) + level * static_cast<float>(1.0 - from));
    return static_cast<float>(to) * base / (1.0F + static_cast<float>(to - 1.0) * base);
}

StreamFlow::StreamFlow(double shift, double sound_shift, double noise_scale)
    : flow_(flow_prediction(noise_scale)), shift_(shift), sound_shift_(sound_shift) {}

std::shared_ptr<const StreamFlow> StreamFlow::bound_to(const StreamShapes& shapes) const {
    auto bound = std::make_shared<StreamFlow>(*this);
    bound->video_values_ = -1;
    if (shapes.size() > 1) bound->video_values_ = c10::multiply_integers(shapes[0]) / shapes[0][0];
    return bound;
}

Tensor StreamFlow::scaled(const Tensor& row, double factor) const {
    if (video_values_ < 0 || factor == 1.0) return row;
    const int64_t rest = row.size(-1) - video_values_;
    return at::cat({row.narrow(-1, 0, video_values_), row.narrow(-1, video_values_, rest) * factor}, -1);
}

StreamFlow::Carry StreamFlow::carry_at(float sigma) const {
    const float level = std::max(sigma, least_level);
    const float sound = level_in_other_schedule(level, shift_, sound_shift_);
    return {.sound_level = sound, .factor = sound / level};
}

Tensor StreamFlow::held_at(const Tensor& row, float sigma) const {
    const double factor = scale();
    return factor == 1.0 ? row : scaled(row, 1.0 / static_cast<double>(carry_at(sigma).factor) / factor);
}

Tensor StreamFlow::network_input(const Tensor& x, float sigma) const {
    return scale() == 1.0 ? x : scaled(x, static_cast<double>(carry_at(sigma).factor));
}

// The network gives the sound's own velocity: by the chain rule, that of what the sampler holds.
Tensor StreamFlow::denoised(const Tensor& output, const Tensor& x, float sigma) const {
    const double factor = scale();
    if (factor == 1.0) return flow_->denoised(output, x, sigma);
    const Carry carry = carry_at(sigma);
    const int64_t rest = x.size(-1) - video_values_;
    const Tensor own = x.narrow(-1, video_values_, rest) * static_cast<double>(carry.factor);
    const Tensor velocity = (1.0 - factor) * own + (1.0F + static_cast<float>(factor - 1.0) * carry.sound_level) *
                                                       output.narrow(-1, video_values_, rest);
    return flow_->denoised(at::cat({output.narrow(-1, 0, video_values_), velocity}, -1), x, sigma);
}

Parameterization stream_flow(double shift, double sound_shift, double noise_scale) {
    return {.prediction = std::make_shared<StreamFlow>(shift, sound_shift, noise_scale), .levels = flow_levels(shift)};
}

std::shared_ptr<const StreamFlow> bound_stream_flow(const Prediction& prediction, const StreamShapes& shapes) {
    const auto* flow = dynamic_cast<const StreamFlow*>(&prediction);
    return flow == nullptr ? nullptr : flow->bound_to(shapes);
}

}  // namespace easel::inference
