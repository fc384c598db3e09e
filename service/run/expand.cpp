#include "service/run/expand.hpp"

#include "fhir/coding.hpp"
#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "rules/check/expansions.hpp"
#include "service/fhir_access/fetch_advice.hpp"
#include "service/out/https_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <set>
#include <utility>

namespace service {

namespace asio = boost::asio;
namespace json = boost::json;
using boost::system::result;

namespace {

constexpr std::chrono::seconds page_patience(60);  // a large hierarchy takes a server some time
constexpr std::size_t most_pages = 5000;           // of one value set
constexpr std::size_t most_page_bytes = 64UL * 1024 * 1024;
constexpr std::size_t most_quoted = 200;  // characters of what a server says

std::string encoded(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

/// What a server says, for a terminal: one line, no control characters, not all of it.
std::string in_one_line(std::string_view text) {
    std::string line;
    for (const char character : text.substr(0, most_quoted)) {
        line += static_cast<unsigned char>(character) < 0x20 || character == 0x7F ? ' ' : character;
    }
    return line;
}

const json::object* object_at(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member ? member->if_object() : nullptr;
}

const json::array* list_at(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member ? member->if_array() : nullptr;
}

/// ": too-costly: …" of an OperationOutcome; empty of anything else.
std::string said_in(std::string_view body) {
    const auto value = fhir::parse_json(body);
    const json::object* outcome = value ? value->if_object() : nullptr;
    if (!outcome || fhir::member_text(*outcome, "resourceType") != "OperationOutcome") return "";
    const json::array* issues = list_at(*outcome, "issue");
    const json::object* issue = issues && !issues->empty() ? issues->front().if_object() : nullptr;
    if (!issue) return "";
    std::string said = ": " + in_one_line(fhir::member_text(*issue, "code"));
    const json::object* details = object_at(*issue, "details");
    std::string_view words = details ? fhir::member_text(*details, "text") : std::string_view();
    if (words.empty()) words = fhir::member_text(*issue, "diagnostics");
    return words.empty() ? said : said + ": " + in_one_line(words);
}

/// FHIR R4: "http://snomed.info/sct|http://snomed.info/sct/731000124108/version/20250301"; R5 calls it used-codesystem.
std::string version_in(const json::object& expansion) {
    const json::array* parameters = list_at(expansion, "parameter");
    if (!parameters) return "";
    for (const json::value& one : *parameters) {
        const json::object* parameter = one.if_object();
        if (!parameter) continue;
        const std::string_view name = fhir::member_text(*parameter, "name");
        const std::string_view value = fhir::member_text(*parameter, "valueUri");
        if ((name != "version" && name != "used-codesystem") || !value.starts_with(fhir::snomed_system)) continue;
        const std::size_t bar = value.find('|');
        if (bar != std::string_view::npos) return std::string(value.substr(bar + 1));
    }
    return "";
}

/// One value set, as far as its pages are read.
struct Gathered {
    std::string value_set, constraint;
    std::string version, identifier, timestamp;
    std::optional<std::uint64_t> total;
    std::set<std::string, std::less<>> codes;
    json::array contains;
    bool is_whole = false;
};

/// Takes the concepts of a list and those nested in it, whether asked for or not. What is abstract is no concept to be
/// recorded, only a heading. \returns how many there were, or nothing where one is not of SNOMED CT.
std::optional<std::size_t> take_concepts(const json::array& list, Gathered& gathered) {
    std::size_t count = 0;
    for (const json::value& one : list) {
        const json::object* concept_ = one.if_object();
        if (!concept_) return std::nullopt;
        const json::value* abstract = concept_->if_contains("abstract");
        if (!abstract || *abstract != json::value(true)) {
            const std::string_view code = fhir::member_text(*concept_, "code");
            if (code.empty() || fhir::member_text(*concept_, "system") != fhir::snomed_system) return std::nullopt;
            ++count;
            if (gathered.codes.emplace(code).second) {
                json::object kept{{"system", fhir::snomed_system}, {"code", code}};
                const std::string_view display = fhir::member_text(*concept_, "display");
                if (!display.empty()) kept["display"] = display;
                gathered.contains.push_back(std::move(kept));
            }
        }
        const json::array* nested = list_at(*concept_, "contains");
        if (!nested) continue;
        const auto below = take_concepts(*nested, gathered);  // JSON is read to a limited depth
        if (!below) return std::nullopt;
        count += *below;
    }
    return count;
}

/// Takes a page of an expansion. \returns what is wrong with it, or nothing.
std::optional<std::string> take_page(const json::object& expansion, const std::string& edition, std::size_t asked,
                                     Gathered& gathered) {
    const std::string version = version_in(expansion);
    if (rules::release_date(version).empty()) return "does not say of which release of SNOMED CT it is";
    if (!edition.empty() && version != edition && !version.starts_with(edition + "/version/"))
        return "is of another version, " + in_one_line(version);
    if (!gathered.version.empty() && gathered.version != version)
        return "is of another version than the rest, " + in_one_line(version);
    gathered.version = version;
    if (gathered.identifier.empty()) gathered.identifier = fhir::member_text(expansion, "identifier");
    if (gathered.timestamp.empty()) gathered.timestamp = fhir::member_text(expansion, "timestamp");
    const json::value* total = expansion.if_contains("total");
    if (total && total->is_int64() && total->get_int64() >= 0) {
        const auto number = static_cast<std::uint64_t>(total->get_int64());
        if (gathered.total && *gathered.total != number) return "changed while it was read";
        gathered.total = number;
    }
    static const json::array nothing;
    const json::array* listed = list_at(expansion, "contains");
    const json::array& page = listed ? *listed : nothing;
    const std::size_t before = gathered.codes.size();
    const auto count = take_concepts(page, gathered);
    if (!count) return "holds what is no concept of SNOMED CT";
    if (gathered.codes.size() > rules::most_expanded_concepts) return "holds more concepts than SNOMED CT has";
    if (*count > 0 && gathered.codes.size() == before) return "gives the same page again: it does not know \"offset\"";
    const bool is_last = page.empty() || (!gathered.total && page.size() < asked);
    gathered.is_whole = is_last || (gathered.total && gathered.codes.size() >= *gathered.total);
    if (gathered.is_whole && gathered.codes.size() < gathered.total.value_or(0)) {
        return "ends after " + std::to_string(gathered.codes.size()) + " of " + std::to_string(*gathered.total) +
               " concepts";
    }
    // Where concepts are nested, an offset counts nobody knows what (FHIR R4: paging is for flat expansions).
    if (!gathered.is_whole && *count > page.size()) return "nests its concepts and gives them in several pages";
    return std::nullopt;
}

json::object resource_of(const Gathered& gathered, const std::string& url) {
    const json::object filter{{"property", "constraint"}, {"op", "="}, {"value", gathered.constraint}};
    const json::object include{{"system", fhir::snomed_system}, {"filter", json::array{filter}}};
    const std::string version = std::string(fhir::snomed_system) + "|" + gathered.version;
    json::object expansion{{"identifier", gathered.identifier},
                           {"timestamp", gathered.timestamp},
                           {"total", gathered.total.value_or(gathered.codes.size())},
                           {"parameter", json::array{json::object{{"name", "version"}, {"valueUri", version}}}},
                           {"contains", gathered.contains}};
    if (gathered.identifier.empty()) expansion.erase("identifier");
    if (gathered.timestamp.empty()) expansion.erase("timestamp");
    json::object resource{{"resourceType", "ValueSet"}, {"id", gathered.value_set}};
    if (!url.empty()) resource["url"] = url;
    resource["status"] = "active";
    resource["compose"] = json::object{{"include", json::array{include}}};
    resource["expansion"] = std::move(expansion);
    return resource;
}

/// One reading of all sets.
class Expanding {
  public:
    Expanding(const TerminologyServer& server, const rules::Pack& pack, asio::any_io_executor executor,
              std::shared_ptr<asio::ssl::context> tls)
        : server_(server),
          base_(without_slash(server.url)),
          pack_(pack),
          http_(std::move(executor), std::move(tls), {.development = true, .networks = {}}) {}

    asio::awaitable<result<ExpandedPack, ExpandRefusal>> run() {
        ExpandedPack expanded;
        json::array entries;
        std::string edition = without_slash(server_.edition);
        for (const auto& [id, value_set] : pack_.value_sets) {
            Gathered gathered;
            gathered.value_set = id;
            gathered.constraint = rules::constraint_of(pack_, id);
            if (gathered.constraint.empty()) continue;
            const std::optional<ExpandRefusal> refusal = co_await gather(gathered, edition);
            if (refusal) co_return *refusal;
            edition = gathered.version;  // all sets are of one release
            expanded.sets.push_back({id, gathered.codes.size()});
            json::object entry;
            entry["resource"] = resource_of(gathered, value_set.url());
            entries.push_back(std::move(entry));
        }
        expanded.version = edition;
        const json::object bundle{{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", std::move(entries)}};
        expanded.text = fhir::print_json_indented(bundle) + '\n';
        co_return expanded;
    }

  private:
    asio::awaitable<std::optional<ExpandRefusal>> gather(Gathered& gathered, const std::string& edition) {
        for (std::size_t page = 0; page < most_pages; ++page) {
            HttpGet request;
            request.url = address_of(gathered, edition);
            request.accept = "application/fhir+json";
            request.bearer = server_.token;
            request.most_bytes = most_page_bytes;
            const auto deadline = HttpsClient::Clock::now() + page_patience;
            const auto answer = co_await http_.get(std::move(request), deadline);
            if (!answer) {
                co_return ExpandRefusal{ExitCode::environment, "nothing can be had from " + base_ + ": " +
                                                                   std::string(advice_on(answer.error()))};
            }
            std::optional<ExpandRefusal> refusal = take(*answer, edition, gathered);
            if (refusal || gathered.is_whole) co_return refusal;
        }
        co_return refuse(gathered, "has no end");
    }

    /// Without "excludeNested": Snowstorm and Snowstorm Lite answer it with 400, and flat is what they give.
    std::string address_of(const Gathered& gathered, const std::string& edition) const {
        const std::string history = " {{ + HISTORY-MIN }}";
        const std::string constraint =
            server_.with_history ? "(" + gathered.constraint + ")" + history : gathered.constraint;
        const std::string system = edition.empty() ? std::string(fhir::snomed_system) : edition;
        std::string address = base_ + "/ValueSet/$expand?url=";
        address += encoded(system + "?fhir_vs=ecl/" + encoded(constraint));
        if (!edition.empty()) {
            address += "&system-version=" + encoded(std::string(fhir::snomed_system) + "|" + edition);
        }
        return address + "&activeOnly=false&count=" + std::to_string(server_.page_concepts) +
               "&offset=" + std::to_string(gathered.codes.size());
    }

    std::optional<ExpandRefusal> take(const HttpAnswer& answer, const std::string& edition, Gathered& gathered) const {
        if (answer.status != 200) {
            const bool may_change =
                answer.status == 401 || answer.status == 403 || answer.status == 429 || answer.status >= 500;
            return ExpandRefusal{may_change ? ExitCode::environment : ExitCode::bad_input,
                                 base_ + " answers " + std::to_string(answer.status) + " for \"" + gathered.value_set +
                                     "\" (" + gathered.constraint + ")" + said_in(answer.body)};
        }
        const auto value = fhir::parse_json(answer.body);
        const json::object* resource = value ? value->if_object() : nullptr;
        const json::object* expansion = resource && fhir::member_text(*resource, "resourceType") == "ValueSet"
                                            ? object_at(*resource, "expansion")
                                            : nullptr;
        if (!expansion) return refuse(gathered, "is none: it answers with something else" + said_in(answer.body));
        if (const auto wrong = take_page(*expansion, edition, server_.page_concepts, gathered)) {
            return refuse(gathered, *wrong);
        }
        return std::nullopt;
    }

    ExpandRefusal refuse(const Gathered& gathered, const std::string& what) const {
        return {ExitCode::bad_input,
                "the expansion of \"" + gathered.value_set + "\" that " + base_ + " gives " + what};
    }

    const TerminologyServer& server_;
    std::string base_;
    const rules::Pack& pack_;
    HttpsClient http_;
};

}  // namespace

result<ExpandedPack, ExpandRefusal> expand_value_sets(const TerminologyServer& server, const rules::Pack& pack) {
    const auto tls = open_client_tls({});
    if (tls == nullptr) return ExpandRefusal{ExitCode::environment, "the system's CA certificates cannot be read"};
    asio::io_context io;
    Expanding expanding(server, pack, io.get_executor(), tls);
    std::optional<result<ExpandedPack, ExpandRefusal>> outcome;
    asio::co_spawn(io, expanding.run(),
                   [&](const std::exception_ptr& bug, result<ExpandedPack, ExpandRefusal> expanded) {
                       if (bug) std::rethrow_exception(bug);
                       outcome.emplace(std::move(expanded));
                       io.stop();
                   });
    io.run();
    return std::move(*outcome);
}

}  // namespace service
