// What the families that read Qwen2.5-VL have in common.
#pragma once

#include "inference/text/families/qwen3.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/vision/qwen_vision.hpp"

#include <algorithm>

namespace easel::inference {

// Qwen2.5-VL-7B that reads the chat and sees pictures.
inline LanguageTextParts qwen_vl_parts(std::string_view chat) {
    auto parts = qwen_parts("qwen25_7b", chat);
    parts.reading.reads_embeddings = false;
    parts.config.rope_sections = {16, 24, 24};
    parts.chat.complete_beginnings = {"<|im_start|>", "<|start_header_id|>"};
    parts.chat.picture_token = QwenBpe::image_pad;
    parts.eyes = [](const Weights& visual) { return std::make_shared<QwenVision>(visual); };
    return parts;
}

// How many tokens are the system's words and the head of the user's turn: up to the second turn's `user` and newline,
// where it has them. `length` is that of the encoded prompt. (QwenImageTEModel)
inline int64_t qwen_head_length(const PromptChunk& tokens, int64_t length) {
    constexpr int token_user = 872, token_newline = 198;
    int64_t head = -1;
    int turns = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        if (!tokens[i].vector.defined() && tokens[i].id == QwenBpe::im_start && turns < 2) {
            head = static_cast<int64_t>(i);
            ++turns;
        }
    const auto is = [&](int64_t at, int id) {
        if (at >= std::ssize(tokens)) return false;
        const PromptToken& token = tokens[static_cast<std::size_t>(at)];
        return !token.vector.defined() && token.id == id;
    };
    if (length > head + 3 && is(head + 1, token_user) && is(head + 2, token_newline)) head += 3;
    return head < 0 ? length - 1 : head;
}

// ComfyUI keeps an encoder beside Qwen in the type of Qwen's norms. (te, llama_detect)
inline void round_beside_qwen(std::vector<EncoderFile>& encoders, std::string_view kind) {
    const auto tensors_of = [&](std::string_view wanted) -> TensorMap* {
        const auto found = std::ranges::find(encoders, wanted, &EncoderFile::kind);
        return found == encoders.end() ? nullptr : &found->tensors;
    };
    TensorMap* const qwen = tensors_of("qwen25_7b");
    TensorMap* const other = tensors_of(kind);
    if (qwen == nullptr || other == nullptr) return;
    const auto norm = qwen->find("model.norm.weight");
    if (norm == qwen->end()) return;
    const at::ScalarType type = norm->second.scalar_type();
    if (type != at::kBFloat16 && type != at::kHalf) return;
    for (auto& [key, tensor] : *other)
        if (tensor.scalar_type() == at::kHalf || tensor.scalar_type() == at::kFloat) tensor = tensor.to(type);
}

// Cuts the conditioning to these tokens. The mask goes where it hides nothing any more.
inline void keep_tokens(Condition& condition, int64_t begin, int64_t end) {
    condition.cross = condition.cross.slice(1, begin, end);
    if (!condition.attention_mask) return;
    const Tensor mask = condition.attention_mask->slice(1, begin, end);
    condition.attention_mask.reset();
    if (mask.eq(0).any().item<bool>()) condition.attention_mask = mask;
}

}  // namespace easel::inference
