#include "nodes/types.hpp"

namespace easel::inference {

using nodes::memory_of;

graph::Footprint footprint(const LatentImage& latent) {
    graph::Footprint sum{.bytes = memory_of(latent.samples) + memory_of(latent.noise_mask)};
    for (const LatentStream& stream : latent.streams)
        sum.bytes += memory_of(stream.samples) + memory_of(stream.noise_mask);
    return sum;
}

graph::Footprint footprint(const Condition& condition) {
    std::size_t bytes = 0;
    for (const auto* tensor : {&condition.pooled, &condition.mask, &condition.concat_latent_image,
                               &condition.concat_mask, &condition.attention_mask})
        bytes += memory_of(*tensor);
    for (const Tensor& latent : condition.reference_latents)
        bytes += memory_of(latent);
    for (const auto& [name, tensor] : condition.extra)
        bytes += memory_of(tensor);
    return {.bytes = bytes + memory_of(condition.cross)};
}

graph::Footprint footprint(const Conditioning& conditions) {
    graph::Footprint sum;
    for (const Condition& condition : conditions)
        sum.bytes += footprint(condition).bytes;
    return sum;
}

}  // namespace easel::inference
