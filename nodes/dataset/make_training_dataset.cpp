#include "base/error.hpp"
#include "nodes/types.hpp"

#include <string>
#include <utility>

namespace easel::nodes {
namespace {

struct MakeTrainingDataset {
    List<Image> images;
    List<Vae> vae;
    List<Clip> clip;
    List<std::string> texts;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "model/training";
        s.display_name = "Make Training Dataset";
        s.description =
            "Encode images with VAE and texts with CLIP to create a training dataset of latents and conditionings.";
        s.experimental = true;
        s.search_aliases = {"encode dataset"};
        s.in("images", &MakeTrainingDataset::images).tooltip("List of images to encode.");
        s.in("vae", &MakeTrainingDataset::vae).tooltip("VAE model for encoding images to latents.");
        s.in("clip", &MakeTrainingDataset::clip).tooltip("CLIP model for encoding text to conditioning.");
        s.in("texts", &MakeTrainingDataset::texts)
            .force_input()
            .option("multiline", false)
            .tooltip("List of text captions. Can be length n (matching images), 1 (repeated for all), or omitted (uses "
                     "empty string).")
            .optional();
        s.out("latents").tooltip = "List of latent dicts";
        s.out("conditioning").tooltip = "List of conditioning lists";
    }

    std::tuple<List<Latent>, List<Conditioning>> execute(Context& context) const {
        const std::size_t count = texts.empty() ? 1 : texts.size();
        if (count != 1 && count != images.size())
            throw UserError("Number of texts (" + std::to_string(count) + ") does not match number of images (" +
                            std::to_string(images.size()) + "). Text list should have length " +
                            std::to_string(images.size()) + ", 1, or 0.");
        List<Latent> latents;
        for (const Image& image : images) {
            latents.push_back({.samples = vae.front().encode(image.pixels.narrow(-1, 0, 3))});
            context.progress(static_cast<double>(latents.size()), static_cast<double>(images.size()));
        }
        List<Conditioning> conditions;
        for (std::size_t i = 0; i < count; ++i)
            conditions.push_back(clip.front().encode(texts.empty() ? std::string() : texts[i]));
        while (conditions.size() < images.size())
            conditions.push_back(conditions.front());
        return {latents, conditions};
    }
};

}  // namespace

void register_make_training_dataset(Registry& registry) { registry.add<MakeTrainingDataset>("MakeTrainingDataset"); }

}  // namespace easel::nodes
