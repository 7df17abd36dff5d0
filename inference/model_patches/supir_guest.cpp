#include "inference/model_patches/supir.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "inference/models/sd/unet.hpp"
#include "inference/models/sd/unet_guest.hpp"
#include "inference/sampling/model_options.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

constexpr double highest_sigma = 14.6146;

// SUPIR in one evaluation of a UNet.
class SupirGuest final : public sd::UnetGuest {
public:
    SupirGuest(const Supir& supir, std::vector<Tensor> features, double strength)
        : supir_(supir), features_(std::move(features)), strength_(strength),
          feature_(static_cast<int64_t>(features_.size()) - 1) {}

    Tensor after_middle(const Tensor& h) const override { return next(Supir::Place::middle, h, {}); }
    Tensor joined(const Features& features) const override {
        --feature_;
        return next(Supir::Place::skip, features.h, features.skip);
    }
    Tensor before_growing(const Tensor& h) const override { return next(Supir::Place::growing, h, {}); }

private:
    Tensor next(Supir::Place place, const Tensor& h, const Tensor& skip) const {
        if (adapter_ >= supir_.adapters() || supir_.place_of(adapter_) != place || feature_ < 0)
            throw UserError("SUPIR's adapters are for a UNet with other blocks: use it with SDXL");
        return supir_.adapted(adapter_++, features_[static_cast<std::size_t>(feature_)], h, skip, strength_);
    }

    const Supir& supir_;
    std::vector<Tensor> features_;
    double strength_;
    mutable int64_t feature_, adapter_ = 0;  // where the evaluation is
};

double strength_at(const SupirSettings& settings, double sigma) {
    const double share = std::min(sigma / highest_sigma, 1.0);
    return share * (settings.strength_at_start - settings.strength_at_end) + settings.strength_at_end;
}

}  // namespace

Model with_supir(const Model& model, std::shared_ptr<const Supir> supir, const Vae& vae, const Tensor& pixels,
                 const SupirSettings& settings) {
    if (dynamic_cast<const sd::UNet*>(&model.network()) == nullptr)
        throw UserError("SUPIR works inside SDXL, and this model is another one");
    const LatentFormat format = model.latent_format();
    const Tensor latent = format.to_model(supir->encoded(vae, pixels));
    Tensor pulled_to;
    if (settings.pull > 0) {
        const Tensor seen = vae.decode(format.from_model(latent)).slice(3, 0, 3);
        pulled_to = format.to_model(vae.encode(seen));
    }
    return with_changed_options(model, [&](ModelOptions& options) {
        options.around_network.push_back([=](const NetworkInput& input, const ModelOptions::Network& next) {
            const double strength = strength_at(settings, input.evaluation.sigma);
            if (strength <= 0) return next(input);
            const Tensor own = repeat_to_batch(latent.to(input.x.device()), input.x.size(0));
            NetworkInput guided = input;
            guided.attached[std::string(sd::UnetGuest::name)] =
                std::make_shared<SupirGuest>(*supir, supir->features(input, own), strength);
            return next(guided);
        });
        if (!pulled_to.defined()) return;
        options.after_cfg.push_back([=](const GuidanceStep& step, const Pictures&, Tensor guided) {
            if (double(step.sigma) <= settings.least_sigma) return guided;
            const Tensor target = repeat_to_batch(pulled_to.to(guided.device()), guided.size(0));
            return guided - (guided - target) * std::pow(double(step.sigma) / highest_sigma, settings.pull);
        });
    });
}

}  // namespace easel::inference
