#include "inference/models/wan/dancer/dancer.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>

namespace easel::inference::wan {
namespace {

constexpr int64_t music_heads = 4, tokens_per_frame = 8;
constexpr double fine_rate = 30.0;  // frames a second
const std::vector<int64_t> dancing_blocks{0, 4, 8, 12, 16, 20, 24, 27};

bool is_coarse(double rate) { return static_cast<int64_t>(rate + 0.5) != static_cast<int64_t>(fine_rate); }

// When the latent frames are, counted in those of the fine network; the last one ends the video.
std::vector<double> times_at(double rate, int64_t frames) {
    const double step = fine_rate / rate;
    std::vector<double> times;
    for (int64_t i = 0; i < frames; ++i)
        times.push_back(static_cast<double>(i) * step);
    times.back() = static_cast<double>(static_cast<int64_t>(step * static_cast<double>(frames) + 0.5) - 1);
    return times;
}

}  // namespace

Dancer::MusicLayer::MusicLayer(const Weights& w)
    : qkv_weight(w["self_attn.in_proj_weight"]), qkv_bias(w["self_attn.in_proj_bias"]),
      out(w / "self_attn" / "out_proj"), ff_in(w / "linear1"), ff_out(w / "linear2"), norm1(w / "norm1"),
      norm2(w / "norm2") {}

Tensor Dancer::MusicLayer::operator()(const Tensor& x, const Rope& rope) const {
    const Tensor normed = norm1(x);
    const auto parts = at::linear(normed, qkv_weight.like(x), qkv_bias.like(x)).chunk(3, 2);
    const Tensor q = rotate_pairs(split_heads(parts[0], music_heads), rope);
    const Tensor k = rotate_pairs(split_heads(parts[1], music_heads), rope);
    const Tensor heard = x + out(merge_heads(attention(q, k, split_heads(parts[2], music_heads))));
    return heard + ff_out(at::gelu(ff_in(norm2(heard))));
}

Dancer::Dancer(const Weights& w)
    : Network(w), coarse_patches_(w / "patch_embedding_global"), reference_in_(w / "img_emb_refimage"),
      coarse_head_(w / "head_global"), injector_(w / "music_injector", dancing_blocks),
      music_in_(w / "music_projection") {
    music_layers_ = blocks_of<MusicLayer>(w / "music_encoder");
}

void Dancer::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    Network::set_inputs(input, condition, target);
    for (const char* name : {"music", "reference_features", "frame_rate", "music_strength"})
        if (const Tensor value = given(condition, name); value.defined()) input.extra[name] = value;
}

Tensor Dancer::music_tokens(const Tensor& features, int64_t frames) const {
    Tensor x = music_in_(features);
    const int64_t moments = x.size(1), size = x.size(2) / music_heads;
    const Rope rope = music_ropes_.of(moments, x.device(), [&] {
        constexpr double theta = 10000.0;
        return rope_table(at::arange(moments, at::kFloat).unsqueeze(1), {size}, theta);
    });
    for (const MusicLayer& layer : music_layers_)
        x = layer(x, rope);
    return at::upsample_bilinear2d(x.unsqueeze(1), {frames * tokens_per_frame, trunk_.dim()}, /*align_corners=*/false)
        .squeeze(1);
}

Tensor Dancer::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = trunk_.weights.compute_dtype();
    const Tensor latent = seen(input);
    CellBox cells = cells_of(latent, patches_of(input).rope.value_or(RopeScaling{}));
    const Tensor rate = input.find("frame_rate");
    const bool coarse = rate.defined() && is_coarse(rate.item<double>());
    if (coarse) {
        cells.times = times_at(rate.item<double>(), cells.frames);
        cells.scaling.scale_t = 1.0;
    }
    const Tensor tokens = trunk_.as_tokens(coarse ? coarse_patches_(latent) : trunk_.patches(latent));

    Context context = trunk_.context(input);
    std::vector<Tensor> pictures;
    if (const Tensor features = input.find("reference_features"); features.defined())
        pictures.push_back(reference_in_(features.to(dtype)));
    if (context.picture.defined()) pictures.push_back(context.picture);
    context.picture = pictures.empty() ? context.text.slice(1, 0, 0) : at::cat(pictures, 1);

    const Sequence sequence{.x = tokens,
                            .rope = trunk_.rope({cells}, input.x.device()),
                            .time = trunk_.time(input.timestep.unsqueeze(1)),
                            .context = std::move(context),
                            .cells = cells};
    Steps steps;
    SoundInjector::Sound sound;
    if (const Tensor music = input.find("music"); music.defined()) {
        const Tensor heard = music_tokens(music.to(dtype), cells.frames);
        if (cells.tokens() % heard.size(1) != 0)
            throw UserError("WanDancer needs frames that are cut into a multiple of eight patches, each of 16 by 16 "
                            "pixels");
        sound.tokens = heard.unsqueeze(2);
        if (const Tensor strength = input.find("music_strength"); strength.defined())
            sound.strength = strength.item<double>();
        steps.after = [&](int64_t block, const Tensor& x) { return injector_(block, x, cells.tokens(), sound); };
    }
    const Tensor x = trunk_.run(input, sequence, steps);
    const Head& head = coarse ? coarse_head_ : trunk_.head;
    return cut_to(trunk_.video(head(x, sequence.time), cells), input.x);
}

}  // namespace easel::inference::wan
