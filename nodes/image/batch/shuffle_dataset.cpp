#include "nodes/image/batches.hpp"
#include "nodes/numpy_random.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct ShuffleDataset {
    List<Image> images;
    List<std::uint64_t> seed{0};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/batch";
        s.display_name = "Shuffle Images List";
        s.description = "Randomly shuffle the order of images in a list.";
        s.experimental = true;
        s.search_aliases = {"shuffle", "randomize", "mix"};
        s.in("images", &ShuffleDataset::images).tooltip("List of images to process.");
        s.in("seed", &ShuffleDataset::seed).range(0, 18446744073709551615ull).tooltip("Random seed.");
        s.out("images").tooltip = "Processed images";
    }

    List<Image> execute() const {
        const std::vector<Tensor> pictures = separate_images(images);
        List<Image> shuffled;
        for (std::int64_t i : NumpyRandom(seed.front()).permutation(std::ssize(pictures)))
            shuffled.push_back({pictures[static_cast<std::size_t>(i)]});
        return shuffled;
    }
};

}  // namespace

void register_shuffle_dataset(Registry& registry) { registry.add<ShuffleDataset>("ShuffleDataset"); }

}  // namespace easel::nodes
