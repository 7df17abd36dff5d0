#include "inference/models/wan/speech/humo.hpp"

#include "inference/layers/attention.hpp"
#include "inference/vae/latent_format.hpp"

#include <array>

namespace easel::inference::wan {
namespace {

constexpr int64_t mask_channels = 4;

// What the autoencoder makes of black frames, in the model's scale: of the first latent frame, the second and the
// others.
constexpr std::array<std::array<float, 16>, 3> black_frames{{
    {0.8660f, -0.4326f, -0.0017f, -0.4884f, -0.5283f, 0.9207f, -0.9896f, 0.4433f, -0.5543f, -0.0113f, 0.5753f, -0.6000f,
     -0.8346f, -0.3497f, -0.1926f, -0.6938f},
    {1.0869f, -1.2370f, 0.0206f, -0.4357f, -0.6411f, 2.0307f, -1.5972f, 1.2659f, -0.8595f, -0.4654f, 0.9638f, -1.6330f,
     -1.4310f, -0.1098f, -0.3856f, -1.4583f},
    {0.8642f, -1.8583f, 0.1577f, 0.1350f, -0.3641f, 2.5863f, -1.9670f, 1.6065f, -1.0475f, -0.8678f, 1.1734f, -1.8138f,
     -1.5933f, -0.7721f, -0.3289f, -1.3745f},
}};

// An empty mask and black frames beside the noise, which the large model has room for. (WAN21_HuMo.extra_conds)
Tensor black_video(at::IntArrayRef shape) {
    std::vector<Tensor> frames;
    for (int64_t i = 0; i < shape[2]; ++i)
        frames.push_back(at::tensor(black_frames[static_cast<std::size_t>(std::min<int64_t>(i, 2))], at::kFloat));
    const Tensor video = at::stack(frames, 1).view({1, -1, shape[2], 1, 1});
    const Tensor mask = at::zeros({1, mask_channels, shape[2], 1, 1});
    return at::cat({mask, video}, 1).expand({shape[0], -1, -1, shape[3], shape[4]}).contiguous();
}

}  // namespace

HumanMotion::Listening::Listening(const Weights& w)
    : norm(w / "norm1_audio", eps), q(w / "audio_cross_attn" / "q"), k(w / "audio_cross_attn" / "k"),
      v(w / "audio_cross_attn" / "v"), out(w / "audio_cross_attn" / "o"),
      norm_q(w / "audio_cross_attn" / "norm_q", eps), norm_k(w / "audio_cross_attn" / "norm_k", eps) {}

Tensor HumanMotion::Listening::operator()(const Tensor& x, const Tensor& sound) const {
    const Tensor asking = norm_q(q(norm(x)));
    if (x.size(0) * x.size(1) % sound.size(0) != 0)
        throw UserError("the sound does not have as many frames as the video and its reference picture");
    const Tensor heard = attention(asking.reshape({sound.size(0), -1, asking.size(2)}), norm_k(k(sound)), v(sound),
                                   q.out_features() / head_size);
    return x + out(heard.reshape(x.sizes()));
}

HumanMotion::HumanMotion(const Weights& w)
    : Network(w), sound_in_(w / "audio_proj" / "audio_proj_glob_1" / "layer"),
      sound_hidden_(w / "audio_proj" / "audio_proj_glob_2" / "layer"),
      sound_out_(w / "audio_proj" / "audio_proj_glob_3" / "layer"),
      sound_norm_(w / "audio_proj" / "audio_proj_glob_norm" / "layer") {
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        listening_.emplace_back(w / "blocks" / i / "audio_cross_attn_wrapper");
}

void HumanMotion::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    if (const Tensor sound = given(condition, "sound"); sound.defined()) input.extra["sound"] = sound;
    if (concat_channels() > 0) input.concat = black_video(target.shape);
    if (condition.reference_latents.empty()) return;
    const Tensor picture = target.format->to_model(condition.reference_latents.back());
    if (concat_channels() == 0) {
        input.extra["reference"] = picture;
        return;
    }
    // Where the noise would be there is nothing; the mask says that the frame is known.
    const Tensor known = at::ones_like(picture.slice(1, 0, mask_channels));
    input.extra["reference"] = at::cat({at::zeros_like(picture), known, picture}, 1);
}

Tensor HumanMotion::sound_tokens(const Tensor& features) const {
    Tensor x = features.flatten(0, 1).flatten(1);
    x = at::relu(sound_in_(x));
    x = at::relu(sound_hidden_(x));
    return sound_norm_(sound_out_(x).unflatten(1, {-1, sound_norm_.weight.size(0)}));
}

Tensor HumanMotion::predict(const NetworkInput& input) const {
    const Tensor latent = seen(input);
    const CellBox cells = cells_of(latent, patches_of(input).rope.value_or(RopeScaling{}));
    std::vector<Tensor> tokens{trunk_.as_tokens(trunk_.patches(latent))};
    CellBoxes boxes{cells};
    Tensor features = input.find("sound");
    if (const Tensor reference = input.find("reference"); reference.defined()) {
        const Tensor picture = padded(reference);
        tokens.push_back(trunk_.as_tokens(trunk_.patches(picture)));
        boxes.push_back(cells_of(picture));
        boxes.back().scaling.shift_t = static_cast<double>(cells.frames);
        if (features.defined()) {
            std::vector<int64_t> silence = features.sizes().vec();
            silence[1] = picture.size(2);
            features = at::cat({features, features.new_zeros(silence)}, 1);
        }
    }
    const Sequence sequence{.x = at::cat(tokens, 1),
                            .rope = trunk_.rope(boxes, input.x.device()),
                            .time = trunk_.time(input.timestep.unsqueeze(1)),
                            .context = trunk_.context(input),
                            .cells = cells};
    const Tensor sound = features.defined() ? sound_tokens(features.to(trunk_.weights.compute_dtype())) : Tensor();
    Steps steps;
    steps.compute = [&](int64_t index, const Tensor& x) {
        const auto i = static_cast<std::size_t>(index);
        Block::Parts parts{.attend = [&](const Tensor& y) { return trunk_.blocks[i].self(y, sequence.rope); },
                           .after_cross = {}};
        if (sound.defined()) parts.after_cross = [&](const Tensor& y) { return listening_[i](y, sound); };
        return trunk_.blocks[i](x, sequence.time.steering, sequence.context, parts);
    };
    const Tensor x = trunk_.run(input, sequence, steps);
    const Tensor values = trunk_.head(x, sequence.time).narrow(1, 0, cells.tokens());
    return cut_to(trunk_.video(values, cells), input.x);
}

}  // namespace easel::inference::wan
