// IP-Adapter (Ye et al. 2023): attention to a picture beside attention to the prompt, in Stable Diffusion's UNets. The
// standard ones see a picture's embedding, "plus" and "full face" ones its features.
#pragma once

#include "inference/models/model.hpp"
#include "inference/vision/clip_vision.hpp"
#include "inference/weights/safetensors.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference {

class IpAdapter {
public:
    // Throws ModelError when the file is no IP-Adapter that is known.
    explicit IpAdapter(const WeightFile& file);
    ~IpAdapter();

    // Whether it reads features instead of the embedding.
    bool reads_features() const;
    // What it reads of pictures that a vision model saw: [batch, dim] or [batch, patches, dim].
    Tensor read(const ClipVisionOutput& seen) const;
    // What it attends to for what `read` returned: [batch, tokens, dim].
    Tensor tokens(const Tensor& read) const;

    // Keys and values of the attention with this number.
    struct KeysAndValues {
        Tensor keys, values;  // [batch, tokens, dim]
    };
    KeysAndValues project(int64_t attention, const Tensor& tokens) const;
    int64_t attention_count() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// How the strength is spread over a network's transformers and over keys and values.
struct IpAdapterWeights {
    double weight = 1.0;
    std::string_view spread = "linear";   // ip_adapter_spreads
    std::string_view scaling = "V only";  // ip_adapter_scalings
};
extern const std::vector<std::string_view> ip_adapter_spreads;
extern const std::vector<std::string_view> ip_adapter_scalings;

// Several pictures as one, "add", "subtract", "average" or "norm average"; "concat" leaves them as they are.
extern const std::vector<std::string_view> ip_adapter_combinations;
Tensor combined_pictures(const Tensor& read, std::string_view how);

struct IpAdapterUse {
    std::shared_ptr<const IpAdapter> adapter;
    Tensor tokens, nothing;  // for the positive and the negative side: [1, tokens, dim]
    IpAdapterWeights weights;
    double start_percent = 0.0, end_percent = 1.0;  // of the schedule
    std::optional<Tensor> mask = {};                // [batch, h, w]: where the picture counts
};

// A handle whose network also attends to the picture. Throws UserError when the adapter was made for another network.
Model with_ip_adapter(const Model& model, const IpAdapterUse& use);

}  // namespace easel::inference
