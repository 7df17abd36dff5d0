#include "inference/patches/extract_lora.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr double clamp_quantile = 0.99;  // larger values are outliers that training does not make

struct Factors {
    Tensor up, down;
};

// The product of the largest singular values' vectors, shaped as convolutions where the weight is one.
Factors decomposed(const Tensor& difference, int64_t rank) {
    const int64_t out = difference.size(0), in = difference.size(1);
    const bool is_convolution = difference.dim() == 4;
    rank = std::min({rank, in, out});
    auto [u, s, vh] = at::linalg_svd(difference.flatten(1), /*full_matrices=*/false);
    Tensor up = u.narrow(1, 0, rank) * s.narrow(0, 0, rank), down = vh.narrow(0, 0, rank);
    const Tensor limit = at::quantile(at::cat({up.flatten(), down.flatten()}), clamp_quantile);
    up = at::clamp(up, -limit, limit);
    down = at::clamp(down, -limit, limit);
    if (is_convolution) {
        up = up.reshape({out, rank, 1, 1});
        down = down.reshape({rank, in, difference.size(2), difference.size(3)});
    }
    return {up, down};
}

Tensor stored(const Tensor& tensor) { return tensor.contiguous().to(at::kHalf); }

}  // namespace

TensorMap extract_lora(const WeightTable& table, const std::shared_ptr<const PatchSet>& patches,
                       const LoraExtraction& settings, const std::function<std::string(const std::string&)>& name) {
    static const std::vector<AppliedPatch> none;
    TensorMap result;
    for (const auto& entry : table.entries()) {
        const bool is_weight = entry.key.ends_with(".weight"), is_bias = entry.key.ends_with(".bias");
        if (!is_weight && !(is_bias && settings.with_biases)) continue;
        const std::string module = name(entry.key.substr(0, entry.key.rfind('.')));
        const Tensor difference = table.patched(entry, patches ? patches->of(entry.key) : none);
        if (is_bias) {
            result[module + ".diff_b"] = stored(difference);
        } else if (!settings.low_rank || difference.dim() < 2) {
            if (!settings.low_rank || settings.with_biases) result[module + ".diff"] = stored(difference);
        } else {
            try {
                const Factors factors = decomposed(difference, settings.rank);
                result[module + ".lora_up.weight"] = stored(factors.up);
                result[module + ".lora_down.weight"] = stored(factors.down);
            } catch (const c10::Error&) {
                logger("inference")->warn("no LoRA weights for {}: is the difference zero?", entry.key);
            }
        }
    }
    return result;
}

}  // namespace easel::inference
