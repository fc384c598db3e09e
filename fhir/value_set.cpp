#include "fhir/value_set.hpp"

#include "fhir/code_hierarchy.hpp"
#include "fhir/coding.hpp"
#include "fhir/json_text.hpp"

#include <algorithm>

namespace fhir {
namespace json = boost::json;
namespace {

/// SNOMED CT, Technical Implementation Guide, "SCTID".
bool is_concept_id(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() >= 6 && text.size() <= 18 && std::all_of(text.begin(), text.end(), is_digit);
}

// Whether `code` begins with `start`, dots ignored in both.
bool begins_with(std::string_view code, std::string_view start) {
    std::size_t at = 0;
    for (const char c : start) {
        if (c == '.') continue;
        while (at < code.size() && code[at] == '.') ++at;
        if (at == code.size() || code[at] != c) return false;
        ++at;
    }
    return true;
}

}  // namespace

bool spells_its_hierarchy(std::string_view system) noexcept {
    return system == icd10_cm_system || system == icd10_system || system == atc_system;
}

std::string lookup_key(std::string_view system, std::string_view code) {
    std::string key(code);
    if (spells_its_hierarchy(system)) std::erase(key, '.');
    return key;
}

// Reads one ValueSet and gathers what is wrong with it.
class ValueSet::Reader {
  public:
    boost::system::result<ValueSet, std::vector<ValueSetError>> read(const json::value& resource) {
        const json::object* object = resource.if_object();
        if (!object || member_text(*object, "resourceType") != "ValueSet") {
            return std::vector<ValueSetError>{{"", "this is not a FHIR ValueSet"}};
        }
        ValueSet set;
        set.id_ = required_text(*object, "", "id", "a value set needs an id");
        set.url_ = member_text(*object, "url");
        set.title_ = member_text(*object, "title");
        if (set.title_.empty()) set.title_ = member_text(*object, "name");
        read_compose(*object, set);
        if (!errors_.empty()) return std::move(errors_);
        set.included_lookup_ = index(set.included_);
        set.excluded_lookup_ = index(set.excluded_);
        return set;
    }

  private:
    static std::string member_text(const json::object& object, std::string_view name) {
        const json::value* member = object.if_contains(name);
        const std::optional<std::string_view> text = member ? text_of(*member) : std::nullopt;
        return std::string(text.value_or(""));
    }

    std::string required_text(const json::object& object, const std::string& pointer, std::string_view name,
                              std::string_view message) {
        std::string text = member_text(object, name);
        if (text.empty()) fail(object.contains(name) ? pointer + '/' + std::string(name) : pointer, message);
        return text;
    }

    void fail(std::string pointer, std::string_view message) { errors_.push_back({std::move(pointer), message}); }

    void read_compose(const json::object& resource, ValueSet& set) {
        const json::value* member = resource.if_contains("compose");
        const json::object* compose = member ? member->if_object() : nullptr;
        if (!compose) return fail(member ? "/compose" : "", "a value set needs compose.include");
        read_list(*compose, "/compose", "include", "compose.include is a list of objects",
                  [&](const json::object& include, const std::string& at) { read_part(include, at, set.included_); });
        if (set.included_.empty() && errors_.empty()) fail("/compose", "a value set needs compose.include");
        read_list(*compose, "/compose", "exclude", "compose.exclude is a list of objects",
                  [&](const json::object& exclude, const std::string& at) {
                      read_part(exclude, at, set.excluded_);
                      for (const System& system : set.excluded_) {
                          if (system.constraints.empty()) continue;
                          fail(at, "what a constraint takes out is written there, with MINUS");
                      }
                  });
    }

    // Calls `read` with each object of the list `name`, and its pointer.
    template <typename Read>
    void read_list(const json::object& object, const std::string& pointer, std::string_view name,
                   std::string_view message, Read read) {
        const json::value* member = object.if_contains(name);
        if (!member) return;
        const std::string at = pointer + '/' + std::string(name);
        const json::array* list = member->if_array();
        if (!list) return fail(at, message);
        for (std::size_t i = 0; i < list->size(); ++i) {
            const std::string element_at = at + '/' + std::to_string(i);
            if (const json::object* element = (*list)[i].if_object()) {
                read(*element, element_at);
            } else {
                fail(element_at, message);
            }
        }
    }

    void read_part(const json::object& part, const std::string& at, std::vector<System>& systems) {
        const std::string url = required_text(part, at, "system", "a system is needed");
        if (part.contains("valueSet")) fail(at + "/valueSet", "value sets inside value sets are not read");
        const bool has_concepts = part.contains("concept");
        const bool has_filters = part.contains("filter");
        if (has_concepts == has_filters) return fail(at, "either concept or filter is needed");
        System& system = system_named(url, systems);
        read_list(
            part, at, "concept", "concept is a list of objects",
            [&](const json::object& concept_, const std::string& where) { read_concept(concept_, where, system); });
        if (has_filters && url == snomed_system) return read_constraint(part, at, system);
        std::vector<std::string> branch;
        read_list(
            part, at, "filter", "filter is a list of objects",
            [&](const json::object& filter, const std::string& where) { read_filter(filter, where, url, branch); });
        if (!branch.empty()) system.branches.push_back(std::move(branch));
    }

    void read_constraint(const json::object& part, const std::string& at, System& system) {
        std::size_t count = 0;
        read_list(part, at, "filter", "filter is a list of objects",
                  [&](const json::object& filter, const std::string& where) {
                      const std::string property = member_text(filter, "property"), op = member_text(filter, "op");
                      const bool is_branch = property == "concept" && op == "is-a";
                      if (!is_branch && !(property == "constraint" && op == "=")) {
                          fail(where, "the filters that are read for SNOMED CT are concept is-a and constraint =");
                      }
                      if (++count == 2) fail(where, "one filter is read in an include of SNOMED CT");
                      std::string value = required_text(filter, where, "value", "a filter needs a value");
                      if (is_branch && !is_concept_id(value)) {
                          fail(where, "is-a takes a concept of SNOMED CT: its identifier, 6 to 18 digits");
                      }
                      system.constraints.push_back(is_branch ? "<< " + value : value);
                      if (is_branch) system.roots.push_back(std::move(value));
                  });
    }

    static System& system_named(const std::string& url, std::vector<System>& systems) {
        const auto found =
            std::find_if(systems.begin(), systems.end(), [&](const System& system) { return system.url == url; });
        return found != systems.end() ? *found : systems.emplace_back(System{url, {}, {}, {}, {}});
    }

    void read_concept(const json::object& object, const std::string& at, System& system) {
        Concept concept_;
        concept_.code = required_text(object, at, "code", "a code is needed");
        concept_.display = member_text(object, "display");
        read_list(object, at, "extension", "extension is a list of objects",
                  [&](const json::object& extension, const std::string& where) {
                      if (member_text(extension, "url") != confirmed_extension) return;
                      const json::value* value = extension.if_contains("valueBoolean");
                      if (!value || !value->is_bool()) return fail(where, "this extension has a valueBoolean");
                  });
        read_list(object, at, "designation", "designation is a list of objects",
                  [&](const json::object& designation, const std::string& where) {
                      concept_.designations.push_back(
                          required_text(designation, where, "value", "a designation has a value"));
                  });
        system.concepts.push_back(std::move(concept_));
    }

    void read_filter(const json::object& filter, const std::string& at, const std::string& system,
                     std::vector<std::string>& branch) {
        const bool is_branch = member_text(filter, "property") == "concept" && member_text(filter, "op") == "is-a";
        if (!is_branch) fail(at, "the only filter that is read has property concept and op is-a");
        if (is_branch && !spells_its_hierarchy(system)) {
            fail(at, "is-a is read for ICD-10-CM, ICD-10, ATC and SNOMED CT only: list the codes of other systems");
        }
        branch.push_back(required_text(filter, at, "value", "a filter needs a value"));
    }

    std::vector<ValueSetError> errors_;
};

boost::system::result<ValueSet, std::vector<ValueSetError>> ValueSet::read(const json::value& resource) {
    return Reader().read(resource);
}

ValueSet::Lookup ValueSet::index(const std::vector<System>& systems) {
    Lookup lookup;
    for (std::size_t i = 0; i < systems.size(); ++i) {
        lookup.systems.emplace(systems[i].url, i);
        Index& codes = lookup.codes.emplace_back();
        codes.reserve(systems[i].concepts.size());
        for (std::size_t j = 0; j < systems[i].concepts.size(); ++j) {
            codes.emplace(lookup_key(systems[i].url, systems[i].concepts[j].code), j);
        }
    }
    return lookup;
}

bool ValueSet::holds(const std::vector<System>& systems, const Lookup& lookup, std::string_view system,
                     std::string_view code) {
    const auto found = lookup.systems.find(system);
    if (found == lookup.systems.end()) return false;
    const std::size_t i = found->second;
    if (lookup.codes[i].find(lookup_key(system, code)) != lookup.codes[i].end()) return true;
    if (std::find(systems[i].roots.begin(), systems[i].roots.end(), code) != systems[i].roots.end()) return true;
    return std::any_of(systems[i].branches.begin(), systems[i].branches.end(), [&](const auto& branch) {
        return std::all_of(branch.begin(), branch.end(), [&](const auto& start) { return begins_with(code, start); });
    });
}

bool ValueSet::contains(std::string_view system, std::string_view code) const {
    return !code.empty() && holds(included_, included_lookup_, system, code) &&
           !holds(excluded_, excluded_lookup_, system, code);
}

// The listed concept of `code`, or else the longest listed code of a hierarchical system that it begins with.
const ValueSet::Concept* ValueSet::listed(std::string_view system, std::string_view code) const {
    const auto found = included_lookup_.systems.find(system);
    if (found == included_lookup_.systems.end()) return nullptr;
    const std::vector<Concept>& concepts = included_[found->second].concepts;
    const Index& codes = included_lookup_.codes[found->second];
    if (const auto exact = codes.find(lookup_key(system, code)); exact != codes.end()) return &concepts[exact->second];
    if (!spells_its_hierarchy(system)) return nullptr;
    const Concept* longest = nullptr;
    for (const Concept& candidate : concepts) {
        const bool longer = !longest || candidate.code.size() > longest->code.size();
        if (longer && begins_with(code, candidate.code)) longest = &candidate;
    }
    return longest;
}

std::string_view ValueSet::label(std::string_view system, std::string_view code) const {
    if (!contains(system, code)) return {};
    const Concept* concept_ = listed(system, code);
    return concept_ && !concept_->display.empty() ? std::string_view(concept_->display) : std::string_view(title_);
}

void ValueSet::reword(const std::function<void(std::string&)>& title, const std::function<void(Concept&)>& listed) {
    title(title_);
    for (System& system : included_) {
        for (Concept& each : system.concepts) listed(each);
    }
}

}  // namespace fhir
