// HiDream-O1 reads tokens itself: what encodes a prompt only puts it into the chat's template. (HiDreamO1Tokenizer)
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/qwen_bpe.hpp"

namespace easel::inference {
namespace {

constexpr int64_t user = 872, assistant = 77091, line_end = 198;
constexpr int64_t picture_begins = 151669, time = 151673;

class TokenReader : public TextModel {
public:
    Condition encode(const TextRequest& request, std::optional<int>) const override {
        std::vector<int64_t> ids{QwenBpe::im_start, user, line_end};
        for (const int token : qwen_tokens(request.prompt))
            if (token != QwenBpe::end_of_text) ids.push_back(token);
        for (const int64_t token : {int64_t{QwenBpe::im_end}, line_end, int64_t{QwenBpe::im_start}, assistant, line_end,
                                    picture_begins, time})
            ids.push_back(token);
        const Tensor row = at::tensor(ids, at::kLong).unsqueeze(0);
        Condition condition;
        condition.cross = row.unsqueeze(-1).to(at::kFloat);
        condition.extra.emplace("text_input_ids", row);
        return condition;
    }

    LoraKeys lora_keys() const override { return {}; }
};

}  // namespace

void register_text_hidream_o1(TextFamilies& families) {
    families.push_back({
        .name = "hidream_o1",
        .matches = [](std::string_view, const std::vector<std::string>&) { return false; },
        .build = [](const Weights&, const TextSettings&) -> std::shared_ptr<const TextModel> {
            return std::make_shared<TokenReader>();
        },
    });
}

}  // namespace easel::inference
