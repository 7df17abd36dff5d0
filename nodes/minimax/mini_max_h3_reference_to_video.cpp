#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "inference/image/resize.hpp"
#include "inference/models/minimax_h3/references.hpp"
#include "inference/text/families/minimax_h3.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct MiniMaxH3ReferenceToVideo {
    Clip clip;
    Vae vae;
    Vae audio_vae;
    std::string prompt;
    std::int64_t width = 1344;
    std::int64_t height = 768;
    std::int64_t length = 124;
    std::string ref_image_size = "match";
    graph::Autogrow<Image> ref_images;
    graph::Autogrow<Image> ref_videos;
    graph::Autogrow<Audio> ref_video_audios;
    graph::Autogrow<Audio> ref_audios;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_minimax_h3";
        s.category = "model/conditioning/minimax";
        s.display_name = "MiniMax H3 Reference to Video";
        s.description = "<Picture i> / <Video k> / <Audio j> reference conditioning for MiniMax H3. Use the same tags "
                        "when prompting.";
        s.in("clip", &MiniMaxH3ReferenceToVideo::clip);
        s.in("vae", &MiniMaxH3ReferenceToVideo::vae);
        s.in("audio_vae", &MiniMaxH3ReferenceToVideo::audio_vae);
        s.in("prompt", &MiniMaxH3ReferenceToVideo::prompt).no_default().multiline().dynamic_prompts();
        s.in("width", &MiniMaxH3ReferenceToVideo::width).range(32, 16384).step(32);
        s.in("height", &MiniMaxH3ReferenceToVideo::height).range(32, 16384).step(32);
        s.in("length", &MiniMaxH3ReferenceToVideo::length)
            .range(5, 3600)
            .step(17)
            .tooltip("Frame count at 24 fps, (124 = ~5s, trained range is ~124-362)");
        s.in("ref_image_size", &MiniMaxH3ReferenceToVideo::ref_image_size)
            .choices(one_of({"match", "max"}))
            .default_value("match")
            .tooltip("Reference image sizing. 'match' scales each ref (down only, keeping aspect) to the generation's "
                     "pixel area; 'max' uses the reference pipeline's 2048px short edge for best identity fidelity. "
                     "Reference tokens ride through every sampling step, so 'max' can be several times slower.");
        graph::grow(
            s.in("ref_images", &MiniMaxH3ReferenceToVideo::ref_images).optional().spec(),
            {.element = "ref_image",
             .prefix = "ref_image_",
             .least = 0,
             .most = 9,
             .element_options = Json::parse(
                 R"json({"tooltip": "Reference image (downscaled to 2048 short edge if larger, never upscaled)"})json")});
        graph::grow(
            s.in("ref_videos", &MiniMaxH3ReferenceToVideo::ref_videos).optional().spec(),
            {.element = "ref_video",
             .prefix = "ref_video_",
             .least = 0,
             .most = 3,
             .element_options = Json::parse(R"json({"tooltip": "Reference video frames at 24 fps (2-15s)"})json")});
        graph::grow(s.in("ref_video_audios", &MiniMaxH3ReferenceToVideo::ref_video_audios).optional().spec(),
                    {.element = "ref_video_audio",
                     .prefix = "ref_video_audio_",
                     .least = 0,
                     .most = 3,
                     .element_options =
                         Json::parse(R"json({"tooltip": "Soundtrack of the same-numbered reference video"})json")});
        graph::grow(s.in("ref_audios", &MiniMaxH3ReferenceToVideo::ref_audios).optional().spec(),
                    {.element = "ref_audio",
                     .prefix = "ref_audio_",
                     .least = 0,
                     .most = 3,
                     .element_options = Json::parse(R"json({"tooltip": "Standalone reference audio"})json")});
        s.out("positive");
    }

    std::tuple<Conditioning, Latent> execute() const {
        const Latent latent = inference::minimax_h3::empty_latent(width, height, length);
        Followed followed{.request = {.prompt = prompt}};
        for (const auto& [name, image] : ref_images.values)
            add_picture(followed, image.pixels);
        for (const auto& [name, video] : ref_videos.values)
            add_film(followed, video.pixels, sound_of(name), inference::minimax_h3::frames_of(latent));
        for (const auto& [name, audio] : ref_audios.values)
            followed.add("sound", {.video = {}, .sound = heard(audio)});
        followed.request.by_encoder.emplace(inference::minimax_media_name, followed.media);
        return {inference::minimax_h3::with_references(clip.encode(followed.request), followed.references), latent};
    }

private:
    struct Followed {
        inference::TextRequest request;
        std::string media = {};
        std::vector<inference::minimax_h3::Followed> references = {};

        void speak_of(std::string_view medium) { media.append(media.empty() ? "" : " ").append(medium); }
        void add(std::string_view medium, inference::minimax_h3::Followed reference) {
            speak_of(medium);
            references.push_back(std::move(reference));
        }
    };

    static inference::minimax_h3::Size size_of(const Tensor& pixels) {
        return {.width = pixels.size(2), .height = pixels.size(1)};
    }

    Tensor heard(const Audio& audio) const {
        return inference::minimax_h3::sound_latent(audio_vae, audio.waveform, audio.sample_rate);
    }

    // The soundtrack with the number of a film's input.
    const Audio* sound_of(const std::string& film) const {
        const std::string wanted = "ref_video_audio_" + film.substr(film.rfind('_') + 1);
        const auto found =
            std::ranges::find(ref_video_audios.values, wanted, [](const auto& pair) { return pair.first; });
        return found == ref_video_audios.values.end() ? nullptr : &found->second;
    }

    void add_picture(Followed& followed, const Tensor& pixels) const {
        using namespace inference::minimax_h3;
        const Size size = ref_image_size == "match" ? picture_size(size_of(pixels), {.width = width, .height = height})
                                                    : largest_picture_size(size_of(pixels));
        const Tensor picture =
            inference::resize_image(pixels.narrow(0, 0, 1).slice(-1, 0, 3), size.width, size.height, "lanczos");
        followed.request.images.push_back(picture);
        followed.add("picture", {.video = vae.encode(picture), .sound = {}});
    }

    void add_film(Followed& followed, const Tensor& pixels, const Audio* sound, std::int64_t most_frames) const {
        using namespace inference::minimax_h3;
        const std::int64_t present = std::min(pixels.size(0), most_frames);
        if (present < 5) throw UserError("MiniMax H3 reference videos need at least 5 frames (~0.2s at 24 fps)");
        const Size size = film_size(size_of(pixels));
        const Tensor film = inference::resize_image(pixels.narrow(0, 0, whole_clip(present)).slice(-1, 0, 3),
                                                    size.width, size.height, "lanczos");
        if (sound != nullptr) followed.speak_of("sound");
        constexpr std::int64_t seen_a_second = 2;
        followed.request.images.push_back(
            film.slice(0, 0, film.size(0), frames_per_second / seen_a_second).contiguous());
        followed.add("video", {.video = vae.encode(film), .sound = sound != nullptr ? heard(*sound) : Tensor()});
    }
};

}  // namespace

void register_mini_max_h3_reference_to_video(Registry& registry) {
    registry.add<MiniMaxH3ReferenceToVideo>("MiniMaxH3ReferenceToVideo");
}

}  // namespace easel::nodes
