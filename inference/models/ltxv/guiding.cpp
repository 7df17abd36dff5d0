#include "inference/models/ltxv/guiding.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "inference/models/ltxv/guides.hpp"
#include "inference/models/ltxv/positions.hpp"

#include <algorithm>

namespace easel::inference::ltxv {
namespace {

struct Cells {
    int64_t frames, side;  // frames and pixels of the video that one latent cell stands for
};

Cells cells_of(const Vae& vae) {
    const Autoencoder& network = vae.network();
    if (network.dimensions() != 3)
        throw UserError("this node needs a VAE for videos; the one that is connected is for pictures");
    return {.frames = network.frames_per_latent(), .side = network.downscale_ratio()};
}

// [count, height, width, 3].
Tensor resized(const Tensor& pictures, int64_t width, int64_t height) {
    return resize_image(pictures, width, height, "bilinear", Crop::center).slice(-1, 0, 3);
}

// Where the guides of a conditioning are; undefined when it has none.
Tensor guide_spans(const Conditioning& conditions) {
    for (const Condition& condition : conditions)
        if (const auto spans = condition.extra.find(guide_spans_name); spans != condition.extra.end())
            return spans->second;
    return {};
}

int64_t guide_frames(const Conditioning& conditions, const Tensor& latent) {
    const Tensor spans = guide_spans(conditions);
    return spans.defined() ? spans.size(2) / (latent.size(3) * latent.size(4)) : 0;
}

std::shared_ptr<const Attachment> guides_of(const Conditioning& conditions) {
    for (const Condition& condition : conditions)
        if (const auto guides = condition.attached.find(guides_name); guides != condition.attached.end())
            return guides->second;
    return nullptr;
}

// The list that `before` (null for none) becomes with one guide more.
std::shared_ptr<const Attachment> extended(const std::shared_ptr<const Attachment>& before, const Guide& guide) {
    auto guides = std::make_shared<Guides>();
    if (const auto* list = dynamic_cast<const Guides*>(before.get())) guides->list = list->list;
    guides->list.push_back(guide);
    return guides;
}

void set_guides(Conditioning& conditions, const Tensor& spans, const std::shared_ptr<const Attachment>& guides) {
    for (Condition& condition : conditions) {
        condition.extra[guide_spans_name] = spans;
        condition.attached[guides_name] = guides;
    }
}

// A small guide on every so many cells of the video; what lies between takes no part.
struct Spread {
    Tensor latent, mask;  // the mask is 1 at the guide's cells and -1 between
};
Spread spread(const Tensor& latent, int64_t factor) {
    std::vector<int64_t> shape = latent.sizes().vec();
    shape[3] *= factor;
    shape[4] *= factor;
    Spread result{.latent = at::zeros(shape, latent.options()), .mask = {}};
    shape[1] = 1;
    result.mask = at::full(shape, -1.0, latent.options());
    result.latent.slice(3, 0, std::nullopt, factor).slice(4, 0, std::nullopt, factor).copy_(latent);
    result.mask.slice(3, 0, std::nullopt, factor).slice(4, 0, std::nullopt, factor).fill_(1.0);
    return result;
}

// Both masks at the larger one's rows and columns.
Tensor widened(const Tensor& mask, const Tensor& other) {
    const int64_t rows = std::max(mask.size(3), other.size(3)), columns = std::max(mask.size(4), other.size(4));
    return mask.size(3) == 1 || mask.size(4) == 1 ? mask.expand({-1, -1, -1, rows, columns}) : mask;
}

void require_video(const Tensor& latent) {
    if (latent.dim() != 5) throw UserError("this node needs the latent of a video");
}

}  // namespace

Tensor frame_mask(const LatentImage& latent) {
    if (latent.noise_mask) return latent.noise_mask->clone();
    require_video(latent.samples);
    return at::ones({latent.samples.size(0), 1, latent.samples.size(2), 1, 1}, at::kFloat);
}

LatentImage begin_with(const Vae& vae, const LatentImage& latent, const Tensor& pictures, double strength) {
    const Cells cells = cells_of(vae);
    require_video(latent.samples);
    const int64_t width = latent.samples.size(4) * cells.side, height = latent.samples.size(3) * cells.side;
    const Tensor encoded = vae.encode(resized(pictures, width, height));
    if (encoded.size(2) > latent.samples.size(2) || encoded.size(1) != latent.samples.size(1))
        throw UserError("the pictures are more than the latent has frames for, or the latent is another model's");
    LatentImage result = latent;
    result.samples = latent.samples.clone();
    result.samples.narrow(2, 0, encoded.size(2)).copy_(encoded);
    result.noise_mask = frame_mask(latent);
    result.noise_mask->narrow(2, 0, encoded.size(2)).fill_(1.0 - strength);
    return result;
}

GuidedVideo with_guide(const Vae& vae, GuidedVideo video, const NewGuide& guide) {
    const Cells cells = cells_of(vae);
    const Tensor& samples = video.latent.samples;
    require_video(samples);
    if (!video.latent.streams.empty())
        throw UserError("guides are added to the latent of a video alone: separate the sound first");
    const int64_t rows = samples.size(3), columns = samples.size(4), factor = guide.downscale;
    if (rows % factor != 0 || columns % factor != 0)
        throw UserError("Latent spatial size " + std::to_string(columns) + "x" + std::to_string(rows) +
                        " must be divisible by reference_downscale_factor " + std::to_string(factor) +
                        " from the IC-LoRA parameters.");

    const int64_t length = samples.size(2) - guide_frames(video.positive, samples);
    const int64_t count = (guide.pictures.size(0) - 1) / cells.frames * cells.frames + 1;
    int64_t frame = guide.frame;
    if (frame < 0) frame = std::max<int64_t>((length - 1) * cells.frames + 1 + frame, 0);
    // The first latent frame stands for one frame only. In the middle of a video a picture takes that place and is
    // dropped again, so that all frames of the guide are in groups.
    const bool begins = frame == 0 || count == 1;
    Tensor pictures = guide.pictures;
    if (!begins) pictures = at::cat({pictures.slice(0, 0, 1), pictures});
    pictures = pictures.slice(0, 0, (pictures.size(0) - 1) / cells.frames * cells.frames + 1);
    Tensor encoded = vae.encode(resized(pictures, columns * cells.side / factor, rows * cells.side / factor));
    if (!begins) encoded = encoded.slice(2, 1);
    const int64_t shown = pictures.size(0) - (begins ? 0 : 1);
    if (encoded.size(1) != samples.size(1)) throw UserError("Adding guide to a combined AV latent is not supported.");
    if (shown > 1 && frame != 0) frame = (frame - 1) / cells.frames * cells.frames + 1;

    Guide entry{.strength = guide.strength,
                .mask = guide.mask,
                .latent_size = {encoded.size(2), encoded.size(3), encoded.size(4)}};
    Tensor mask = frame_mask(video.latent), of_guide;
    if (factor > 1) {
        Spread wide = spread(encoded, factor);
        encoded = wide.latent;
        mask = widened(mask, wide.mask);
        of_guide = widened(wide.mask, mask) - guide.strength;
    } else {
        of_guide = at::full({mask.size(0), 1, encoded.size(2), mask.size(3), mask.size(4)},
                            std::max(0.0, 1.0 - guide.strength), mask.options());
    }
    entry.cells = encoded.size(2) * encoded.size(3) * encoded.size(4);
    if ((frame + cells.frames - 1) / cells.frames + encoded.size(2) > samples.size(2))
        throw UserError("Conditioning frames exceed the length of the latent sequence.");

    Tensor spans = cell_spans(encoded.sizes(), begins, at::kCPU);
    spans.select(1, 0).add_(static_cast<double>(frame));
    spans.slice(1, 1).select(-1, 1).add_(static_cast<double>((factor - 1) * cells.side));
    const auto placed = [&](const Conditioning& conditions) {
        const Tensor before = guide_spans(conditions);
        return before.defined() ? at::cat({before, spans}, 2) : spans;
    };
    const auto before_positive = guides_of(video.positive), before_negative = guides_of(video.negative);
    const auto list = extended(before_positive, entry);
    set_guides(video.positive, placed(video.positive), list);
    set_guides(video.negative, placed(video.negative),
               before_negative == before_positive ? list : extended(before_negative, entry));
    video.latent.samples = at::cat({samples, encoded.expand({samples.size(0), -1, -1, -1, -1})}, 2);
    video.latent.noise_mask = at::cat({mask, of_guide.expand({mask.size(0), -1, -1, -1, -1})}, 2);
    return video;
}

GuidedVideo without_guides(GuidedVideo video) {
    require_video(video.latent.samples);
    const int64_t guides = guide_frames(video.positive, video.latent.samples);
    video.latent.noise_mask = frame_mask(video.latent);
    if (guides == 0) return video;
    video.latent.samples = video.latent.samples.slice(2, 0, -guides);
    video.latent.noise_mask = video.latent.noise_mask->slice(2, 0, -guides);
    for (Conditioning* conditions : {&video.positive, &video.negative})
        for (Condition& condition : *conditions) {
            condition.extra.erase(guide_spans_name);
            condition.attached.erase(guides_name);
        }
    return video;
}

}  // namespace easel::inference::ltxv
