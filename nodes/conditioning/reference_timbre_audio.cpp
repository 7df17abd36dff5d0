#include "inference/models/ace15/network.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ReferenceTimbreAudio {
    Conditioning conditioning;
    std::optional<Latent> latent;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ace";
        s.category = "model/conditioning";
        s.display_name = "Set Reference Audio";
        s.description = "This node sets the reference audio for ace step 1.5";
        s.experimental = true;
        s.in("conditioning", &ReferenceTimbreAudio::conditioning);
        s.in("latent", &ReferenceTimbreAudio::latent);
    }

    Conditioning execute() const {
        Conditioning conditions = conditioning;
        if (!latent) return conditions;
        for (inference::Condition& condition : conditions)
            condition.extra[inference::ace15::timbre_name] = latent->samples;
        return conditions;
    }
};

}  // namespace

void register_reference_timbre_audio(Registry& registry) { registry.add<ReferenceTimbreAudio>("ReferenceTimbreAudio"); }

}  // namespace easel::nodes

