// Guidance that is LTX-2's own: pictures and sound apart, and away from what the network makes with something missing.
// Each of the last three runs the network once more in every step, between two shares of the schedule.
#pragma once

#include "inference/sampling/guider.hpp"

#include <string>

namespace easel::inference::ltxv {

// A scale for the video and one for its sound; of latents without sound, the video's counts. (LTXVDualCFGGuider)
struct MediaCfg {
    double video = 3.0, sound = 7.0;
};
Guider media_guider(const Model& model, const Conditioning& positive, const Conditioning& negative,
                    const MediaCfg& cfg);

struct ExtraGuidance {
    double scale = 1.0;
    double start_percent = 0.0, end_percent = 1.0;
};
// Away from a sound without the voice that it is to have. (LTXVReferenceAudio)
Model voice_guidance(const Model& model, const ExtraGuidance& settings);
// Away from what comes of it when the tokens in the blocks that `blocks` names by their numbers see themselves only.
// (LTXVSpatioTemporalGuidance)
Model self_guidance(const Model& model, const std::string& blocks, const ExtraGuidance& settings);
// Away from pictures and sound that do not know of each other. (LTXVModalityGuidance)
Model coupling_guidance(const Model& model, const ExtraGuidance& settings);

}  // namespace easel::inference::ltxv
