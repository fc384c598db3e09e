// What expressions work on: a System value, or an element of a JSON tree together with its type. A Value is 24 bytes;
// elements and most strings borrow from the caller's JSON trees, everything else is carried or shared.
//
// A Collection is a list of Values that needs no heap for up to six of them.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/decimal.hpp"
#include "fhir/path/types.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace fhir::path {

/// FHIRPath's Quantity: an amount and a UCUM code, or one of the calendar's words.
struct Measure {
    Decimal value;
    std::string unit = "1";                       ///< a UCUM code, or the calendar's word as it was written ("days")
    std::optional<CalendarUnit> calendar_unit{};  ///< set for the calendar's words only

    bool operator==(const Measure&) const = default;
};

class Value {
  public:
    enum class Kind : std::uint8_t {
        none,  ///< no value: what a default-constructed Value is
        boolean,
        integer,
        long_integer,
        decimal,
        string,
        date,
        date_time,
        time,
        quantity,
        element,   ///< a node of a JSON tree
        type_info  ///< what type() gives
    };

    Value() noexcept = default;
    Value(const Value& other) noexcept
        : kind_(other.kind_),
          storage_(other.storage_),
          scale_(other.scale_),
          type_(other.type_),
          payload_(other.payload_) {
        if (storage_ == Storage::shared) retain();
    }
    Value(Value&& other) noexcept
        : kind_(other.kind_),
          storage_(other.storage_),
          scale_(other.scale_),
          type_(other.type_),
          payload_(other.payload_) {
        other.forget();
    }
    Value& operator=(const Value& other) noexcept {
        Value copy(other);
        swap(copy);
        return *this;
    }
    Value& operator=(Value&& other) noexcept {
        Value taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Value() {
        if (storage_ == Storage::shared) release();
    }

    static Value boolean(bool value) noexcept;
    static Value integer(std::int32_t value) noexcept;
    static Value long_integer(std::int64_t value) noexcept;
    static Value decimal(const Decimal& value);
    static Value string(std::string text);
    /// `text` is borrowed: it must live as long as the Value and its copies.
    static Value borrowed_string(std::string_view text) noexcept;
    static Value date(const Date& value) noexcept;
    static Value date_time(const DateTime& value);
    static Value time(const Time& value);
    static Value quantity(Measure value);
    static Value type_info(TypeId type) noexcept;

    /// A node of a JSON tree, which is borrowed.
    /// \param json     the node, or nullptr where only `sibling` exists (a primitive with extensions and no value).
    /// \param sibling  the object under "_name" beside a primitive, or nullptr.
    static Value element(const boost::json::value* json, TypeId type,
                         const boost::json::value* sibling = nullptr) noexcept {
        Value value;
        value.kind_ = Kind::element;
        value.type_ = type;
        value.payload_.element = {json, sibling};
        return value;
    }

    /// A whole resource, borrowed. Its type is taken from "resourceType"; Resource if that is missing or not of R4.
    static Value resource(const boost::json::value& json, const Types& types);

    Kind kind() const noexcept { return kind_; }
    bool has_value() const noexcept { return kind_ != Kind::none; }
    bool is_element() const noexcept { return kind_ == Kind::element; }

    // Each of these has the precondition that kind() says so.
    bool as_boolean() const noexcept { return payload_.boolean; }
    std::int32_t as_integer() const noexcept { return static_cast<std::int32_t>(payload_.number); }
    std::int64_t as_long() const noexcept { return payload_.number; }  ///< of an integer too
    Decimal as_decimal() const noexcept;                               ///< of an integer and a long too
    std::string_view as_string() const noexcept;
    const Date& as_date() const noexcept { return payload_.date; }
    const DateTime& as_date_time() const noexcept;
    const Time& as_time() const noexcept;
    const Measure& as_quantity() const noexcept;
    const boost::json::value* json() const noexcept { return payload_.element.json; }        ///< may be nullptr
    const boost::json::value* sibling() const noexcept { return payload_.element.sibling; }  ///< may be nullptr

    /// The type: of an element its R4 or declared type, of a System value its System type, of a type_info the type
    /// told.
    TypeId type() const noexcept { return type_; }

    /// The System value that an element of a primitive type (or a FHIR Quantity) stands for; a System value itself.
    /// Without value (kind none) if there is none, or the JSON does not fit the type.
    Value system_value() const;

    /// A copy for use while this one lives, which counts no reference: how an expression hands out its literals.
    Value literal() const noexcept;

    /// Makes sure that the value outlives the expression it may be a literal of.
    void make_lasting() noexcept {
        if (storage_ != Storage::literal) return;
        storage_ = Storage::shared;
        retain();
    }

  private:
    enum class Storage : std::uint8_t { plain, literal, shared };
    struct Box;
    struct Text {
        const char* data = nullptr;
        std::size_t size = 0;
    };
    struct Node {
        const boost::json::value* json;
        const boost::json::value* sibling;
    };
    union Payload {
        Text text{};
        bool boolean;
        std::int64_t number;
        Date date;
        Node element;
        Box* box;
    };
    static Value boxed(Kind kind, TypeId type, Box* box) noexcept;
    void retain() const noexcept;
    void release() noexcept;
    void forget() noexcept {
        kind_ = Kind::none;
        storage_ = Storage::plain;
    }
    void swap(Value& other) noexcept {
        std::swap(kind_, other.kind_);
        std::swap(storage_, other.storage_);
        std::swap(scale_, other.scale_);
        std::swap(type_, other.type_);
        std::swap(payload_, other.payload_);
    }

    Kind kind_ = Kind::none;
    Storage storage_ = Storage::plain;
    std::uint8_t scale_ = 0;  // of a decimal that needs no box
    TypeId type_ = TypeId::none;
    Payload payload_{};
};

/// The value of System type `type` that a JSON value stands for; without value if the JSON is not of that kind or
/// cannot be read. Strings are borrowed. For `none` the JSON's own kind decides.
Value system_value_of(const boost::json::value& json, TypeId type);

/// An ordered list of values; the same one may stand in it twice.
class Collection {
  public:
    Collection() noexcept = default;
    Collection(std::initializer_list<Value> values);
    Collection(const Collection& other);
    Collection(Collection&& other) noexcept { take(other); }
    Collection& operator=(const Collection& other);
    Collection& operator=(Collection&& other) noexcept;
    ~Collection() {
        if (size_ != 0 || data_ != inline_values()) free();
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const Value* begin() const noexcept { return data_; }
    const Value* end() const noexcept { return data_ + size_; }
    Value* begin() noexcept { return data_; }
    Value* end() noexcept { return data_ + size_; }
    const Value& operator[](std::size_t index) const noexcept { return data_[index]; }
    Value& operator[](std::size_t index) noexcept { return data_[index]; }
    const Value& front() const noexcept { return data_[0]; }
    const Value& back() const noexcept { return data_[size_ - 1]; }

    void push_back(const Value& value) { push_back(Value(value)); }
    void push_back(Value&& value) {
        if (size_ == capacity_) grow();
        new (data_ + size_) Value(std::move(value));
        ++size_;
    }
    /// Keeps the first `size` values. Precondition: size <= size().
    void truncate(std::size_t size) noexcept;
    void clear() noexcept { truncate(0); }

  private:
    static constexpr std::size_t inline_capacity = 6;

    Value* inline_values() noexcept { return reinterpret_cast<Value*>(inline_); }
    void grow();
    void take(Collection& other) noexcept;
    void free() noexcept;

    alignas(Value) std::byte inline_[inline_capacity * sizeof(Value)];
    Value* data_ = inline_values();
    std::size_t size_ = 0;
    std::size_t capacity_ = inline_capacity;
};

}  // namespace fhir::path
