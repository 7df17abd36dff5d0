#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TextEncodeAceStepAudio {
    Clip clip;
    std::string tags;
    std::string lyrics;
    double lyrics_strength = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ace";
        s.category = "model/conditioning/ace";
        s.in("clip", &TextEncodeAceStepAudio::clip);
        s.in("tags", &TextEncodeAceStepAudio::tags).no_default().multiline().dynamic_prompts();
        s.in("lyrics", &TextEncodeAceStepAudio::lyrics).no_default().multiline().dynamic_prompts();
        s.in("lyrics_strength", &TextEncodeAceStepAudio::lyrics_strength).range(0.0, 10.0).step(0.01);
    }

    Conditioning execute() const {
        Conditioning conditions = clip.encode({.prompt = tags, .by_encoder = {{"lyrics", lyrics}}});
        for (inference::Condition& condition : conditions)
            condition.extra["lyrics_strength"] = at::scalar_tensor(lyrics_strength, at::kDouble);
        return conditions;
    }
};

}  // namespace

void register_text_encode_ace_step_audio(Registry& registry) {
    registry.add<TextEncodeAceStepAudio>("TextEncodeAceStepAudio");
}

}  // namespace easel::nodes

