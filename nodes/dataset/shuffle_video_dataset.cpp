#include "nodes/numpy_random.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct ShuffleVideoDataset {
    List<Video> videos;
    List<std::uint64_t> seed{0};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "video/batch";
        s.display_name = "Shuffle Videos List";
        s.description = "Randomly shuffle the order of videos in a list.";
        s.experimental = true;
        s.search_aliases = {"shuffle", "randomize", "mix"};
        s.in("videos", &ShuffleVideoDataset::videos).tooltip("List of videos to shuffle.");
        s.in("seed", &ShuffleVideoDataset::seed).range(0, 18446744073709551615ull).tooltip("Random seed.");
        s.out("videos").tooltip = "Shuffled videos";
    }

    List<Video> execute() const {
        List<Video> shuffled;
        for (std::int64_t i : NumpyRandom(seed.front()).permutation(std::ssize(videos)))
            shuffled.push_back(videos[static_cast<std::size_t>(i)]);
        return shuffled;
    }
};

}  // namespace

void register_shuffle_video_dataset(Registry& registry) { registry.add<ShuffleVideoDataset>("ShuffleVideoDataset"); }

}  // namespace easel::nodes
