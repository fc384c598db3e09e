// A mutator for libFuzzer that knows JSON: half of the inputs it changes byte by byte, as libFuzzer does, and half as a
// tree, so that what lies behind the parser is reached with texts that still parse. Include it in one target's file.
#pragma once

#include "fhir/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace fuzz {

using boost::json::value;

/// Values that readers stumble over: absence in its forms, numbers at their limits, dates that are none.
inline constexpr std::array<std::string_view, 30> odd_values = {
    "null",
    "\"\"",
    "[]",
    "{}",
    "[null]",
    "true",
    "0",
    "-1",
    "9223372036854775807",
    "18446744073709551616",
    "1e999",
    "-0.0",
    "1.10",
    "0.000000000000000000000000000000000000000000000001",
    "99999999999999999999999999999999999999999999999999",
    "\"2026-02-30\"",
    "\"2024-02-29T23:59:60.123456789-12:00\"",
    "\"0000\"",
    "\"9999-12-31T23:59:59+14:00\"",
    "\"2025\"",
    "\"2025-11\"",
    "\"#\"",
    "\"Patient/fuzz\"",
    "\"urn:uuid:00000000-0000-0000-0000-000000000000\"",
    "\"https://x.example/fhir/Patient/fuzz/_history/1\"",
    "\"<b>[x](javascript:y)</b>\\n# |\"",
    "\"\\u202e\\ud83d\\ude00\\u0000\"",
    "\"{{context.patientId}}\"",
    "{\"resourceType\":\"Bundle\",\"link\":[{\"relation\":\"next\",\"url\":\"x\"}]}",
    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"x\"}]}"};

class JsonMutator {
  public:
    JsonMutator(value& tree, unsigned seed) : random_(seed) { list(tree); }

    void mutate() {
        value& target = any();
        switch (pick(6)) {
            case 0:
                target = *fhir::parse_json(odd_values[pick(odd_values.size())]);
                break;
            case 1:
                target = value(any());  // a copy: the other may hold this one
                break;
            case 2:
                take_away(target);
                break;
            case 3:
                double_up(target);
                break;
            case 4:
                swap_name(target);
                break;
            default:
                scribble(target);
        }
    }

  private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
    value& any() { return *nodes_[pick(nodes_.size())]; }

    void list(value& node) {
        nodes_.push_back(&node);
        if (auto* array = node.if_array()) {
            for (value& element : *array) list(element);
        } else if (auto* object = node.if_object()) {
            for (auto& member : *object) list(member.value());
        }
    }

    void take_away(value& node) {
        if (auto* array = node.if_array(); array && !array->empty()) {
            array->erase(array->begin() + static_cast<std::ptrdiff_t>(pick(array->size())));
        } else if (auto* object = node.if_object(); object && !object->empty()) {
            object->erase(object->begin() + pick(object->size()));
        }
    }

    void double_up(value& node) {
        auto* array = node.if_array();
        if (array && !array->empty()) {
            array->push_back(value((*array)[pick(array->size())]));
        } else if (!array) {
            node = boost::json::array{value(node)};
        }
    }

    /// Puts a member of `node` under the name of another object's member.
    void swap_name(value& node) {
        auto* object = node.if_object();
        const auto* other = any().if_object();
        if (!object || object->empty() || !other || other->empty()) return;
        const std::string name((other->begin() + pick(other->size()))->key());
        value moved((object->begin() + pick(object->size()))->value());
        object->insert_or_assign(name, std::move(moved));
    }

    void scribble(value& node) {
        if (!fhir::is_text(node)) return;
        std::string text(*fhir::text_of(node));
        const std::size_t size = text.size();
        text.resize(size + 16);
        text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
        if (!text.starts_with('\x01')) node = value(text);
    }

    std::minstd_rand random_;
    std::vector<value*> nodes_;
};

}  // namespace fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
    auto tree = fhir::parse_json({reinterpret_cast<const char*>(data), size});
    if (!tree) return LLVMFuzzerMutate(data, size, max_size);
    fuzz::JsonMutator(*tree, seed).mutate();
    const std::string text = fhir::print_json(*tree);
    if (text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::memcpy(data, text.data(), text.size());
    return text.size();
}
