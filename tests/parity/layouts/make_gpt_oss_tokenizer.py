"""Makes gpt_oss_tiny.tokenizer: a small tokenizer with the word pattern of GPT-OSS, learnt from the template of Lens.

usage: make_gpt_oss_tokenizer.py REFERENCE   (the reference's source folder, with its Python)
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, sys.argv.pop(1))
sys.argv.append("--cpu")
import comfy.options  # noqa: E402

comfy.options.enable_args_parsing()
from comfy.text_encoders.gpt_oss import _lens_render_chat  # noqa: E402
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers  # noqa: E402

ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
CAPITALS, SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
FRONT = r"[^\r\n\p{L}\p{N}]?"
WORDS = "|".join([FRONT + CAPITALS + "*" + SMALL + "+" + ENDING, FRONT + CAPITALS + "+" + SMALL + "*" + ENDING,
                  r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])


def main():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORDS), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    text = _lens_render_chat("a red circle on a blue square, two green apples")
    trainer = trainers.BpeTrainer(vocab_size=640, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  show_progress=False, min_frequency=1)
    tokenizer.train_from_iterator([re.sub(r"<\|\w+\|>", " ", text)] * 3, trainer)
    tokenizer.add_special_tokens(["<|start|>", "<|message|>", "<|end|>", "<|channel|>"])
    compact = json.dumps(json.loads(tokenizer.to_str()), separators=(",", ":"), ensure_ascii=False)
    pathlib.Path(__file__).with_name("gpt_oss_tiny.tokenizer").write_text(compact, encoding="utf-8")
    print(tokenizer.get_vocab_size(), "tokens")


if __name__ == "__main__":
    main()
