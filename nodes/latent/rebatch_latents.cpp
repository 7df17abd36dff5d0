#include "nodes/types.hpp"

#include <algorithm>
#include <vector>

namespace easel::nodes {
namespace {

// Pixels a side of one latent cell, in which masks that are made here are measured.
constexpr std::int64_t cell = 8;

// One latent of a batch, with its mask and its place in the seed's noise.
struct Single {
    Tensor samples;  // [1, channels, height, width]
    Tensor mask;     // [1, 1, h, w]
    std::int64_t place;

    bool fits(const Single& other) const {
        return samples.size(-1) == other.samples.size(-1) && samples.size(-2) == other.samples.size(-2);
    }
};

// The mask of each latent of a batch: everything is sampled where there is none, and a short one starts again.
Tensor masks_of(const Latent& latent) {
    const Tensor& samples = latent.samples;
    const std::int64_t batch = samples.size(0);
    if (!latent.noise_mask) return at::ones({batch, 1, samples.size(-2) * cell, samples.size(-1) * cell});
    const Tensor mask = latent.noise_mask->reshape({-1, 1, latent.noise_mask->size(-2), latent.noise_mask->size(-1)});
    return mask.repeat({(batch - 1) / mask.size(0) + 1, 1, 1, 1}).narrow(0, 0, batch);
}

// Latents without places of their own are numbered through the whole list.
std::vector<Single> singles_of(const List<Latent>& latents) {
    std::vector<Single> singles;
    for (const Latent& latent : latents) {
        const Tensor masks = masks_of(latent);
        const auto before = static_cast<std::int64_t>(singles.size());
        for (std::int64_t i = 0; i < latent.samples.size(0); ++i) {
            const std::int64_t place =
                latent.batch_index ? latent.batch_index->at(static_cast<std::size_t>(i)) : before + i;
            singles.push_back({latent.samples.narrow(0, i, 1), masks.narrow(0, i, 1), place});
        }
    }
    return singles;
}

struct RebatchLatents {
    List<Latent> latents;
    List<std::int64_t> batch_size{1};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_rebatch";
        s.category = "model/latent/batch";
        s.display_name = "Rebatch Latents";
        s.in("latents", &RebatchLatents::latents);
        s.in("batch_size", &RebatchLatents::batch_size).range(1, 4096);
    }

    // Latents of different sizes never share a batch; a mask that leaves nothing out is dropped.
    List<Latent> execute() const {
        const std::vector<Single> singles = singles_of(latents);
        const auto size = static_cast<std::size_t>(batch_size.front());
        List<Latent> batches;
        for (std::size_t begin = 0, end = 0; begin < singles.size(); begin = end) {
            std::vector<Tensor> samples, masks;
            std::vector<std::int64_t> places;
            for (; end < singles.size() && end - begin < size && singles[end].fits(singles[begin]); ++end) {
                samples.push_back(singles[end].samples);
                masks.push_back(singles[end].mask);
                places.push_back(singles[end].place);
            }
            Latent batch{.samples = at::cat(samples, 0), .batch_index = std::move(places)};
            const Tensor mask = at::cat(masks, 0);
            if (mask.mean().item<double>() != 1.0) batch.noise_mask = mask;
            batches.push_back(std::move(batch));
        }
        return batches;
    }
};

}  // namespace

void register_rebatch_latents(Registry& registry) { registry.add<RebatchLatents>("RebatchLatents"); }

}  // namespace easel::nodes
