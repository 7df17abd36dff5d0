#include "inference/sampling/latent_file.hpp"

#include "base/error.hpp"
#include "inference/weights/safetensors.hpp"

namespace easel::inference {
namespace {

constexpr const char* tensor_name = "latent_tensor";
constexpr const char* unscaled_marker = "latent_format_version_0";

}  // namespace

LatentImage load_latent(const std::filesystem::path& path) {
    const WeightFile file = open_weights(path);
    const auto samples = file.tensors.find(tensor_name);
    if (samples == file.tensors.end())
        throw ModelError(path.filename().string() + " has no " + tensor_name +
                         ": it is not a latent that SaveLatent wrote");
    const double scale = file.tensors.contains(unscaled_marker) ? 1.0 : 1.0 / 0.18215;
    return {.samples = samples->second.to(at::kFloat) * scale};
}

void save_latent(const std::filesystem::path& path, const LatentImage& latent,
                 const std::map<std::string, std::string>& metadata) {
    save_safetensors(path, {{tensor_name, latent.samples.contiguous()}, {unscaled_marker, at::empty({0})}}, metadata);
}

}  // namespace easel::inference
