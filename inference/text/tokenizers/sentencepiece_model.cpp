#include "inference/text/tokenizers/sentencepiece_model.hpp"

#include "base/error.hpp"

#include <cstring>
#include <optional>

namespace easel::inference {

namespace {

[[noreturn]] void fail() { throw ModelError("the sentencepiece model of the tokenizer is damaged"); }

// One field of a protocol buffer message.
struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;  // of a number, or the bits of a float
    std::string_view bytes;   // of a text or a message
};

class Message {
public:
    explicit Message(std::string_view bytes) : rest_(bytes) {}

    std::optional<Field> next() {
        if (rest_.empty()) return std::nullopt;
        const std::uint64_t tag = number();
        Field field{.number = tag >> 3, .value = 0, .bytes = {}};
        switch (tag & 7U) {
        case 0:
            field.value = number();
            break;
        case 1:
            take(8);
            break;
        case 2:
            field.bytes = take(number());
            break;
        case 5: {
            std::uint32_t bits = 0;
            std::memcpy(&bits, take(4).data(), sizeof bits);
            field.value = bits;
            break;
        }
        default:
            fail();
        }
        return field;
    }

private:
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return value;
        }
        fail();
    }

    std::string_view take(std::uint64_t count) {
        if (count > rest_.size()) fail();
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view rest_;
};

float as_float(std::uint64_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    float number = 0;
    std::memcpy(&number, &bits, sizeof number);
    return number;
}

SentencePieceModel::Piece read_piece(std::string_view bytes) {
    SentencePieceModel::Piece piece;
    Message message(bytes);
    while (const auto field = message.next()) {
        if (field->number == 1) piece.text = field->bytes;
        if (field->number == 2) piece.score = as_float(field->value);
        if (field->number == 3) piece.role = static_cast<SentencePieceModel::Role>(field->value);
    }
    return piece;
}

void read_trainer(std::string_view bytes, SentencePieceModel& model) {
    Message message(bytes);
    while (const auto field = message.next()) {
        if (field->number == 3) model.kind = static_cast<SentencePieceModel::Kind>(field->value);
        if (field->number == 24) model.space_is_suffix = field->value != 0;
        if (field->number == 35) model.has_bytes = field->value != 0;
        if (field->number == 46) model.start = field->bytes;
        if (field->number == 47) model.end = field->bytes;
    }
}

void read_normalizer(std::string_view bytes, SentencePieceModel& model) {
    Message message(bytes);
    while (const auto field = message.next()) {
        if (field->number == 2) model.character_map = field->bytes;
        if (field->number == 3) model.adds_space = field->value != 0;
        if (field->number == 4) model.removes_extra_space = field->value != 0;
        if (field->number == 5) model.marks_space = field->value != 0;
    }
}

}  // namespace

SentencePieceModel parse_sentencepiece_model(std::string_view bytes) {
    SentencePieceModel model;
    Message message(bytes);
    while (const auto field = message.next()) {
        if (field->number == 1) model.pieces.push_back(read_piece(field->bytes));
        if (field->number == 2) read_trainer(field->bytes, model);
        if (field->number == 3) read_normalizer(field->bytes, model);
    }
    if (model.pieces.empty()) fail();
    return model;
}

}  // namespace easel::inference
