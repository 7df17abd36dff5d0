#include "base/error.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {
namespace {

// Samples of one size, and a condition for each.
struct Bucket {
    std::int64_t height = 0, width = 0;
    std::vector<Tensor> samples;
    Conditioning conditions;
};

struct ResolutionBucket {
    List<Latent> latents;
    List<Conditioning> conditioning;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "model/training";
        s.display_name = "Resolution Bucket";
        s.description = "Group latents and conditionings into buckets";
        s.experimental = true;
        s.search_aliases = {"bucket by resolution", "group by resolution", "batch by resolution"};
        s.in("latents", &ResolutionBucket::latents).tooltip("List of latent dicts to bucket by resolution.");
        s.in("conditioning", &ResolutionBucket::conditioning)
            .tooltip("List of conditioning lists (must match latents length).");
        s.out("latents").tooltip = "List of batched latent dicts, one per resolution bucket.";
        s.out("conditioning").tooltip = "List of condition lists, one per resolution bucket.";
    }

    std::tuple<List<Latent>, List<Conditioning>> execute() const {
        if (latents.size() != conditioning.size())
            throw UserError("Number of latents (" + std::to_string(latents.size()) +
                            ") does not match number of conditions (" + std::to_string(conditioning.size()) + ").");
        std::vector<Bucket> buckets;  // in the order of their first samples
        for (std::size_t i = 0; i < latents.size(); ++i)
            sort_in(buckets, latents[i].samples, conditioning[i]);
        List<Latent> batches;
        List<Conditioning> conditions;
        for (const Bucket& bucket : buckets) {
            batches.push_back({.samples = at::stack(bucket.samples)});
            conditions.push_back(bucket.conditions);
        }
        return {batches, conditions};
    }

    static void sort_in(std::vector<Bucket>& buckets, const Tensor& samples, const Conditioning& conditions) {
        if (std::ssize(conditions) < samples.size(0))
            throw UserError("a batch of " + std::to_string(samples.size(0)) + " latents has only " +
                            std::to_string(conditions.size()) + " conditions: give one for each");
        const std::int64_t height = samples.size(-2), width = samples.size(-1);
        auto bucket = std::ranges::find_if(
            buckets, [&](const Bucket& other) { return other.height == height && other.width == width; });
        if (bucket == buckets.end()) bucket = buckets.insert(bucket, {.height = height, .width = width});
        for (std::int64_t i = 0; i < samples.size(0); ++i) {
            bucket->samples.push_back(samples[i]);
            bucket->conditions.push_back(conditions[static_cast<std::size_t>(i)]);
        }
    }
};

}  // namespace

void register_resolution_bucket(Registry& registry) { registry.add<ResolutionBucket>("ResolutionBucket"); }

}  // namespace easel::nodes
