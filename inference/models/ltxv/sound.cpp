#include "inference/models/ltxv/sound.hpp"

#include "inference/image/resize.hpp"

namespace easel::inference::ltxv {
namespace {

// [batch, channels, frames, frequencies] as [batch, frames, channels * frequencies].
Tensor frames_of(const Tensor& latent) { return latent.transpose(1, 2).flatten(2); }

}  // namespace

SoundStream::SoundStream(const Weights& w)
    : weights_(w), in_(w / "audio_patchify_proj"), out_(w / "audio_proj_out"), table_(w["audio_scale_shift_table"]) {}

SoundTokens SoundStream::enter(const Tensor& latent, const NetworkInput& input) const {
    SoundTokens tokens{.x = frames_of(latent),
                       .spans = sound_spans(latent.size(2), latent.device()),
                       .times = {},
                       .references = 0,
                       .shape = latent.sizes()};
    Tensor times = input.timestep;
    if (const Tensor mask = input.find(sound_mask_name); mask.defined())
        times = mask.select(3, 0).select(1, 0) * input.timestep.unsqueeze(1);  // [batch, frames]
    if (const Tensor reference = input.find(reference_sound_name); reference.defined()) {
        // It ends one token before the sound begins, and is without noise.
        tokens.references = reference.size(1);
        const Tensor heard = sound_spans(tokens.references, latent.device());
        const Tensor shift = heard.select(3, 1).select(2, -1).squeeze() + seconds_per_sound_cell;
        tokens.spans = at::cat({heard - shift, tokens.spans}, 2);
        tokens.x = at::cat({repeat_to_batch(reference, latent.size(0)).to(tokens.x.options()), tokens.x}, 1);
        if (times.dim() == 1) times = times.unsqueeze(1).expand({-1, latent.size(2)});
        times = at::cat({at::zeros({times.size(0), tokens.references}, times.options()), times}, 1);
    }
    tokens.times = TokenTimes::of(times);
    tokens.x = in_(tokens.x.to(weights_.compute_dtype()));
    return tokens;
}

Tensor SoundStream::leave(const Tensor& x, TimeValues time, const SoundTokens& tokens) const {
    const Tensor made = x.slice(1, tokens.references);
    if (time.index.size(1) > 1) time.index = time.index.slice(1, tokens.references);
    const Tensor frames = finished(made, table_, time, out_).to(at::kFloat);
    return frames.unflatten(2, {tokens.shape[1], tokens.shape[3]}).transpose(1, 2).contiguous();
}

}  // namespace easel::inference::ltxv
