#include "base/error.hpp"
#include "nodes/numpy_random.hpp"
#include "nodes/types.hpp"

#include <utility>

namespace easel::nodes {
namespace {

struct ShuffleImageTextDataset {
    List<Image> images;
    List<std::string> texts;
    List<std::uint64_t> seed{0};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/batch";
        s.display_name = "Shuffle Pairs of Image-Text";
        s.description = "Randomly shuffle the order of pairs of image-text in a list.";
        s.experimental = true;
        s.search_aliases = {"shuffle", "randomize", "mix"};
        s.in("images", &ShuffleImageTextDataset::images).tooltip("List of images to shuffle.");
        s.in("texts", &ShuffleImageTextDataset::texts)
            .force_input()
            .option("multiline", false)
            .tooltip("List of texts to shuffle.");
        s.in("seed", &ShuffleImageTextDataset::seed).range(0, 18446744073709551615ull).tooltip("Random seed.");
        s.out("images").tooltip = "Shuffled images";
        s.out("texts").tooltip = "Shuffled texts";
    }

    std::tuple<List<Image>, List<std::string>> execute() const {
        List<Image> shuffled;
        List<std::string> captions;
        for (std::int64_t i : NumpyRandom(seed.front()).permutation(std::ssize(images))) {
            if (i >= std::ssize(texts)) throw NamedError("IndexError", "there are more images than texts");
            shuffled.push_back(images[static_cast<std::size_t>(i)]);
            captions.push_back(texts[static_cast<std::size_t>(i)]);
        }
        return {std::move(shuffled), std::move(captions)};
    }
};

}  // namespace

void register_shuffle_image_text_dataset(Registry& registry) {
    registry.add<ShuffleImageTextDataset>("ShuffleImageTextDataset");
}

}  // namespace easel::nodes
