#include "inference/models/wan/speech/injector.hpp"

#include "inference/layers/modulation.hpp"

namespace easel::inference::wan {

SoundInjector::SoundInjector(const Weights& w, const std::vector<int64_t>& behind) {
    const Weights attentions = w / "injector";
    const int64_t count = std::min(attentions.count(), static_cast<int64_t>(behind.size()));
    for (int64_t i = 0; i < count; ++i) {
        Injector injector{.attention = CrossAttention(attentions / i), .modulation = {}};
        if (w.has_part("injector_adain_layers"))
            injector.modulation.emplace(w / "injector_adain_layers" / i / "linear");
        injectors_.emplace(behind[static_cast<std::size_t>(i)], std::move(injector));
    }
}

Tensor SoundInjector::operator()(int64_t block, const Tensor& x, int64_t count, const Sound& sound) const {
    const auto found = injectors_.find(block);
    if (found == injectors_.end()) return x;
    const Injector& injector = found->second;
    constexpr double modulated_eps = 1e-5;
    const int64_t parts = sound.tokens.size(1);
    const Tensor listening = x.narrow(1, 0, count).unflatten(1, {parts, -1}).flatten(0, 1);  // [batch * parts, ...]
    Tensor asking;
    if (injector.modulation && sound.steering.defined()) {
        const auto turns = (*injector.modulation)(at::silu(sound.steering.flatten(0, 1))).unsqueeze(1).chunk(2, 2);
        asking = modulate(plain_layer_norm(listening, modulated_eps), turns[1], turns[0]);
    } else {
        asking = plain_layer_norm(listening, eps);
    }
    const Tensor heard = injector.attention(asking, {.text = sound.tokens.flatten(0, 1), .picture = {}})
                             .unflatten(0, {x.size(0), parts})
                             .flatten(1, 2);
    const Tensor changed = x.narrow(1, 0, count) + heard * sound.strength;
    return count == x.size(1) ? changed : at::cat({changed, x.slice(1, count)}, 1);
}

}  // namespace easel::inference::wan
