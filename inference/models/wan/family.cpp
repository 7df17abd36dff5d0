// Wan 2.1 (text or picture to video) and 2.2 (both 14B experts, and the 5B model with latents of its own), and the
// networks that were made of them: speech, people, poses, dance, frames one after the other.
#include "inference/models/family.hpp"

#include "inference/models/wan/animate/animate.hpp"
#include "inference/models/wan/animate/animate2.hpp"
#include "inference/models/wan/causal/causal_wan.hpp"
#include "inference/models/wan/dancer/dancer.hpp"
#include "inference/models/wan/scail/scail.hpp"
#include "inference/models/wan/speech/humo.hpp"
#include "inference/models/wan/speech/s2v.hpp"

#include <nlohmann/json.hpp>

namespace easel::inference {
namespace {

using Json = nlohmann::json;

// What a file says of its transformer where the weights do not tell: {"model_type": "animate2"}, {"causal_ar": true}.
Json said_of_transformer(const Weights& w) {
    const Json config = Json::parse(w.metadata("config"), nullptr, /*allow_exceptions=*/false);
    return config.is_object() && config.contains("transformer") && config["transformer"].is_object()
               ? config["transformer"]
               : Json::object();
}

bool is_animate2(const Weights& w) { return said_of_transformer(w).value("model_type", Json()) == "animate2"; }
bool is_causal(const Weights& w) { return said_of_transformer(w).value("causal_ar", Json()) == true; }

std::unique_ptr<DiffusionModel> build_wan(const Weights& w) {
    if (w.has_part("casual_audio_encoder")) return std::make_unique<wan::SpeechVideo>(w);
    if (w.has_part("audio_proj")) return std::make_unique<wan::HumanMotion>(w);
    if (w.has_part("face_adapter")) return std::make_unique<wan::Animate>(w);
    if (w.has_part("patch_embedding_pose")) return std::make_unique<wan::Scail>(w);
    if (w.has_part("patch_embedding_global")) return std::make_unique<wan::Dancer>(w);
    if (is_animate2(w)) return std::make_unique<wan::Animate2>(w);
    if (is_causal(w)) return std::make_unique<wan::CausalWan>(w);
    return std::make_unique<wan::Wan>(w);
}

Parameterization wan_parameterization(const Weights& w) {
    return {flow_prediction(), flow_levels(is_animate2(w) || is_causal(w) ? 5.0 : 8.0)};
}

bool has_deep_latents(const Weights& w) { return w["head.head.weight"].size(0) == 48 * 4; }

}  // namespace

void register_wan(Families& families) {
    families.push_back({
        .name = "wan",
        .matches = [](const Weights& w) { return w.contains("head.modulation"); },
        .build = build_wan,
        .parameterization = wan_parameterization,
        .latent_format =
            [](const Weights& w) { return has_deep_latents(w) ? wan22_latent_format() : wan21_latent_format(); },
        .text = {.family = "wan", .parts = {{.kind = "umt5xxl", .prefixes = {"text_encoders.umt5xxl.transformer."}}}},
    });
}

}  // namespace easel::inference
