#include "base/error.hpp"
#include "nodes/numpy_random.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

#include <utility>

namespace easel::nodes {
namespace {

struct ShuffleVideoTextDataset {
    List<Video> videos;
    List<std::string> texts;
    List<std::uint64_t> seed{0};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "dataset/video";
        s.display_name = "Shuffle Pairs of Video-Text";
        s.description = "Randomly shuffle the order of pairs of video-text in a list.";
        s.experimental = true;
        s.search_aliases = {"shuffle", "randomize", "mix"};
        s.in("videos", &ShuffleVideoTextDataset::videos).tooltip("List of videos to shuffle.");
        s.in("texts", &ShuffleVideoTextDataset::texts).option("multiline", false).tooltip("List of texts to shuffle.");
        s.in("seed", &ShuffleVideoTextDataset::seed).range(0, 18446744073709551615ull).tooltip("Random seed.");
        s.out("videos").tooltip = "Shuffled videos";
        s.out("texts").tooltip = "Shuffled texts";
    }

    std::tuple<List<Video>, List<std::string>> execute() const {
        List<Video> shuffled;
        List<std::string> captions;
        for (std::int64_t i : NumpyRandom(seed.front()).permutation(std::ssize(videos))) {
            if (i >= std::ssize(texts)) throw NamedError("IndexError", "there are more videos than texts");
            shuffled.push_back(videos[static_cast<std::size_t>(i)]);
            captions.push_back(texts[static_cast<std::size_t>(i)]);
        }
        return {std::move(shuffled), std::move(captions)};
    }
};

}  // namespace

void register_shuffle_video_text_dataset(Registry& registry) {
    registry.add<ShuffleVideoTextDataset>("ShuffleVideoTextDataset");
}

}  // namespace easel::nodes
