#include "inference/guidance/model_sampling.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace easel::inference {
namespace {

// The levels that the model was trained at, where they are a table of a thousand that still has some picture in its
// last entry; else Stable Diffusion's.
std::vector<double> trained_sigmas(const Model& model) {
    constexpr std::size_t count = 1000;
    constexpr float most = 1000.0f;  // beyond it there is only noise
    const std::vector<double> usual = scaled_linear_sigmas();
    const Parameterization& trained = model.trained_parameterization();
    const std::vector<float>& table = trained.levels->table();
    if (trained.prediction->is_flow() || table.size() != count || table.back() > most) return usual;
    const bool is_usual = std::equal(table.begin(), table.end(), usual.begin(),
                                     [](float a, double b) { return a == static_cast<float>(b); });
    return is_usual ? usual : std::vector<double>(table.begin(), table.end());
}

std::shared_ptr<const Prediction> discrete_prediction(std::string_view name,
                                                      const std::shared_ptr<const NoiseLevels>& levels) {
    if (name == "eps") return eps_prediction();
    if (name == "v_prediction") return v_prediction();
    if (name == "lcm") return consistency_prediction(levels);
    if (name == "x0") return picture_prediction();
    if (name == "img_to_img") return image_prediction();
    if (name == "img_to_img_flow") return image_flow_prediction();
    throw UserError("'" + std::string(name) + "' is no prediction of ModelSamplingDiscrete");
}

void check_levels(double sigma_min, double sigma_max) {
    if (sigma_min <= 0.0 || sigma_max <= 0.0) throw UserError("sigma_min and sigma_max of a model must be above 0");
}

// Playground 2.5 normalises each channel.
LatentFormat playground_format(LatentFormat format) {
    format.scale = 0.5;
    format.shift = 0.0;
    format.mean = {-1.6574, 1.886, -1.383, 2.5155};
    format.deviation = {8.4927, 5.9022, 6.5498, 5.2299};
    format.rgb_factors = {
        {0.3920, 0.4054, 0.4549}, {-0.2634, -0.0196, 0.0653}, {0.0568, 0.1687, -0.0755}, {-0.3112, -0.2359, -0.2076}};
    return format;
}

}  // namespace

Model sample_discrete(const Model& model, std::string_view prediction, bool zero_snr) {
    std::vector<double> sigmas = trained_sigmas(model);
    if (zero_snr) sigmas = zero_terminal_snr(std::move(sigmas));
    const auto levels = prediction == "lcm" ? distilled_levels(sigmas) : discrete_levels(sigmas);
    return model.with_parameterization({.prediction = discrete_prediction(prediction, levels), .levels = levels});
}

Model sample_continuous_edm(const Model& model, std::string_view prediction, double sigma_min, double sigma_max) {
    check_levels(sigma_min, sigma_max);
    const bool is_flow = prediction == "cosmos_rflow";
    const auto levels =
        continuous_levels(is_flow ? ContinuousTime::noise_share : ContinuousTime::quarter_log, sigma_min, sigma_max);
    if (is_flow) return model.with_parameterization({.prediction = unbounded_flow_prediction(), .levels = levels});
    if (prediction == "eps") return model.with_parameterization({.prediction = eps_prediction(), .levels = levels});
    if (prediction == "v_prediction")
        return model.with_parameterization({.prediction = v_prediction(), .levels = levels});
    const Model edm = model.with_parameterization({.prediction = edm_prediction(), .levels = levels});
    return prediction == "edm" ? edm : edm.with_latent_format(playground_format(sdxl_latent_format()));
}

Model sample_continuous_v(const Model& model, double sigma_min, double sigma_max) {
    check_levels(sigma_min, sigma_max);
    return model.with_parameterization(
        {.prediction = v_prediction(), .levels = continuous_levels(ContinuousTime::arc_tangent, sigma_min, sigma_max)});
}

Model sample_flow(const Model& model, double shift, double multiplier) {
    const double noise_scale = model.parameterization().prediction->noise_scale();
    return model.with_parameterization(
        {.prediction = flow_prediction(noise_scale), .levels = flow_levels(shift, multiplier)});
}

Model sample_flux(const Model& model, double mu) {
    return model.with_parameterization({.prediction = flow_prediction(), .levels = flux_levels(mu)});
}

Model sample_cascade(const Model& model, double shift) {
    return model.with_parameterization({.prediction = eps_prediction(), .levels = cascade_levels(shift)});
}

Model with_noise_scale(const Model& model, double noise_scale) {
    const Parameterization& now = model.parameterization();
    if (!now.prediction->is_flow())
        throw UserError("a noise scale is for flow models, and " + model.family() + " is none");
    return model.with_parameterization({.prediction = flow_prediction(noise_scale), .levels = now.levels});
}

}  // namespace easel::inference
