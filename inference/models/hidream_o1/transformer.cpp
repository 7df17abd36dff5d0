#include "inference/models/hidream_o1/transformer.hpp"

#include "base/error.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/hidream_o1/references.hpp"

namespace easel::inference::hidream_o1 {
namespace {

constexpr double whole_time = 1000.0;  // the network's time at pure noise
constexpr double least_sigma = 1e-3;   // by which the velocity is divided
constexpr int64_t time_frequencies = 256;
constexpr int64_t seen_head_size = 72;  // of the vision tower
constexpr std::string_view ids_input = "text_input_ids", seen_input = "reference_tokens",
                           followed_input = "reference_patches", seen_grids = "reference_token_grids",
                           followed_grids = "reference_patch_grids";

LanguageModelConfig config() { return {.rope_base = 5e6, .rope_sections = {24, 20, 20}, .sections_interleave = true}; }

Tensor from_grids(const std::vector<Grid>& grids) {
    std::vector<int64_t> sides;
    for (const Grid& grid : grids) {
        sides.push_back(grid.rows);
        sides.push_back(grid.columns);
    }
    return at::tensor(sides, at::kLong).view({1, -1, 2});
}

std::vector<Grid> to_grids(const Tensor& sides) {
    std::vector<Grid> grids;
    if (!sides.defined()) return grids;
    for (int64_t i = 0; i < sides.size(1); ++i)
        grids.push_back({.rows = sides[0][i][0].item<int64_t>(), .columns = sides[0][i][1].item<int64_t>()});
    return grids;
}

}  // namespace

Transformer::Transformer(const Weights& w)
    : weights_(w), language_(w / "language_model", config()), vision_(w / "visual", seen_head_size),
      time_in_(w / "t_embedder1" / "mlp" / 0), time_out_(w / "t_embedder1" / "mlp" / 2),
      patch_in_(w / "x_embedder" / "proj1"), patch_middle_(w / "x_embedder" / "proj2"),
      patch_out_(w / "final_layer2" / "linear") {}

void Transformer::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    const auto ids = condition.extra.find(ids_input);
    if (ids == condition.extra.end())
        throw UserError(
            "the conditioning was not made for HiDream-O1: encode the prompt with the CLIP of its checkpoint");
    input.extra.emplace(ids_input, ids->second);
    if (condition.reference_latents.empty()) return;
    const PreparedReferences references =
        prepare_references(condition.reference_latents, target.shape[2], target.shape[3]);
    std::vector<Tensor> seen;
    for (const Tensor& picture : references.to_see)
        seen.push_back(vision_.look_at((picture.to(weights_.device()) - 0.5) / 0.5).vectors);
    input.extra.insert_or_assign(std::string(ids_input), with_places(ids->second, references.grids.seen));
    input.extra.emplace(seen_input, at::cat(seen).unsqueeze(0));
    input.extra.emplace(followed_input, references.patches);
    input.extra.emplace(seen_grids, from_grids(references.grids.seen));
    input.extra.emplace(followed_grids, from_grids(references.grids.followed));
}

Tensor Transformer::prompt_vectors(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor ids = input.find(ids_input);
    Tensor vectors = language_.embed(ids.flatten()).view({ids.size(0), ids.size(1), -1}).to(dtype);
    if (const Tensor seen = input.find(seen_input); seen.defined()) {
        const Tensor places = (ids[0] == image_token).nonzero().squeeze(1);
        vectors = vectors.index_copy(1, places, seen.to(dtype));
    }
    const Tensor share = 1.0 - input.timestep / whole_time;  // of the picture
    const Tensor waves = timestep_embedding(share * whole_time, time_frequencies).to(dtype);
    const Tensor time = time_out_(at::silu(time_in_(waves))).unsqueeze(1);  // [batch, 1, dim]
    return at::where((ids == time_token).unsqueeze(-1), time, vectors);
}

Tensor Transformer::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t rows = input.x.size(2) / patch, columns = input.x.size(3) / patch;
    if (rows * patch != input.x.size(2) || columns * patch != input.x.size(3))
        throw UserError("HiDream-O1 draws pictures whose sides are multiples of " + std::to_string(patch) + " pixels");
    const Tensor prompt = prompt_vectors(input);
    Tensor patches = to_patches(input.x, patch, PatchOrder::channels_first);  // [batch, tokens, 3072]
    if (const Tensor followed = input.find(followed_input); followed.defined())
        patches = at::cat({patches, followed}, 1);
    const Tensor drawn = patch_middle_(patch_in_(patches.to(dtype)));

    const References references{.seen = to_grids(input.find(seen_grids)),
                                .followed = to_grids(input.find(followed_grids))};
    const Tensor where = positions(prompt.size(1), {.rows = rows, .columns = columns}, references).to(input.x.device());
    const int64_t read = prompt.size(1) - 1;  // the time's token is the last, and belongs to what is drawn
    KeyValueCache cache;
    language_({.embeddings = prompt.narrow(1, 0, read), .positions = where.narrow(1, 0, read), .cache = &cache}, {});
    const Tensor rest = at::cat({prompt.narrow(1, read, 1), drawn}, 1);
    const auto output = language_(
        {.embeddings = rest, .positions = where.narrow(1, read, rest.size(1)), .cache = &cache, .is_causal = false},
        {});
    const Tensor tokens = patch_out_(output.last.narrow(1, 1, rows * columns));
    const Tensor picture = from_patches(tokens, rows, columns, patch, PatchOrder::channels_first).to(at::kFloat);
    const Tensor sigma = (input.timestep / whole_time).clamp_min(least_sigma).view({-1, 1, 1, 1});
    return (input.x - picture) / sigma;
}

std::size_t Transformer::activation_bytes(at::IntArrayRef latent) const {
    // About twelve tensors of one token each live at once, and the two insides of the feed forward, which are three
    // times as wide; keys and values of the prompt in all layers count as some hundred tokens more.
    constexpr int64_t prompt_tokens = 600;
    const int64_t tokens = latent[0] * (latent[2] * latent[3] / (patch * patch) + prompt_tokens);
    return static_cast<std::size_t>(tokens * language_.dim() * 18) * c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::hidream_o1
