#include "fhir/json_tree.hpp"

#include "fhir/json_scan.hpp"

#include <boost/json/value_stack.hpp>
#include <boost/version.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace fhir {
namespace json = boost::json;

namespace {

// Builds the tree by Boost.JSON's own means.
class TreeBuilder {
  public:
    explicit TreeBuilder(json::storage_ptr storage) { stack_.reset(std::move(storage)); }

    json::value release() { return stack_.release(); }

    void name(std::string_view name) { stack_.push_key(name); }
    void string(std::string_view text) { stack_.push_string(text); }
    void integer(std::int64_t number) { stack_.push_int64(number); }
    void decimal(std::string_view number) {
        std::array<char, 1 + longest_without_heap> marked;
        if (number.size() > longest_without_heap) {
            stack_.push_chars(json::string_view(&decimal_mark, 1));
            return stack_.push_string(number);
        }
        marked[0] = decimal_mark;
        std::memcpy(marked.data() + 1, number.data(), number.size());
        stack_.push_string(json::string_view(marked.data(), 1 + number.size()));
    }
    void boolean(bool value) { stack_.push_bool(value); }
    void null() { stack_.push_null(); }
    void object(std::size_t members) { stack_.push_object(members); }
    void array(std::size_t elements) { stack_.push_array(elements); }

  private:
    static constexpr std::size_t longest_without_heap = 64;

    alignas(json::value) std::array<unsigned char, 4096> first_room_;
    json::value_stack stack_{{}, first_room_.data(), first_room_.size()};
};

// What a tree of Boost.JSON looks like in memory, word by word. Its own means take some 90 instructions for a name, 120
// for a string and 300 for an object: memory is asked for by virtual calls, and each object looks for names that it has
// twice, which JsonScan has done. Boost calls these structures private, so that they are known here for one version,
// and only where nothing is given back: there a tree written so is as good as one of Boost's own, whatever is done with
// it. `holds` looks once whether the library at hand makes the same.
namespace layout {

constexpr bool is_known = BOOST_VERSION == 108100 && sizeof(void*) == 8 && std::endian::native == std::endian::little &&
                          sizeof(json::value) == 24 && sizeof(json::key_value_pair) == 40 &&
                          alignof(json::key_value_pair) == 8;

// Beyond it Boost builds buckets behind the members of an object.
constexpr std::size_t most_without_buckets = 18;

// json::value. Behind `storage` stands the kind in one byte; a short string follows it at once, everything else is in
// `content`.
struct Value {
    std::uint64_t storage;
    std::uint64_t kind;
    std::uint64_t content;
};

constexpr std::uint64_t kind_of(json::kind kind) {
    return static_cast<std::uint64_t>(kind);
}

constexpr std::size_t most_in_short_string = 14;
constexpr std::uint64_t short_string = kind_of(json::kind::string) | 0x80;

// json::key_value_pair.
struct Member {
    Value value;
    const char* name;
    std::uint32_t name_size;
    std::uint32_t next_in_bucket;
};

// Before the members of an object, the elements of an array, the characters of a string.
struct ObjectTable {
    std::uint32_t size, capacity;
    std::uint64_t salt;
};
struct Table {
    std::uint32_t size, capacity;
};

static_assert(!is_known || (sizeof(Value) == sizeof(json::value) && sizeof(Member) == sizeof(json::key_value_pair) &&
                            sizeof(ObjectTable) == 16 && sizeof(Table) == 8 && alignof(json::value) == alignof(Value)));

template <typename T>
T read(const void* from) {
    T read;
    std::memcpy(&read, from, sizeof read);
    return read;
}

std::uint64_t address(const void* place) {
    return reinterpret_cast<std::uintptr_t>(place);
}

// Whether a string that Boost made is what is said above; the same for an array and an object. Each address is held
// against what Boost's own means say before it is followed.
bool is_string(const json::value& made) {
    const Value value = read<Value>(&made);
    const json::string& text = made.get_string();
    if (text.size() <= most_in_short_string) {
        return (value.kind & 0xff) == short_string && text.data() == reinterpret_cast<const char*>(&made) + 9 &&
               value.content >> 56 == most_in_short_string - text.size();
    }
    if ((value.kind & 0xff) != kind_of(json::kind::string) || value.content != address(text.data()) - sizeof(Table)) {
        return false;
    }
    const Table table = read<Table>(text.data() - sizeof(Table));
    return table.size == text.size() && table.capacity == text.capacity();
}

bool is_array(const json::value& made) {
    const Value value = read<Value>(&made);
    const json::array& list = made.get_array();
    if ((value.kind & 0xff) != kind_of(json::kind::array) || value.content != address(list.data()) - sizeof(Table)) {
        return false;
    }
    const Table table = read<Table>(reinterpret_cast<const char*>(list.data()) - sizeof(Table));
    return table.size == list.size() && table.capacity == list.capacity();
}

bool is_object(const json::value& made) {
    const Value value = read<Value>(&made);
    const json::object& members = made.get_object();
    if ((value.kind & 0xff) != kind_of(json::kind::object) ||
        value.content != address(&*members.begin()) - sizeof(ObjectTable)) {
        return false;
    }
    const auto table = read<ObjectTable>(reinterpret_cast<const char*>(&*members.begin()) - sizeof(ObjectTable));
    const auto first = read<Member>(&*members.begin());
    return table.size == members.size() && table.capacity == members.capacity() && table.salt != 0 &&
           first.name == members.begin()->key().data() && first.name_size == members.begin()->key().size() &&
           &members.begin()->value() == static_cast<const void*>(&*members.begin());
}

bool is_scalar(const json::value& made, std::uint64_t content) {
    const Value value = read<Value>(&made);
    return value.storage == read<std::uint64_t>(&made.storage()) && (value.kind & 0xff) == kind_of(made.kind()) &&
           (made.is_null() || (made.is_bool() ? value.content & 0xff : value.content) == content);
}

/// Whether the library that this runs with makes what is said above: a distribution may have built it otherwise.
bool holds() {
    static const bool as_said = [] {
        json::monotonic_resource memory;
        const json::value whole(
            {nullptr, true, -1, "b12", "just fourteen!", "one is fifteen:", json::array{1, 2}, {{"name", "text"}}},
            &memory);
        const json::array& parts = whole.get_array();
        return is_scalar(parts[0], 0) && is_scalar(parts[1], 1) && is_scalar(parts[2], ~std::uint64_t(0)) &&
               is_string(parts[3]) && is_string(parts[4]) && is_string(parts[5]) && is_array(parts[6]) &&
               is_object(parts[7]);
    }();
    return as_said;
}

}  // namespace layout

// A few bytes, as most names and strings have: two blocks that overlap are quicker than a call.
inline void copy_few(char* to, const char* from, std::size_t size) {
    struct Sixteen {
        std::uint64_t low, high;
    };
    const auto both_ends = [&](auto block) {
        decltype(block) last;
        std::memcpy(&block, from, sizeof block);
        std::memcpy(&last, from + size - sizeof block, sizeof block);
        std::memcpy(to, &block, sizeof block);
        std::memcpy(to + size - sizeof block, &last, sizeof block);
    };
    constexpr std::size_t few = 4 * sizeof(Sixteen);
    if (size > few) return void(std::memcpy(to, from, size));
    if (size >= sizeof(Sixteen)) {
        std::size_t copied = 0;
        for (; size - copied > sizeof(Sixteen); copied += sizeof(Sixteen)) {
            std::memcpy(to + copied, from + copied, sizeof(Sixteen));
        }
        return std::memcpy(to + size - sizeof(Sixteen), from + size - sizeof(Sixteen), sizeof(Sixteen)), void();
    }
    if (size >= sizeof(std::uint64_t)) return both_ends(std::uint64_t());
    if (size >= sizeof(std::uint32_t)) return both_ends(std::uint32_t());
    if (size == 0) return;
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
}

// A value is moved by copying its bytes, as Boost.JSON does it itself. What it is moved out of needs no destructor.
json::value* as_value(const layout::Value& written, unsigned char* room) {
    std::memcpy(room, &written, sizeof written);
    return std::launder(reinterpret_cast<json::value*>(room));
}

// What is not yet in an array or object that is complete.
template <typename T, std::size_t few>
class Stack {
  public:
    Stack() = default;
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    T& push(const T& one) {
        if (top_ == end_) grow();
        *top_ = one;
        return *top_++;
    }
    const T* last(std::size_t count) const { return top_ - count; }
    void drop(std::size_t count) { top_ -= count; }

  private:
    void grow() {
        const std::size_t size = static_cast<std::size_t>(top_ - begin_);
        std::vector<T> larger(2 * size);
        std::copy(begin_, top_, larger.begin());
        heap_ = std::move(larger);
        begin_ = heap_.data();
        top_ = begin_ + size;
        end_ = begin_ + heap_.size();
    }

    std::array<T, few> first_room_;
    std::vector<T> heap_;
    T* begin_ = first_room_.data();
    T* top_ = begin_;
    T* end_ = begin_ + few;
};

// Builds the tree by writing it down, in a storage whose memory goes as a whole.
class TreeWriter {
  public:
    TreeWriter(const json::storage_ptr& storage, std::size_t text_size)
        : storage_(storage), block_size_(std::clamp(text_size, smallest_block, largest_block)) {
        const json::value null(nullptr, storage_);
        std::memcpy(&storage_word_, &null, sizeof storage_word_);
    }

    json::value release() {
        alignas(json::value) std::array<unsigned char, sizeof(json::value)> whole;
        return std::move(*as_value(*values_.last(1), whole.data()));
    }

    void name(std::string_view name) {
        char* const place = take(name.size() + 1);
        copy_few(place, name.data(), name.size());
        place[name.size()] = '\0';
        names_.push({place, static_cast<std::uint32_t>(name.size())});
    }

    void string(std::string_view text) { copy_few(characters(text.size()), text.data(), text.size()); }

    void decimal(std::string_view number) {
        char* const place = characters(1 + number.size());
        *place = decimal_mark;
        copy_few(place + 1, number.data(), number.size());
    }

    void integer(std::int64_t number) { push(json::kind::int64, std::bit_cast<std::uint64_t>(number)); }
    void boolean(bool value) { push(json::kind::bool_, value ? 1 : 0); }
    void null() { push(json::kind::null, 0); }

    void array(std::size_t count) {
        if (count == 0) return push_copy(json::value(json::array_kind, storage_));
        const std::size_t bytes = count * sizeof(layout::Value);
        char* const place = take_aligned(sizeof(layout::Table) + bytes);
        write(place, layout::Table{static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(count)});
        std::memcpy(place + sizeof(layout::Table), values_.last(count), bytes);
        values_.drop(count);
        push(json::kind::array, layout::address(place));
    }

    void object(std::size_t count) {
        if (count == 0) return push_copy(json::value(json::object_kind, storage_));
        if (count > layout::most_without_buckets) return large_object(count);
        char* const place = take_aligned(sizeof(layout::ObjectTable) + count * sizeof(layout::Member));
        write(place, layout::ObjectTable{static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(count),
                                         layout::address(place)});
        const layout::Value* value = values_.last(count);
        const Name* name = names_.last(count);
        for (char *to = place + sizeof(layout::ObjectTable), *end = to + count * sizeof(layout::Member); to != end;
             to += sizeof(layout::Member), ++value, ++name) {
            write(to, layout::Member{*value, name->text, name->size, 0});
        }
        values_.drop(count);
        names_.drop(count);
        push(json::kind::object, layout::address(place));
    }

  private:
    struct Name {
        const char* text;
        std::uint32_t size;
    };

    template <typename T>
    static void write(char* to, const T& what) {
        std::memcpy(to, &what, sizeof what);
    }

    // Memory of the tree. A block of the storage at a time: to ask for each piece is a virtual call.
    char* take(std::size_t size) {
        if (static_cast<std::size_t>(end_ - free_) < size) return take_of_new_block(size);
        return std::exchange(free_, free_ + size);
    }

    char* take_aligned(std::size_t size) {
        constexpr std::size_t alignment = alignof(layout::Value);
        const std::size_t skipped = (0 - reinterpret_cast<std::uintptr_t>(free_)) % alignment;
        if (static_cast<std::size_t>(end_ - free_) < size + skipped) return take_of_new_block(size);
        return std::exchange(free_, free_ + skipped + size) + skipped;
    }

    char* take_of_new_block(std::size_t size) {
        if (size > block_size_ / 4) return static_cast<char*>(storage_->allocate(size, alignof(std::max_align_t)));
        free_ = static_cast<char*>(storage_->allocate(block_size_, alignof(std::max_align_t)));
        end_ = free_ + block_size_;
        char* const place = free_;
        free_ += size;
        return place;
    }

    void push(json::kind kind, std::uint64_t content) { values_.push({storage_word_, layout::kind_of(kind), content}); }

    void push_copy(const json::value& value) {
        layout::Value copy;
        std::memcpy(&copy, &value, sizeof copy);
        values_.push(copy);
    }

    // Pushes a string. \returns where its characters are to be written.
    char* characters(std::size_t size) {
        if (size <= layout::most_in_short_string) {
            constexpr unsigned last_byte = 56;  // which holds what is left; 0 ends a string that fills all
            layout::Value& pushed =
                values_.push({storage_word_, layout::short_string, (layout::most_in_short_string - size) << last_byte});
            return reinterpret_cast<char*>(&pushed) + offsetof(layout::Value, kind) + 1;
        }
        char* const place = take_aligned(sizeof(layout::Table) + size + 1);
        write(place, layout::Table{static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(size)});
        char* const text = place + sizeof(layout::Table);
        text[size] = '\0';
        push(json::kind::string, layout::address(place));
        return text;
    }

    void large_object(std::size_t count) {
        json::value whole(json::object_kind, storage_);
        json::object& object = whole.get_object();
        object.reserve(count);
        alignas(json::value) std::array<unsigned char, sizeof(json::value)> room;
        for (std::size_t left = count; left > 0; --left) {
            const Name& name = *names_.last(left);
            object.emplace(json::string_view(name.text, name.size),
                           std::move(*as_value(*values_.last(left), room.data())));
        }
        values_.drop(count);
        names_.drop(count);
        push_copy(whole);
    }

#ifdef __SANITIZE_ADDRESS__
    static constexpr std::size_t smallest_block = 0,
                                 largest_block = 0;  // each piece by itself: then it sees their ends
#else
    static constexpr std::size_t smallest_block = 1024, largest_block = 64 * 1024;
#endif
    static constexpr std::size_t most_values = 128, most_names = 64;  // without a heap

    const json::storage_ptr& storage_;
    const std::size_t block_size_;
    std::uint64_t storage_word_ = 0;
    char* free_ = nullptr;
    char* end_ = nullptr;
    Stack<layout::Value, most_values> values_;
    Stack<Name, most_names> names_;
};

template <typename Builder>
std::optional<json::value> build(Builder builder, std::string_view text, const JsonLimits& limits) {
    if (!JsonScan(text, builder, limits).scan()) return std::nullopt;
    return builder.release();
}

}  // namespace

std::optional<json::value> tree_of_sound(std::string_view text, const json::storage_ptr& storage,
                                         const JsonLimits& limits) {
    constexpr std::size_t longest = 1U << 30;  // sizes are of 32 bits
    if constexpr (layout::is_known) {
        if (storage.is_not_shared_and_deallocate_is_trivial() && text.size() <= longest && layout::holds()) {
            return build(TreeWriter(storage, text.size()), text, limits);
        }
    }
    return build(TreeBuilder(storage), text, limits);
}

json::value shared(const json::value& value) {
    if constexpr (layout::is_known) {
        if (value.storage().is_not_shared_and_deallocate_is_trivial() && layout::holds()) {
            layout::Value copy;
            std::memcpy(&copy, &value, sizeof copy);
            alignas(json::value) std::array<unsigned char, sizeof(json::value)> room;
            return std::move(*as_value(copy, room.data()));
        }
    }
    return json::value(value, value.storage());
}

}  // namespace fhir
