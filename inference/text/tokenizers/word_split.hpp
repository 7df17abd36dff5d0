// How GPT-4's tokenizer and those after it cut a text into words before they look for tokens: words keep the space
// before them, numbers are cut into short pieces.
#pragma once

#include <cstddef>
#include <string>

namespace easel::inference {

// Where words end inside a run of letters.
enum class WordCase {
    ignored,   // nowhere
    separates  // before a capital behind a small letter, and behind 's and its like (o200k, the vocabulary of GPT-4o)
};

class WordSplit {
public:
    // `digits`: how many at most make one piece. `text` must outlive this.
    WordSplit(const std::u32string& text, std::size_t digits, WordCase word_case = WordCase::ignored)
        : text_(text), digits_(digits), word_case_(word_case) {}

    // Where the word ends that begins at `at`, which is inside the text.
    std::size_t end_at(std::size_t at) const;

private:
    bool has(std::size_t at) const { return at < text_.size(); }
    bool is_newline(std::size_t at) const;
    bool is_letter_at(std::size_t at) const;
    bool is_symbol(std::size_t at) const;
    std::size_t space_end(std::size_t at) const;

    // Each says where the word of its kind ends that begins at `at`, or `at` when none does.
    std::size_t contraction(std::size_t at) const;
    std::size_t letters(std::size_t at) const;
    std::size_t cased_letters(std::size_t at) const;
    std::size_t cased_letters_from(std::size_t at) const;
    std::size_t number(std::size_t at) const;
    std::size_t symbols(std::size_t at) const;
    std::size_t line_end(std::size_t at) const;
    std::size_t spaces(std::size_t at) const;

    const std::u32string& text_;
    std::size_t digits_;
    WordCase word_case_;
};

}  // namespace easel::inference
