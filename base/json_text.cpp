#include "base/json_text.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace easel {

namespace {

using Members = std::vector<std::pair<std::string, Json>>;

// Up to this many members, comparing each with each is faster than a hash table.
constexpr std::size_t few_members = 16;

// Moves later members of a name into the place of the first.
void merge_repeated(Members& members, std::size_t begin) {
    std::unordered_map<std::string_view, std::size_t> first_of;
    const bool is_large = members.size() - begin > few_members;
    if (is_large) first_of.reserve(members.size() - begin);
    std::vector<std::size_t> repeated;
    for (std::size_t i = begin; i < members.size(); ++i) {
        const std::string& name = members[i].first;
        std::size_t first = i;
        if (is_large) {
            first = first_of.try_emplace(name, i).first->second;
        } else {
            const auto from = members.begin() + static_cast<std::ptrdiff_t>(begin);
            const auto to = members.begin() + static_cast<std::ptrdiff_t>(i);
            const auto found = std::find_if(from, to, [&](const auto& member) { return member.first == name; });
            first = static_cast<std::size_t>(found - members.begin());
        }
        if (first == i) continue;
        members[first].second = std::move(members[i].second);
        repeated.push_back(i);
    }
    for (auto index = repeated.rbegin(); index != repeated.rend(); ++index)
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(*index));
}

// What nlohmann's parser calls. Members of all open containers lie on one stack and are moved into their container when
// it closes and its size is known.
class Builder {
public:
    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(Json::number_integer_t value) { return add(value); }
    bool number_unsigned(Json::number_unsigned_t value) { return add(value); }
    bool number_float(Json::number_float_t value, const std::string&) { return add(value); }
    bool string(std::string& value) { return add(std::move(value)); }
    bool binary(Json::binary_t& value) { return add(std::move(value)); }
    bool key(std::string& name) {
        name_ = std::move(name);
        return true;
    }
    bool start_object(std::size_t) { return open(); }
    bool start_array(std::size_t) { return open(); }

    bool end_object() {
        const std::size_t begin = open_.back().begin;
        merge_repeated(values_, begin);
        Json object = Json::object();
        // Straight into the vector that an ordered object is, since no name repeats.
        std::vector<Json::object_t::value_type>& members = object.get_ref<Json::object_t&>();
        members.reserve(values_.size() - begin);
        for (std::size_t i = begin; i < values_.size(); ++i)
            members.emplace_back(std::move(values_[i].first), std::move(values_[i].second));
        return close(std::move(object));
    }

    bool end_array() {
        const std::size_t begin = open_.back().begin;
        Json array = Json::array();
        Json::array_t& elements = array.get_ref<Json::array_t&>();
        elements.reserve(values_.size() - begin);
        for (std::size_t i = begin; i < values_.size(); ++i)
            elements.push_back(std::move(values_[i].second));
        return close(std::move(array));
    }

    bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
        problem_ = error.what();
        return false;
    }

    Json take() { return std::move(values_.front().second); }
    const std::string& problem() const { return problem_; }

private:
    struct Container {
        std::string name;
        std::size_t begin;  // of its members on the stack
    };

    bool add(Json value) {
        values_.emplace_back(std::exchange(name_, {}), std::move(value));
        return true;
    }
    bool open() {
        open_.push_back({std::exchange(name_, {}), values_.size()});
        return true;
    }
    bool close(Json value) {
        values_.resize(open_.back().begin);
        name_ = std::move(open_.back().name);
        open_.pop_back();
        return add(std::move(value));
    }

    Members values_;
    std::vector<Container> open_;
    std::string name_;
    std::string problem_;
};

}  // namespace

Json read_json(std::string_view text) {
    Builder builder;
    if (!Json::sax_parse(text, &builder)) throw UserError(builder.problem());
    return builder.take();
}

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f; });
}

void append_json_string(std::string& out, std::string_view text) {
    if (is_plain_text(text))
        out.append(1, '"').append(text).append(1, '"');
    else
        out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace easel
