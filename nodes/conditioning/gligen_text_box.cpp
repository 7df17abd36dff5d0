#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/gligen_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

using GligenLink = std::shared_ptr<const inference::Gligen>;

constexpr std::int64_t pixels_a_cell = 8;

struct GligenLoader {
    std::string gligen_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load GLIGEN Model";
        s.in("gligen_name", &GligenLoader::gligen_name).choices(files_in("gligen"));
    }

    GligenLink execute(Context& context) const {
        return context.use<inference::Engine>().load_gligen(context.use<Folders>().require("gligen", gligen_name));
    }
};

struct GligenTextBoxApply {
    Conditioning conditioning_to;
    Clip clip;
    GligenLink gligen_textbox_model;
    std::string text;
    std::int64_t width = 64;
    std::int64_t height = 64;
    std::int64_t x = 0;
    std::int64_t y = 0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/gligen";
        s.display_name = "Apply GLIGEN Text Box";
        s.in("conditioning_to", &GligenTextBoxApply::conditioning_to);
        s.in("clip", &GligenTextBoxApply::clip);
        s.in("gligen_textbox_model", &GligenTextBoxApply::gligen_textbox_model);
        s.in("text", &GligenTextBoxApply::text).no_default().multiline().dynamic_prompts();
        s.in("width", &GligenTextBoxApply::width).range(8, 16384).step(8);
        s.in("height", &GligenTextBoxApply::height).range(8, 16384).step(8);
        s.in("x", &GligenTextBoxApply::x).range(0, 16384).step(8);
        s.in("y", &GligenTextBoxApply::y).range(0, 16384).step(8);
    }

    Conditioning execute() const {
        const Conditioning phrase = clip.encode({.prompt = text, .settings = {{"unprojected_pooled", 1.0}}});
        const inference::GroundedPhrase box{.pooled = phrase.front().pooled.value(),
                                            .height = height / pixels_a_cell,
                                            .width = width / pixels_a_cell,
                                            .y = y / pixels_a_cell,
                                            .x = x / pixels_a_cell};
        Conditioning grounded = conditioning_to;
        for (inference::Condition& condition : grounded) {
            auto phrases = std::make_shared<inference::GroundedPhrases>();
            if (condition.grounded) *phrases = *condition.grounded;
            phrases->model = gligen_textbox_model;
            phrases->phrases.push_back(box);
            condition.grounded = std::move(phrases);
        }
        return grounded;
    }
};

}  // namespace

void register_gligen_text_box(Registry& registry) {
    registry.add<GligenLoader>("GLIGENLoader");
    registry.add<GligenTextBoxApply>("GLIGENTextBoxApply");
}

}  // namespace easel::nodes
