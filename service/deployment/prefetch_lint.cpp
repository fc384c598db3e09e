#include "service/deployment/prefetch_lint.hpp"

#include "service/base/findings.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace service {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view digits = "0123456789";

bool consists_of(std::string_view text, std::string_view more) noexcept {
    return std::ranges::all_of(text, [&](char c) {
        return letters.find(c) != std::string_view::npos || digits.find(c) != std::string_view::npos ||
               more.find(c) != std::string_view::npos;
    });
}

bool is_word(std::string_view text) noexcept {
    return !text.empty() && letters.find(text.front()) != std::string_view::npos && consists_of(text, "");
}

/// A key that could also stand for a variable ("%key") in the grammar of 3.0.
bool is_key(std::string_view key) noexcept {
    return !key.empty() && letters.find(key.front()) != std::string_view::npos && consists_of(key, "_");
}

/// `text` with each "{{token}}" replaced by one letter, or what is wrong with a token of it.
struct Resolved {
    std::string text;
    std::optional<std::string> fault;
};

Resolved resolve_tokens(std::string_view text) {
    Resolved resolved;
    while (!text.empty()) {
        const auto open = text.find("{{");
        resolved.text += text.substr(0, open);
        if (open == std::string_view::npos) break;
        const auto close = text.find("}}", open);
        if (close == std::string_view::npos) return {{}, "has a token without an end"};
        const std::string_view token = text.substr(open + 2, close - open - 2);
        // Clients of every version resolve it at all four hooks, and the rules ask for nothing else.
        if (token != "context.patientId") {
            return {{}, "has a token other than context.patientId: {{" + std::string(token) + "}}"};
        }
        resolved.text += 'x';
        text.remove_prefix(close + 2);
    }
    return resolved;
}

/// Parameters of dates whose values may begin with a comparison.
constexpr std::string_view refused_comparisons[] = {"ne", "sa", "eb", "ap"};

bool begins_with_refused_comparison(std::string_view value) noexcept {
    return value.size() > 2 && digits.find(value[2]) != std::string_view::npos &&
           std::ranges::find(refused_comparisons, value.substr(0, 2)) != std::end(refused_comparisons);
}

std::optional<std::string> fault_of_parameter(std::string_view name, std::string_view value) {
    if (value.empty()) return "has a parameter without a value";
    if (name == "_sort") {
        return value == "-date" ? std::nullopt : std::optional<std::string>("sorts by something other than -date");
    }
    if (name == "_count") {
        const bool is_number = value.find_first_not_of(digits) == std::string_view::npos;
        return is_number ? std::nullopt : std::optional<std::string>("has a _count that is no number");
    }
    const std::string_view plain = name.ends_with(":in") ? name.substr(0, name.size() - 3) : name;
    if (plain.empty() || letters.find(plain.front()) == std::string_view::npos || !consists_of(plain, "-")) {
        return "has a parameter that not every server knows: " + std::string(name);
    }
    if (begins_with_refused_comparison(value)) return "compares by something other than eq, lt, gt, ge, le";
    return std::nullopt;
}

std::optional<std::string> fault_of_query(std::string_view query) {
    std::set<std::string_view> names;
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view parameter = query.substr(0, end);
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos) return "has a parameter without a value";
        const std::string_view name = parameter.substr(0, equals);
        if (!names.insert(name).second) return "has a parameter twice, which some clients read as either of them";
        if (auto fault = fault_of_parameter(name, parameter.substr(equals + 1))) return fault;
        if (end == std::string_view::npos) break;
        query.remove_prefix(end + 1);
        if (query.empty()) return "ends with &";
    }
    return std::nullopt;
}

std::optional<std::string> fault_of_text(const rules::PrefetchTemplate& asked) {
    const auto [text, fault] = resolve_tokens(asked.query);
    if (fault) return fault;
    for (const char& c : text) {
        const std::string_view character(&c, 1);
        if (!consists_of(character, "/?&=-._~:|,")) {
            return "has a character that clients would have to escape: '" + std::string(character) + "'";
        }
    }
    const std::string_view whole = text;
    const auto question = whole.find('?');
    const std::string_view path = whole.substr(0, question);
    if (question != std::string_view::npos) {
        if (!is_word(path) || path != asked.resource_type) return "is no search of one type";
        const std::string_view query = whole.substr(question + 1);
        if (query.empty()) return "has no condition";
        return query.find('?') == std::string_view::npos ? fault_of_query(query) : "has a second ?";
    }
    const auto slash = path.find('/');
    const bool is_read = slash != std::string_view::npos && path.substr(0, slash) == asked.resource_type &&
                         is_word(path.substr(0, slash)) && slash + 1 < path.size() &&
                         path.find('/', slash + 1) == std::string_view::npos;
    return is_read ? std::nullopt : std::optional<std::string>("is neither a read nor a search");
}

}  // namespace

std::vector<std::string> faults_of_templates(std::span<const rules::PrefetchTemplate> templates) {
    std::vector<std::string> faults;
    std::set<std::string_view> keys;
    for (const rules::PrefetchTemplate& asked : templates) {
        const std::string subject = "The prefetch template of \"" + asked.key + "\" ";
        if (!is_key(asked.key)) faults.push_back(subject + "has a key that could not stand for a variable.");
        if (!keys.insert(asked.key).second) faults.push_back(subject + "is there twice.");
        if (const auto fault = fault_of_text(asked)) faults.push_back(subject + *fault + ".");
    }
    return faults;
}

bool is_service_id(std::string_view id) noexcept {
    return !id.empty() && id != "." && id != ".." && consists_of(id, "._~-");
}

rules::Diagnostics lint_services(const rules::Program& program, const std::filesystem::path& pack) {
    rules::Diagnostics findings;
    for (const rules::Service& service : program.pack().services) {
        if (!is_service_id(service.id)) {
            findings.push_back(finding_of_file(
                pack.string(), "service-id",
                "The id of the service \"" + service.id + "\" holds more than letters, digits and - . _ ~"));
        }
        for (const std::string& fault : faults_of_templates(program.prefetch(service.hook))) {
            findings.push_back(finding_of_file(pack.string(), "prefetch-template",
                                               fault + " (Hook " + std::string(name_of(service.hook)) + ".)"));
        }
    }
    return findings;
}

}  // namespace service
