#include "inference/models/triposplat/triposplat.hpp"

#include "base/error.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/sampling/latent_streams.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <string>

namespace easel::inference::triposplat {
namespace {

std::vector<Block> blocks(const Weights& w, const Weights& ropes) {
    std::vector<Block> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.emplace_back(w / i, ropes / i);
    return result;
}

// Sobol points in the unit cube, [count, 3], scrambled as torch's engine does it with this seed.
Tensor scattered_points(int64_t count) {
    constexpr int64_t dimensions = 3, bits = 30, seed = 123;
    const at::Generator generator = at::detail::createCPUGenerator(static_cast<uint64_t>(seed));
    const auto whole = at::TensorOptions().dtype(at::kLong);
    Tensor state = at::zeros({dimensions, bits}, whole);
    at::_sobol_engine_initialize_state_(state, dimensions);
    const Tensor shift_bits = at::randint(0, 2, {dimensions, bits}, generator, whole);
    const Tensor shift = at::mv(shift_bits, at::pow(2, at::arange(bits, whole)));
    const Tensor triangles = at::randint(0, 2, {dimensions, bits, bits}, generator, whole).tril();
    at::_sobol_engine_scramble_(state, triangles, dimensions);
    const Tensor first = (shift / static_cast<double>(int64_t{1} << bits)).view({1, dimensions}).to(at::kFloat);
    const Tensor rest = std::get<0>(
        at::_sobol_engine_draw(shift.clone(), count - 1, state, dimensions, /*num_generated=*/0, at::kFloat));
    return at::cat({first, rest});
}

}  // namespace

TripoSplat::TripoSplat(const Weights& w)
    : weights_(w), time_in_(w / "t_embedder" / "mlp" / 0), time_out_(w / "t_embedder" / "mlp" / 2),
      modulation_(w / "adaLN_modulation" / 1), cloud_in_(w / "input_layer"), cond_in_(w / "cond_embedder"),
      latent_in_(w / "cond_embedder2"), cloud_out_(w / "out_layer"), camera_out_(w / "cam_out_layer"),
      camera_in_(w / "cam_refiner" / "mlp"), cloud_refiner_(blocks(w / "noise_refiner", w / "noise_repo_layers")),
      picture_refiner_(blocks(w / "context_refiner", w / "context_repo_layers")),
      blocks_(blocks(w / "blocks", w / "repo_layers")), last_table_(w["shift_table"]),
      places_(place_embedding(scattered_points(cloud_tokens), cloud_in_.out_features(), PlaceFrequencies::powers)
                  .unsqueeze(0)) {}

void TripoSplat::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
    input.reference_latents = condition.reference_latents;
}

Tensor TripoSplat::picture_tokens(const NetworkInput& input) const {
    if (!input.context.defined() || input.context.size(-1) != cond_in_.in_features())
        throw UserError("the conditioning does not hold the features of a picture that TripoSplat reads: make it with "
                        "TripoSplatConditioning and a DINOv3 ViT-H/16+");
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor tokens = cond_in_(input.context.to(dtype));
    if (input.reference_latents.empty()) return tokens;
    const Tensor cells = input.reference_latents.front().flatten(2).transpose(1, 2).to(dtype);
    const int64_t before = tokens.size(1) - cells.size(1);  // class token and registers
    if (before < 0 || cells.size(2) != latent_in_.in_features())
        throw UserError("the picture's latent does not fit its features: TripoSplat reads FLUX.2's autoencoder");
    return tokens + latent_in_(at::constant_pad_nd(cells, {0, 0, before, 0}));
}

Tensor TripoSplat::predict(const NetworkInput& input) const {
    const int64_t batch = input.x.size(0), of_camera = camera_out_.out_features(), channels = cloud_in_.in_features();
    const int64_t of_cloud = input.x.size(-1) - of_camera, tokens = of_cloud / channels;
    if (input.x.dim() != 3 || input.x.size(1) != 1 || of_cloud != tokens * channels || tokens > places_.size(1))
        throw UserError("TripoSplat samples latents of " + std::to_string(cloud_tokens) +
                        " tokens with a camera: take the latent of TripoSplatConditioning");
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor row = input.x.to(dtype);
    const Tensor cloud = row.narrow(-1, 0, of_cloud).reshape({batch, tokens, channels});
    const Tensor camera = row.narrow(-1, of_cloud, of_camera);

    const Tensor time = time_out_(
        at::silu(time_in_(timestep_embedding(input.timestep, time_in_.in_features()).to(dtype))));  // [batch, dim]
    const Tensor steer = modulation_(at::silu(time));
    Tensor x = cloud_in_(cloud) + places_.narrow(1, 0, tokens).to(row.options());
    for (const Block& block : cloud_refiner_)
        x = block(x, steer);
    Tensor picture = picture_tokens(input);
    for (const Block& block : picture_refiner_)
        picture = block(picture, steer);

    Streams all{.image = at::cat({x, picture, camera_in_(camera)}, 1), .text = {}};
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::single_stream, static_cast<int64_t>(i)}, all,
                  [&](Streams& sequence) { sequence.image = blocks_[i](sequence.image, steer); });

    const auto last = (last_table_.like(time) + time.unsqueeze(1)).chunk(2, 1);  // shift, scale
    const auto finished = [&](const Tensor& part) {
        return modulate(plain_layer_norm(part.to(at::kFloat), 1e-5).to(dtype), last[1], last[0]);
    };
    const Tensor new_cloud = cloud_out_(finished(all.image.narrow(1, 0, tokens)));
    const Tensor new_camera = camera_out_(finished(all.image.narrow(1, all.image.size(1) - 1, 1)));
    return pack_streams({new_cloud.to(at::kFloat), new_camera.to(at::kFloat)});
}

std::size_t TripoSplat::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections, the angles in float32 and the feed forward network, four times as wide; a picture
    // has about four thousand tokens.
    constexpr int64_t picture = 4101, tensors = 24;
    const int64_t tokens = latent.back() / cloud_in_.in_features();
    return static_cast<std::size_t>(latent[0] * (tokens + picture) * cloud_in_.out_features() * tensors) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::triposplat
