#include "inference/models/wan/causal/ar_video.hpp"

#include "base/error.hpp"
#include "inference/models/wan/causal/causal_wan.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/noise.hpp"

namespace easel::inference::wan {
namespace {

class BlockByBlock {
public:
    BlockByBlock(const SamplerRun& run, int64_t frames, at::IntArrayRef shape)
        : run_(run), frames_(frames), length_(shape[2]), memory_(std::make_shared<CausalMemory>(shape[2])),
          options_(*run.model.options()) {
        options_.around_network.push_back([memory = memory_](const NetworkInput& input, const auto& next) {
            NetworkInput seen = input;
            seen.attached.insert_or_assign(std::string(CausalMemory::name), memory);
            return next(seen);
        });
    }

    Tensor operator()(const Tensor& x) {
        std::vector<Tensor> made;
        if (const auto start = options_.attached.find(FirstFrames::name); start != options_.attached.end()) {
            made.push_back(dynamic_cast<const FirstFrames&>(*start->second)
                               .latent.to(x.device())
                               .expand({x.size(0), -1, -1, -1, -1}));
            keep(made.back());
        }
        const int64_t begin = memory_->frames_kept();
        blocks_ = (length_ - begin + frames_ - 1) / frames_;
        for (int64_t block = 0; block < blocks_; ++block) {
            const int64_t first = begin + block * frames_;
            made.push_back(sampled(x.narrow(2, first, std::min(frames_, length_ - first)), block));
            keep(made.back());
        }
        return at::cat(made, 2).narrow(2, 0, length_);
    }

private:
    Tensor predicted(const Tensor& x, float sigma) const {
        const Tensor picture = run_.model.with(options_, x, sigma);
        if (!memory_->was_used())
            throw UserError("the ar_video sampler needs an autoregressive model (a causal Wan); choose another sampler "
                            "for this one");
        return picture;
    }

    // Finished frames go through the network once more, without noise, for the later ones to attend to.
    void keep(const Tensor& frames) const {
        memory_->keep(true);
        predicted(frames, 0.0f);
        memory_->keep(false);
    }

    Tensor sampled(Tensor x, int64_t block) {
        constexpr uint64_t seeds_of_block = 1000;
        for (int64_t step = 0; step < run_.steps(); ++step) {
            const Tensor picture = predicted(x, run_.sigma(step));
            run_.report(steps_done_++ / blocks_, picture);
            const float next = run_.sigma(step + 1);
            if (next <= 0.0f) {
                x = picture;
                continue;
            }
            const uint64_t seed =
                run_.seed + static_cast<uint64_t>(block) * seeds_of_block + static_cast<uint64_t>(step);
            x = (1.0f - next) * picture + next * random_normal(picture.sizes(), seed).to(picture.device());
        }
        return x;
    }

    const SamplerRun& run_;
    int64_t frames_, length_, blocks_ = 1, steps_done_ = 0;
    std::shared_ptr<CausalMemory> memory_;
    ModelOptions options_;
};

}  // namespace

SamplerFunction ar_video(int64_t frames) {
    return [frames](const Tensor& x, const SamplerRun& run) {
        if (x.dim() != 5)
            throw UserError("the ar_video sampler needs the latent of a video, which has 5 dimensions and not " +
                            std::to_string(x.dim()));
        if (run.model.options() == nullptr) throw UserError("the ar_video sampler takes no latent with a noise mask");
        return BlockByBlock(run, frames, x.sizes())(x);
    };
}

}  // namespace easel::inference::wan
