#include "service/run/registration_sheet.hpp"

#include "service/deployment/pack_versions.hpp"

#include <boost/url.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace service {

namespace {

constexpr std::string_view not_set = "**not set**";

class Sheet {
  public:
    Sheet(const SheetClient& client, const Config& config, const std::vector<LoadedPack>& packs)
        : client_(client), config_(config), packs_(packs) {}

    std::string write() {
        line("# Registration sheet for " + std::string(client_.title));
        line("");
        line("What stands here as " + std::string(not_set) + " is missing in the configuration.");
        section("Where to begin");
        bullets(client_.first_steps);
        write_services();
        write_caller();
        write_queries();
        write_reasons();
        write_orders();
        write_links();
        section("Good to know");
        bullets(client_.good_to_know);
        return std::move(text_);
    }

  private:
    void line(const std::string& text) { text_ += text + '\n'; }
    void section(const std::string& title) { line("\n## " + title + "\n"); }
    void row(std::initializer_list<std::string_view> cells) {
        for (const std::string_view cell : cells) text_ += "| " + std::string(cell) + " ";
        line("|");
    }
    void head(std::initializer_list<std::string_view> cells) {
        row(cells);
        for (std::size_t i = 0; i < cells.size(); ++i) text_ += "|---";
        line("|");
    }
    void bullets(std::span<const std::string_view> lines) {
        for (const std::string_view each : lines) line("* " + std::string(each));
    }
    static std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

    std::string base() const {
        if (config_.public_urls.empty()) return std::string(not_set) + " (publicUrl)";
        const std::string& url = config_.public_urls.front();
        return url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
    }

    template <typename Do>
    void for_each_service(Do act) const {
        for (const LoadedPack& pack : packs_) {
            for (const rules::Service& service : pack.program->pack().services) {
                if (std::ranges::find(client_.hooks, service.hook) != client_.hooks.end()) act(pack, service);
            }
        }
    }

    /// Of those that answer.
    template <typename Do>
    void for_each_version(Do act) const {
        for (const LoadedPack& pack : packs_) {
            act(*pack.program);
            if (pack.canary) act(*pack.canary->program);
        }
    }

    // ---- what it calls, and as whom

    void write_services() {
        section("Addresses");
        line("Discovery: " + base() + "/cds-services\n");
        head({"hook", "address (feedback: with /feedback behind it)", "what it is"});
        for_each_service([&](const LoadedPack&, const rules::Service& service) {
            row({name_of(service.hook), base() + "/cds-services/" + service.id, service.title});
        });
        line("\nTLS 1.2 or 1.3" +
             std::string(config_.tls.client_ca.empty() ? "" : ", with a certificate of the CA in tls.clientCa") +
             "; an answer within " + std::to_string(config_.limits.deadline_ms) +
             " ms of data that came with the call; bodies up to " +
             std::to_string(config_.limits.body_bytes / (1024UL * 1024)) + " MiB.");
    }

    void write_caller() {
        section("Tokens");
        head({"claim", "value"});
        row({"`iss`", client_.issuer});
        row({"`sub`", client_.subject});
        row({"`aud`", "the address called, as above" +
                          std::string(config_.public_urls.size() > 1 ? ", or under another publicUrl" : "")});
        row({"signature", client_.algorithms});
        row({"keys", client_.keys});
        line("\nThe configuration's clients, one of which this is to be:\n");
        head({"name", "`iss`", "keys", "`fhirAuthorization.subject`", "FHIR servers"});
        for (const Client& each : config_.clients) write_configured(each);
        line("\nAs a new one, under `clients`:\n\n```\n" + entry() + "\n```");
    }

    std::string entry() const {
        return "{ \"name\": \"" + std::string(client_.title) +
               "\", \"issuer\": \"ISS\", \"jku\": [\"ADDRESS OF ITS KEYS\"], \"profile\": \"" +
               std::string(client_.profile->name) + "\",\n  \"fhirServers\": [\"BASE OF ITS FHIR SERVER\"] }";
    }

    void write_configured(const Client& each) {
        const auto joined = [](const std::vector<std::string>& all) {
            std::string text;
            for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
            return text.empty() ? std::string(not_set) : text;
        };
        std::vector<std::string> keys = each.key_urls;
        if (each.keys_at) keys.push_back(*each.keys_at);
        if (!each.keys.empty()) keys.push_back(std::to_string(each.keys.size()) + " exchanged beforehand");
        row({each.name, each.issuer, joined(keys), each.client_id ? *each.client_id : "not looked at",
             joined(each.fhir_servers)});
    }

    // ---- what it sends

    /// Services that ask for the same come together.
    void write_queries() {
        section("Prefetch");
        line("The service answers 412 without what is required; what else is missing it names on the card.");
        std::vector<std::pair<std::vector<rules::PrefetchTemplate>, std::string>> groups;
        for_each_service([&](const LoadedPack& pack, const rules::Service& service) {
            auto asked = prefetch_of(pack, service.hook);
            const auto same = std::ranges::find_if(groups, [&](const auto& group) {
                return std::ranges::equal(group.first, asked, [](const auto& left, const auto& right) {
                    return left.key == right.key && left.query == right.query;
                });
            });
            if (same == groups.end()) {
                groups.emplace_back(std::move(asked), service.id);
            } else {
                same->second += ", " + service.id;
            }
        });
        std::set<std::string> types;
        for (const auto& [asked, services] : groups) {
            line("\nFor " + services + ":\n");
            for (const rules::PrefetchTemplate& one : asked) {
                if (!has_type(*client_.profile, one.resource_type)) {
                    line("* " + code(one.key) + ": left out, this client's FHIR server has no " + one.resource_type);
                    continue;
                }
                types.insert(one.resource_type);
                line("* " + code(one.key) + (one.required ? " (required)" : "") + ":\n  " +
                     code(without_refused(*client_.profile, one.resource_type, one.query)));
            }
        }
        line("\nScopes for the token that comes with the call, so that the service can read what prefetch lacks:\n");
        std::string scopes;
        for (const std::string& type : types) scopes += (scopes.empty() ? "" : " ") + ("patient/" + type + ".rs");
        line(code(scopes));
    }

    // ---- what it shows, and sends back

    using Reasons = std::map<std::pair<std::string, std::string>, std::string>;  ///< (system, code): display
    /// Of every kind of card.
    static void collect(const rules::Pack& pack, Reasons& to) {
        for (const auto& [kind, reasons] : pack.override_reasons) {
            for (const rules::Coding& each : reasons) to.emplace(std::pair(each.system, each.code), each.display);
        }
    }

    void write_reasons() {
        section("Override reasons to map");
        Reasons reasons;
        for_each_version([&](const rules::Program& program) { collect(program.pack(), reasons); });
        head({"system", "code", "shown as"});
        for (const auto& [coding, display] : reasons) row({coding.first, code(coding.second), display});
    }

    void write_orders() {
        section("Tests that cards propose");
        line(
            "Each draft names its test by the codes under `orders` of the site file, and by LOINC where it names "
            "none.\n");
        const std::string_view catalogue = client_.profile->order_catalogue;
        if (!catalogue.empty()) {
            line("This client places items of " + code(catalogue) +
                 ": whoever keeps them gives a code for each test.\n");
        }
        head({"test", "LOINC", "code of this site"});
        std::set<std::vector<std::string>> told;
        for_each_version([&](const rules::Program& program) {
            const rules::Site& site = program.site();
            const bool si = site.display_units == rules::DisplayUnits::si;
            for (const auto& [intent, order] : program.pack().orders) {
                const std::string& place = si ? order.place_si : order.place_conventional;
                const std::string own = own_codes(site, intent);
                if (!place.empty() && told.insert({order.label, place, own}).second) row({order.label, place, own});
            }
        });
    }

    static std::string own_codes(const rules::Site& site, const std::string& intent) {
        const auto own = site.placed_orders.find(intent);
        if (own == site.placed_orders.end())
            return std::string(not_set) + " (" + code("orders." + intent + ".place") + ")";
        std::string codes;
        for (const rules::Coding& coding : own->second) {
            codes += (codes.empty() ? "" : ", ") + code(coding.code) + " of " + code(coding.system);
        }
        return codes;
    }

    void write_links() {
        section("Links to allow");
        std::set<std::string> hosts;
        const auto add = [&](const std::string& url) {
            const auto parsed = boost::urls::parse_uri(url);
            if (parsed && !parsed->host().empty()) hosts.insert(parsed->host());
        };
        for (const std::string& url : config_.public_urls) add(url);
        for_each_version([&](const rules::Program& program) {
            add(program.pack().identity.source_url);
            for (const auto& [id, citation] : program.pack().citations) add(citation.url);
        });
        line("Cards link to pages of these hosts, none of them with a patient's data in its address:\n");
        for (const std::string& host : hosts) line("* " + host);
    }

    const SheetClient& client_;
    const Config& config_;
    const std::vector<LoadedPack>& packs_;
    std::string text_;
};

}  // namespace

std::string registration_sheet(const SheetClient& client, const Config& config, const std::vector<LoadedPack>& packs) {
    return Sheet(client, config, packs).write();
}

}  // namespace service
