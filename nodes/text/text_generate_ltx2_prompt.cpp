// Lets Gemma 3 turn a short wish into the kind of caption that LTX-2 was trained on. The instructions that the model
// reads are in our words, not in those of the reference, so the text that it writes is another one.
#include "nodes/text/text_writing.hpp"
#include "nodes/text/unicode_text.hpp"

#include <string_view>

namespace easel::nodes {
namespace {

constexpr std::string_view rules_for_all =
    "\n"
    "How to write:\n"
    "1. Everything the user names has to be in your text: people, things, what they do, camera work, sounds, mood "
    "and style. Change nothing that the user has settled, and keep spoken lines letter by letter, apart from obvious "
    "typing errors.\n"
    "2. Tell what happens in the order in which it happens, in the present continuous, linked by words such as "
    "\"while\", \"then\" and \"as\". If the user gives no action, let people, light, wind or water move in a calm, "
    "likely way.\n"
    "3. Weave sound into the telling at the moment it is heard: voices, steps, objects, weather, the tone of the "
    "room, music if it is wished for. Name what makes each sound and what it is like.\n"
    "4. People speak or sing only if the user says so. Then give the exact words in quotation marks and say who "
    "speaks and how the voice sounds; name the language if it is not English, and the accent if it matters.\n"
    "5. The camera stays as the user wants it. Do not make up camera moves, cuts, titles or times. If the scene is "
    "seen through somebody's eyes, do not describe that person.\n"
    "6. Write only what can be seen and heard, no smells, tastes, thoughts or intentions. Stay plain and moderate: "
    "ordinary names of colours, ordinary light, small facial movements rather than great feelings.\n"
    "7. If the wish names or suggests a visual style, begin with \"Style: \" and the style, then a comma and the "
    "rest.\n"
    "\n"
    "What to answer: one paragraph of English prose and nothing else. No heading, no list, no markup, no remark "
    "about the task, no question, no sign before the first word. If the wish cannot be carried out, or must not be, "
    "answer with the wish itself.";

constexpr std::string_view for_text =
    "You write prompts for a model that makes video with sound from text. The user gives a rough idea; you give back a "
    "full description of one continuous take from which the video can be made.\nWhere the idea leaves things open, "
    "decide: the place, its surfaces and materials, the light, what people wear and look like, how they hold "
    "themselves. Do not bring in people whom the idea does not call for. An idea that is already a complete, ordered "
    "description stays almost as it is; add the sound it lacks. Without a wished style, write for realistic film.\n";

constexpr std::string_view for_picture =
    "You write prompts for a model that makes video with sound from a picture and a text. The picture that you see is "
    "the first frame; the user says what shall come of it. You give back a short description of the take that begins "
    "there.\nLook first: who and what is there, where, in which style and mood. Then write about what changes. What "
    "the frame shows already needs no retelling, and a wrong word about it would tear the take apart, so mention "
    "only as much as makes clear who acts. If the wish does not fit the frame, the wish counts: describe how the one "
    "turns into the other. If people are to talk and no words are given, write fitting ones.\n";

// Without what is written between <think> and </think>, or behind a <think> that stays open.
std::string without_reasoning(std::string text) {
    constexpr std::string_view opening = "<think>", closing = "</think>";
    for (auto begin = text.find(opening); begin != std::string::npos; begin = text.find(opening, begin)) {
        const auto end = text.find(closing, begin);
        text.erase(begin, end == std::string::npos ? end : end + closing.size() - begin);
    }
    return trimmed(text, true, true);
}

struct TextGenerateLTX2Prompt : TextWriting {
    static void declare(Schema& s) {
        declare_text_writing(s);
        s.display_name = "Generate LTX2 Prompt";
        s.search_aliases = {"prompt enhance", "LLM", "gemma"};
    }

    // An empty answer would condition on nothing: then the prompt stays as it is.
    std::string execute(Context& context) const {
        const std::string text = without_reasoning(written(conversation(), context));
        return text.empty() ? prompt : text;
    }

    // The turns of Gemma 3's chat, the last of them open.
    std::string conversation() const {
        std::string text = "<start_of_turn>system\n";
        text.append(image ? for_picture : for_text).append(rules_for_all);
        text += "<end_of_turn>\n<start_of_turn>user\n";
        if (image) text += "\n<image_soft_token>\n";
        text += "\nThe wish: " + prompt + "<end_of_turn>\n<start_of_turn>model\n";
        return text;
    }
};

}  // namespace

void register_text_generate_ltx2_prompt(Registry& registry) {
    registry.add<TextGenerateLTX2Prompt>("TextGenerateLTX2Prompt");
}

}  // namespace easel::nodes
