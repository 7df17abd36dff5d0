#include "nodes/types.hpp"

#include <algorithm>
#include <vector>

namespace easel::nodes {
namespace {

struct RebatchImages {
    List<Image> images;
    List<std::int64_t> batch_size{1};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_rebatch";
        s.category = "image/batch";
        s.display_name = "Rebatch Images";
        s.in("images", &RebatchImages::images);
        s.in("batch_size", &RebatchImages::batch_size).range(1, 4096);
    }

    List<Image> execute() const {
        std::vector<Tensor> singles;
        for (const Image& image : images)
            for (const Tensor& single : image.pixels.split(1, 0))
                singles.push_back(single);

        List<Image> batches;
        const auto size = static_cast<std::size_t>(batch_size.front());
        for (std::size_t i = 0; i < singles.size(); i += size) {
            const std::size_t count = std::min(size, singles.size() - i);
            batches.push_back({at::cat(at::TensorList(singles.data() + i, count), 0)});
        }
        return batches;
    }
};

}  // namespace

void register_rebatch_images(Registry& registry) { registry.add<RebatchImages>("RebatchImages"); }

}  // namespace easel::nodes
