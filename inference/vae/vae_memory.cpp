#include "inference/vae/vae_memory.hpp"

#include "base/error.hpp"
#include "base/host_memory.hpp"
#include "base/log.hpp"
#include "inference/memory/device_memory.hpp"

#include <optional>

namespace easel::inference {
namespace {

// Numbers that live at once for each pixel of the picture and channel of the outermost level: a residual block there
// takes twice as many channels as it gives, and holds its input, what is normalised and what is convolved.
constexpr std::size_t numbers_per_channel = 8;
// Videos go through a few frames at a time, in narrower networks that keep the frames before.
constexpr std::size_t frames_at_once = 4;

// Channels of the outermost level: 128 in Stable Diffusion's, 96 in Wan's.
std::size_t outermost_channels(const WeightTable* weights) {
    if (weights != nullptr)
        for (const auto& entry : weights->entries())
            for (const char* last : {"decoder.conv_out.weight", "decoder.head.2.weight"})
                if (entry.key == last) return static_cast<std::size_t>(entry.stored.size(1));
    return 128;
}

std::size_t bytes_for(std::size_t pixels, const Autoencoder& network, at::IntArrayRef sizes,
                      const WeightTable* weights) {
    const at::ScalarType dtype = weights == nullptr ? at::kFloat : weights->settings().compute_dtype;
    const bool is_video = network.dimensions() == 3 && sizes[2] > 1;
    return pixels * outermost_channels(weights) * numbers_per_channel * (is_video ? frames_at_once : 1) *
           c10::elementSize(dtype);
}

std::size_t cells(at::IntArrayRef sizes) { return static_cast<std::size_t>(sizes.back() * sizes[sizes.size() - 2]); }

}  // namespace

std::size_t encoding_bytes(const Autoencoder& network, at::IntArrayRef planes, const WeightTable* weights) {
    return bytes_for(cells(planes), network, planes, weights);
}

std::size_t decoding_bytes(const Autoencoder& network, at::IntArrayRef latent, const WeightTable* weights) {
    const auto ratio = static_cast<std::size_t>(network.downscale_ratio());
    return bytes_for(cells(latent) * ratio * ratio, network, latent, weights);
}

Tensor whole_or_tiled(const WeightTable* weights, std::size_t activation_bytes, const std::function<Tensor()>& whole,
                      const std::function<Tensor(const Tiling&)>& in_tiles) {
    DeviceMemory* const memory = weights == nullptr ? nullptr : weights->settings().memory.get();
    std::optional<std::string> shortage;
    if (memory != nullptr && activation_bytes > memory->room_for_weights())
        shortage = "the whole picture needs " + readable_bytes(activation_bytes);
    // Once more when something idle could be given up; the autoencoder itself is small beside its activations.
    const auto attempt = [&](const std::function<Tensor()>& work, std::size_t bytes) -> std::optional<Tensor> {
        const Lease lease({weights}, bytes);
        do {
            try {
                return work();
            } catch (const std::exception& error) {
                if (memory == nullptr || !is_out_of_memory(error)) throw;
                const std::string text = error.what();
                shortage = text.substr(0, text.find('\n'));
            }
        } while (memory->unload_idle());
        return std::nullopt;
    };
    if (!shortage)
        if (auto result = attempt(whole, activation_bytes)) return *result;
    for (const int64_t side : {512, 256, 128}) {
        logger("inference")->info("the VAE works in tiles of {} pixels: {}", side, *shortage);
        const Tiling tiling{.tile_width = side, .tile_height = side, .overlap = side / 8};
        if (auto result = attempt([&] { return in_tiles(tiling); }, 0)) return *result;
    }
    throw OutOfMemory(memory->shortage(*shortage));
}

}  // namespace easel::inference
