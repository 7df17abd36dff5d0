#include "inference/models/ltxv/guidance.hpp"

#include "inference/models/ltxv/ltxav.hpp"
#include "inference/sampling/model_options.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <regex>

namespace easel::inference::ltxv {
namespace {

// What the network makes with the positive prompt when something is missing.
using Without = std::function<Tensor(const GuidanceStep&)>;

Model away_from(const Model& model, const ExtraGuidance& settings, Without without) {
    const NoiseLevels& levels = *model.parameterization().levels;
    const double first = levels.percent_to_sigma(settings.start_percent);
    const double last = levels.percent_to_sigma(settings.end_percent);
    return with_changed_options(model, [&](ModelOptions& options) {
        options.after_cfg.push_back([=, without = std::move(without), scale = settings.scale](
                                        const GuidanceStep& step, const Pictures& pictures, Tensor guided) {
            const auto sigma = static_cast<double>(step.sigma);
            if (scale == 0.0 || step.positive == nullptr || sigma > first || sigma < last) return guided;
            return guided + (pictures.positive - without(step)) * scale;
        });
    });
}

// The positive side with every condition's inputs changed.
template <class Change>
Tensor seen_with(const GuidanceStep& step, const Change& change) {
    ConditionList conditions = *step.positive;
    for (ResolvedCondition& condition : conditions)
        change(condition.inputs);
    return step.evaluate({&conditions}, step.x, step.sigma, step.options).front();
}

// How many of a row's numbers are the video's; nothing for latents without sound.
std::optional<int64_t> video_values(const ConditionList* conditions) {
    if (conditions == nullptr || conditions->empty()) return std::nullopt;
    const auto told = conditions->front().inputs.attached.find(shapes_name);
    if (told == conditions->front().inputs.attached.end()) return std::nullopt;
    const StreamShapes& shapes = dynamic_cast<const Shapes&>(*told->second).shapes;
    return c10::multiply_integers(at::IntArrayRef(shapes.front()).slice(1));
}

}  // namespace

Guider media_guider(const Model& model, const Conditioning& positive, const Conditioning& negative,
                    const MediaCfg& cfg) {
    if (std::abs(cfg.video - cfg.sound) <= 1e-9 * std::max(cfg.video, cfg.sound))
        return cfg_guider(model, positive, negative, cfg.video);
    const Model guided = with_changed_options(model, [&cfg](ModelOptions& options) {
        options.always_negative = true;
        options.cfg = [cfg](const GuidanceStep& step, const Pictures& pictures) {
            const Tensor direction = pictures.positive - pictures.negative;
            const std::optional<int64_t> video = video_values(step.positive);
            if (!video) return pictures.negative + direction * cfg.video;
            Tensor result = pictures.negative + direction * cfg.video;
            result.slice(-1, *video)
                .copy_(pictures.negative.slice(-1, *video) + direction.slice(-1, *video) * cfg.sound);
            return result;
        };
    });
    return cfg_guider(guided, positive, negative, std::max(cfg.video, cfg.sound));
}

Model voice_guidance(const Model& model, const ExtraGuidance& settings) {
    return away_from(model, settings, [](const GuidanceStep& step) {
        return seen_with(step, [](NetworkInput& input) { input.extra.erase(reference_sound_name); });
    });
}

Model self_guidance(const Model& model, const std::string& blocks, const ExtraGuidance& settings) {
    std::vector<int64_t> chosen;
    const std::regex number(R"(\d+)");
    for (auto match = std::sregex_iterator(blocks.begin(), blocks.end(), number); match != std::sregex_iterator();
         ++match)
        if (match->length() < 6) chosen.push_back(std::stoll(match->str()));
    if (chosen.empty()) return model;
    return away_from(model, settings, [chosen](const GuidanceStep& step) {
        ModelOptions options = step.options;
        for (const int64_t index : chosen)
            options.patches.self_replacement[{.block = {BlockKind::double_stream, index}}] =
                [](const Tensor&, const Tensor&, const Tensor& values, const PatchPlace&) { return values; };
        return step.evaluate({step.positive}, step.x, step.sigma, options).front();
    });
}

Model coupling_guidance(const Model& model, const ExtraGuidance& settings) {
    return away_from(model, settings, [](const GuidanceStep& step) {
        return seen_with(step, [](NetworkInput& input) { input.extra[severed_name] = at::scalar_tensor(1.0); });
    });
}

}  // namespace easel::inference::ltxv
