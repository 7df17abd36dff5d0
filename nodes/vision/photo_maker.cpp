#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "inference/vision/photo_maker.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace easel::nodes {

using PhotoMaker = std::shared_ptr<const inference::PhotoMaker>;

}  // namespace easel::nodes

namespace easel::graph {

template <>
struct SocketOf<nodes::PhotoMaker> {
    static constexpr std::string_view name = "PHOTOMAKER";
};

}  // namespace easel::graph

namespace easel::nodes {
namespace {

constexpr std::string_view trigger = "photomaker";
constexpr std::int64_t most_tokens = 77;

// Where the word stands among those that single spaces divide, from 0.
std::optional<std::int64_t> place_of_trigger(const std::string& text) {
    std::int64_t place = 0;
    for (std::size_t start = 0; start <= text.size(); ++place) {
        const std::size_t end = std::min(text.find(' ', start), text.size());
        if (std::string_view(text).substr(start, end - start) == trigger) return place;
        start = end + 1;
    }
    return std::nullopt;
}

struct PhotoMakerLoader {
    std::string photomaker_model_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_photomaker";
        s.category = "model/loaders";
        s.display_name = "Load PhotoMaker Model";
        s.experimental = true;
        s.in("photomaker_model_name", &PhotoMakerLoader::photomaker_model_name).choices(files_in("photomaker"));
    }

    PhotoMaker execute(Context& context) const {
        const auto path = context.use<Folders>().require("photomaker", photomaker_model_name);
        return std::make_shared<const inference::PhotoMaker>(
            context.use<inference::Engine>().load_weights(path, inference::ModelPart::text_encoder));
    }
};

struct PhotoMakerEncode {
    PhotoMaker photomaker;
    Image image;
    Clip clip;
    std::string text = "photograph of photomaker";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_photomaker";
        s.category = "model/conditioning/photomaker";
        s.display_name = "PhotoMaker Encode";
        s.experimental = true;
        s.in("photomaker", &PhotoMakerEncode::photomaker);
        s.in("image", &PhotoMakerEncode::image);
        s.in("clip", &PhotoMakerEncode::clip);
        s.in("text", &PhotoMakerEncode::text).multiline().dynamic_prompts();
    }

    // The face goes into the token before the word "photomaker", were every word one token.
    Conditioning execute() const {
        Conditioning encoded = clip.encode(text);
        const auto token = place_of_trigger(text);
        if (!token) return encoded;
        for (inference::Condition& condition : encoded) {
            if (condition.cross.size(1) > most_tokens)
                throw UserError("PhotoMaker takes prompts of at most " + std::to_string(most_tokens - 2) + " tokens");
            if (*token >= condition.cross.size(1)) throw UserError("the word photomaker comes too late in the prompt");
            condition.cross = (*photomaker)(condition.cross, image.pixels, *token);
        }
        return encoded;
    }
};

}  // namespace

void register_photo_maker(Registry& registry) {
    registry.add<PhotoMakerLoader>("PhotoMakerLoader");
    registry.add<PhotoMakerEncode>("PhotoMakerEncode");
}

}  // namespace easel::nodes
