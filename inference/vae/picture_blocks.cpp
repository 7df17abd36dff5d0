#include "inference/vae/picture_blocks.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::picture_vae {
namespace {

// Cells as tokens of one head: [batch, 1, height * width, channels].
Tensor to_tokens(const Tensor& x) { return x.permute({0, 2, 3, 1}).flatten(1, 2).unsqueeze(1); }

}  // namespace

ResBlock::ResBlock(const Weights& w)
    : norm1(w / "norm1", norm_eps), norm2(w / "norm2", norm_eps), conv1(w / "conv1"), conv2(w / "conv2") {
    if (w.has_part("nin_shortcut")) shortcut.emplace(w / "nin_shortcut");
}

Tensor ResBlock::operator()(const Tensor& x) const {
    const Tensor h = conv1(norm1.then_silu(x));
    return conv2.added_to(shortcut ? (*shortcut)(x) : x, norm2.then_silu(h));
}

Attention::Attention(const Weights& w)
    : norm(w / "norm", norm_eps), q(w / "q"), k(w / "k"), v(w / "v"), out(w / "proj_out") {}

Tensor Attention::operator()(const Tensor& x) const {
    const Tensor h = norm(x);
    const Tensor mixed = attention(to_tokens(q(h)), to_tokens(k(h)), to_tokens(v(h)));
    return x + out(mixed.squeeze(1).unflatten(1, {x.size(2), x.size(3)}).permute({0, 3, 1, 2}));
}

}  // namespace easel::inference::picture_vae
