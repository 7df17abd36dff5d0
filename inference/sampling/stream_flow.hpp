// Rectified flow of a video with its sound, of which the sound has a schedule of its own. The sampler knows the video's
// alone: it holds the sound multiplied by the ratio of both levels, so that its noise falls as the video's does and
// what it comes to is the sound times the ratio of both shifts. (comfy.model_sampling.ModelSamplingAV)
#pragma once

#include "inference/sampling/latent_streams.hpp"
#include "inference/sampling/parameterization.hpp"

#include <memory>

namespace easel::inference {

constexpr float least_level = 1e-6F;

// The share of noise `level` of a schedule with the shift `from`, at the same place of one with the shift `to`.
float level_in_other_schedule(float level, double from, double to);

class StreamFlow : public Prediction {
public:
    StreamFlow(double shift, double sound_shift, double noise_scale);

    // The same for latents of these shapes, the first of which is the video. Without shapes there is no sound.
    std::shared_ptr<const StreamFlow> bound_to(const StreamShapes& shapes) const;

    // A latent as the sampler holds it in the end, and back.
    Tensor held(const Tensor& row) const { return scaled(row, scale()); }
    Tensor released(const Tensor& row) const { return scaled(row, 1.0 / scale()); }
    // What is kept of a masked latent, `held`, as the sampler holds it at this level.
    Tensor held_at(const Tensor& row, float sigma) const;

    Tensor network_input(const Tensor& x, float sigma) const override;
    Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const override;
    Tensor add_noise(const Tensor& latent, const Tensor& noise, float sigma, bool full_noise) const override {
        return flow_->add_noise(latent, noise, sigma, full_noise);
    }
    Tensor remove_noise_scaling(const Tensor& x, float sigma) const override {
        return flow_->remove_noise_scaling(x, sigma);
    }
    bool is_flow() const override { return true; }
    double noise_scale() const override { return flow_->noise_scale(); }
    float half_log_snr(float sigma) const override { return flow_->half_log_snr(sigma); }
    float sigma_of_half_log_snr(float value) const override { return flow_->sigma_of_half_log_snr(value); }

private:
    double scale() const { return video_values_ < 0 ? 1.0 : shift_ / sound_shift_; }
    // The sound's level, and by what the sampler's sound is multiplied to be the network's.
    struct Carry {
        float sound_level, factor;
    };
    Carry carry_at(float sigma) const;
    Tensor scaled(const Tensor& row, double factor) const;

    std::shared_ptr<const Prediction> flow_;
    double shift_, sound_shift_;
    int64_t video_values_ = -1;  // at the beginning of a row; -1: there is no sound
};

// The network's time is 1000 at pure noise.
Parameterization stream_flow(double shift, double sound_shift, double noise_scale = 1.0);

// Where `prediction` is a StreamFlow, the one bound to the shapes; null for another.
std::shared_ptr<const StreamFlow> bound_stream_flow(const Prediction& prediction, const StreamShapes& shapes);

}  // namespace easel::inference
