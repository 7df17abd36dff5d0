// What the stream of poses is before each block of Wan-Animate-2. It does not depend on the video that is made, so it
// can be kept from one step to the next: half of the work, for gigabytes of memory.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace easel::inference::wan {

// Comes with a network's input, as an attachment that lives as long as a run of sampling.
class PoseStore : public Attachment {
public:
    static constexpr std::string_view name = "pose_store";

    struct Settings {
        bool on_device = false;  // where the network computes; else in main memory
        int64_t bits = 0;        // 8 or 4 for each number, with a scale for each token; 0 keeps them as they are
    };
    explicit PoseStore(Settings settings) : settings_(settings) {}

    // Tokens before each block, [1, tokens, dim], of one video of poses.
    class Blocks {
    public:
        explicit Blocks(Settings settings) : settings_(settings) {}
        int64_t count() const { return static_cast<int64_t>(blocks_.size()); }
        void add(const Tensor& tokens);
        // As activations of `like`'s type and place.
        Tensor of(int64_t block, const Tensor& like) const;

    private:
        struct Kept {
            Tensor values, scale;  // scale [tokens, 1], undefined where values are plain
        };
        Settings settings_;
        std::vector<Kept> blocks_;
        std::vector<int64_t> shape_;
    };

    // Those of `poses` [batch, channels, frames, h, w], whose members are equal; none when they were not seen before.
    Blocks& of(const Tensor& poses) const;

private:
    Settings settings_;
    mutable std::vector<std::pair<Tensor, Blocks>> videos_;
};

}  // namespace easel::inference::wan
