// What a video of MiniMax H3 is made to follow: pictures, films and sounds that lie in it at a frame (guides), or
// beside it (references). Conditions carry them as attachments.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/sampling/latent_image.hpp"
#include "inference/tensor.hpp"
#include "inference/vae/vae.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace easel::inference::minimax_h3 {

// Latents as the autoencoders make them: video [1, 24, cells, height / 16, width / 16], sound [1, 32, 2, moments].
// Either may be undefined, not both.
struct Followed {
    Tensor video, sound;
};

struct Guide {
    int64_t frame = 0;  // of the video, at which it begins
    Followed what;
};

struct Guides : Attachment {
    std::vector<Guide> guides;
};
struct References : Attachment {
    std::vector<Followed> references;  // a film's sound is that of the film
};
inline constexpr std::string_view guides_name = "minimax_keyframes", references_name = "minimax_refs";

// Which tokens of a prompt are of pictures: a condition's extra input [1, tokens], 0 at those and 1 at words.
inline constexpr std::string_view token_tags_name = "minimax_token_tags";

constexpr int64_t frames_per_second = 24, moments_per_second = 40;  // of video and of sound latents

// The cells of a video stand for 1, 4, 4, 4, 4, 1, 4, ... frames.
int64_t frames_of(int64_t cells);
// The longest of 5, 22, 39, ... frames that `frames` (at least 5) hold.
int64_t whole_clip(int64_t frames);

// A video and its sound that hold nothing yet; `frames` are rounded up to 17k + 5.
LatentImage empty_latent(int64_t width, int64_t height, int64_t frames);
// The empty latent of a video, whatever its channels, with that of as long a sound.
LatentImage with_empty_sound(LatentImage video);
// The frames that such a latent stands for; throws UserError when it is another model's.
int64_t frames_of(const LatentImage& latent);

// `conditions` with one guide more each.
Conditioning with_guide(Conditioning conditions, const Guide& guide);
Conditioning with_references(Conditioning conditions, std::vector<Followed> references);

// The sound's latent for the first waveform of [batch, channels, samples]. Throws UserError where the VAE is another.
Tensor sound_latent(const Vae& vae, const Tensor& waveform, int64_t sample_rate);

// Width and height that a picture or film is brought to before it is looked at; multiples of 32. A film gets a short
// side of 768 pixels and no more than 768 by 1344 of them, if it has as many. A picture is made smaller only: to the
// area of the video, or to a short side of 2048 pixels.
struct Size {
    int64_t width, height;
};
Size film_size(Size film);
Size picture_size(Size picture, Size video);
Size largest_picture_size(Size picture);

}  // namespace easel::inference::minimax_h3
