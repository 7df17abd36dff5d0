"""Makes minimax_music_tiny.tokenizer: a small tokenizer with the word pattern of Qwen and the marks of MiniMax Music 3 at
their places in the vocabulary.

usage: make_minimax_music_tokenizer.py   (needs the package tokenizers)
"""
import json
import pathlib

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
MARKS = {"<|im_start|>": 151644, "<|im_end|>": 151645, "<|audio_cfg|>": 151654, "<|audio_start|>": 151669,
         "<|audio_end|>": 151670, "<|caption_start|>": 151671, "<|caption_end|>": 151672, "<|lyrics_start|>": 151673,
         "<|lyrics_end|>": 151674}
TEXT = "[start] [intro] [verse] [chorus] slow piano, a warm voice sings of rain at night, guitar and drums, 90 BPM"


def main():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORDS), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = trainers.BpeTrainer(vocab_size=320, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  show_progress=False, min_frequency=1)
    tokenizer.train_from_iterator([TEXT] * 3, trainer)
    made = json.loads(tokenizer.to_str())
    made["model"]["vocab"].update(MARKS)
    made["added_tokens"] = [{"id": place, "content": mark, "single_word": False, "lstrip": False, "rstrip": False,
                             "normalized": False, "special": True} for mark, place in MARKS.items()]
    compact = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    Tokenizer.from_str(compact)
    pathlib.Path(__file__).with_name("minimax_music_tiny.tokenizer").write_text(compact, encoding="utf-8")


if __name__ == "__main__":
    main()
