#include "fhir/reference.hpp"
#include "rules/pack/readers.hpp"
#include "rules/pack/site.hpp"
#include "rules/pack/sources.hpp"
#include "rules/text/version.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace rules {

namespace {

constexpr Field site_fields[] = {{"site"},
                                 {"words", kind::object, false, kind::object},
                                 {"expansions"},
                                 {"pack"},
                                 {"version"},
                                 {"approval", kind::object},
                                 {"language"},
                                 {"aboutUrl"},
                                 {"displayUnits"},
                                 {"parameters", kind::object},
                                 {"off", kind::list, false, kind::text},
                                 {"codes", kind::object},
                                 {"orders", kind::object, false, kind::object},
                                 {"laboratories", kind::list, false, kind::object},
                                 {"stories", kind::object},  // read as a file of stories (rules/stories)
                                 {"notProvided", kind::list, false, kind::text}};
constexpr Form site_form = {"a site file", site_fields};

constexpr Field approval_fields[] = {{"by", kind::text, true}, {"date", kind::text, true}, {"digest"}};
constexpr Form approval_form = {"an approval", approval_fields};

constexpr Field codes_fields[] = {{"valueSets", kind::object, false, kind::list},
                                  {"analytes", kind::object, false, kind::list},
                                  {"orders", kind::object, false, kind::list}};
constexpr Form codes_form = {"\"codes\"", codes_fields};

constexpr Field placed_fields[] = {{"place", kind::list, true, kind::object}};
constexpr Form placed_form = {"an order of \"orders\"", placed_fields};

constexpr Field laboratory_fields[] = {{"name", kind::text, true},
                                       {"reference"},
                                       {"identifier", kind::object},
                                       {"default", kind::boolean},
                                       {"unitWinsOverCode", kind::list, false, kind::text},
                                       {"units", kind::object, false, kind::object},
                                       {"unitOfBareText", kind::object, false, kind::text},
                                       {"decimalComma", kind::boolean},
                                       {"bands", kind::object, false, kind::object}};
constexpr Form laboratory_form = {"a laboratory", laboratory_fields};

constexpr Field identifier_fields[] = {{"system"}, {"value", kind::text, true}};
constexpr Form identifier_form = {"\"identifier\"", identifier_fields};

constexpr Words<DisplayUnits, 2> unit_words = {
    {{"conventional", DisplayUnits::conventional}, {"SI", DisplayUnits::si}}};

class SiteReader {
  public:
    SiteReader(const Pack& pack, Site& site) : pack_(pack), site_(site) {}

    void read(const Node& root) {
        const Object object(root, site_form);
        site_.name = object.text("site");
        for (const auto& [id, words] : object.map("words")) read_words(id, words);
        site_.expansions_file = object.authored("expansions");
        if (const auto approval = object.at("approval")) read_approval(Object(*approval, approval_form));
        if (const auto word = object.at("language")) {
            site_.language = meaning_of(*word, language_words).value_or(Language::en_us);
        }
        if (const auto url = object.at("aboutUrl")) read_about_url(*url);
        if (const auto words = object.at("displayUnits")) {
            site_.display_units = meaning_of(*words, unit_words).value_or(DisplayUnits::conventional);
        }
        read_pack_reference(object);
        if (const auto parameters = object.at("parameters")) read_parameters(*parameters);
        read_off(object);
        if (const auto codes = object.at("codes")) read_codes(Object(*codes, codes_form));
        if (const auto orders = object.at("orders")) read_placed_orders(*orders);
        for (const Node& laboratory : object.list("laboratories")) read_laboratory(laboratory);
        for (const Node& key : object.list("notProvided")) read_not_provided(key);
    }

  private:
    void read_words(const std::string& id, const Node& node) {
        std::vector<std::string_view> known;
        for (const auto& [name, words] : pack_.word_lists.sets) known.push_back(name);
        if (!look_up(node, id, known, "set of words")) return;
        site_.words.emplace(id, read_site_words(node, pack_.word_lists.sets.at(id)));
    }

    void read_about_url(const Node& node) {
        constexpr std::string_view secure = "https://";
        site_.about_url = node.text();
        while (site_.about_url.ends_with('/')) site_.about_url.pop_back();
        if (site_.about_url.size() > secure.size() && site_.about_url.starts_with(secure)) return;
        node.error("http-link", "This is no link that a card can show.",
                   "Write https:// and the address under which the pages of `backpain-cds about` are served.");
    }

    void read_approval(const Object& object) {
        const auto date = object.at("date");
        site_.approval = {object.text("by"), read_date(object, "date"), date ? date->place() : object.node().place(),
                          object.text("digest")};
        const auto by = object.at("by");
        const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0 || c > 127; };
        if (!by || by->text().empty() || std::ranges::any_of(by->text(), is_letter)) return;  // the form says the first
        by->error("empty", "Nobody is named here.", "Write name and office of who has approved it.");
    }

    void read_pack_reference(const Object& object) {
        site_.pack_id = object.text("pack");
        site_.pack_version = object.text("version");
        if (const auto id = object.at("pack"); id && site_.pack_id != pack_.identity.id) {
            id->error("wrong-pack", "This site file is for another pack; this one is \"" + pack_.identity.id + "\".");
        }
        const auto version_node = object.at("version");
        if (!version_node) return;
        const auto range = parse_version_range(site_.pack_version);
        if (!range) {
            return version_node->error("version", "This is no range of versions.",
                                       "Write \"^1.0\", \"1.2.3\" or \"*\".");
        }
        const auto version = parse_version(pack_.identity.version);
        if (version && !range->contains(*version)) {
            version_node->error("wrong-version",
                                "The pack has version " + pack_.identity.version + ", which is not in this range.",
                                "Look through the pack's changes, then widen the range.");
        }
    }

    void read_parameters(const Node& node) {
        std::vector<std::string_view> known;
        for (const Parameter& parameter : pack_.parameters) known.push_back(parameter.name);
        for (const auto& [name, value] : node.members()) {
            const auto found = std::find_if(pack_.parameters.begin(), pack_.parameters.end(),
                                            [&](const Parameter& parameter) { return parameter.name == name; });
            if (found == pack_.parameters.end()) {
                value.error("unknown-parameter", "The pack has no parameter \"" + name + "\".",
                            did_you_mean(name, known));
            } else if (auto text = read_parameter_value(*found, value)) {
                site_.parameters.emplace(name, std::move(*text));
            }
        }
    }

    void read_off(const Object& object) {
        std::vector<std::string_view> known;
        for (const Rule& rule : pack_.rules) known.push_back(rule.id);
        for (const Node& node : object.list("off")) {
            if (look_up(node, node.text(), known, "rule")) site_.off.push_back(node.text());
        }
    }

    static bool look_up(const Node& node, const std::string& name, const std::vector<std::string_view>& known,
                        const std::string& what) {
        if (std::find(known.begin(), known.end(), name) != known.end()) return true;
        std::string code = "unknown-" + what;
        std::replace(code.begin(), code.end(), ' ', '-');
        node.error(code, "The pack has no " + what + " \"" + name + "\".", did_you_mean(name, known));
        return false;
    }

    const Analyte* analyte(const Node& node, const std::string& id) const {
        std::vector<std::string_view> known;
        for (const Analyte& candidate : pack_.analytes) known.push_back(candidate.id);
        if (!look_up(node, id, known, "analyte")) return nullptr;
        return &*std::find_if(pack_.analytes.begin(), pack_.analytes.end(),
                              [&](const Analyte& candidate) { return candidate.id == id; });
    }

    void read_codes(const Object& object) {
        std::vector<std::string_view> value_sets, intents;
        for (const auto& [id, value_set] : pack_.value_sets) value_sets.push_back(id);
        for (const auto& [intent, order] : pack_.orders) intents.push_back(intent);
        for (const auto& [id, list] : object.map("valueSets")) {
            if (look_up(list, id, value_sets, "value set")) site_.value_set_codes[id] = read_codings(list);
        }
        for (const auto& [intent, list] : object.map("orders")) {
            if (look_up(list, intent, intents, "order")) site_.order_codes[intent] = read_codings(list);
        }
        for (const auto& [id, list] : object.map("analytes")) {
            const Analyte* known = analyte(list, id);
            if (!known) continue;
            for (const Node& code : list.elements()) {
                site_.analyte_codes[id].push_back(read_analyte_code(code, *known));
            }
        }
    }

    /// What the site places under an intent is also known as that order when it comes back as a draft.
    void read_placed_orders(const Node& node) {
        std::vector<std::string_view> placeable;
        for (const auto& [intent, order] : pack_.orders) {
            if (!order.place_conventional.empty() || !order.place_si.empty()) placeable.push_back(intent);
        }
        for (const auto& [intent, value] : node.members()) {
            if (!look_up(value, intent, placeable, "order to place")) continue;
            const Object object(value, placed_form);
            const auto place = object.at("place");
            if (!place) continue;
            std::vector<Coding> codings = read_codings(*place);
            if (codings.empty()) continue;  // refused by the form
            for (const Coding& coding : codings) add_order_code(intent, coding);
            site_.placed_orders[intent] = std::move(codings);
        }
    }

    void add_order_code(const std::string& intent, const Coding& coding) {
        std::vector<Coding>& known = site_.order_codes[intent];
        const bool is_known = std::any_of(known.begin(), known.end(), [&](const Coding& other) {
            return other.system == coding.system && other.code == coding.code;
        });
        if (!is_known) known.push_back(coding);
    }

    static std::vector<Coding> read_codings(const Node& list) {
        std::vector<Coding> codings;
        for (const Node& node : list.elements()) codings.push_back(read_coding(node));
        return codings;
    }

    void read_laboratory(const Node& node) {
        const Object object(node, laboratory_form);
        Laboratory laboratory;
        laboratory.place = node.place();
        laboratory.name = object.text("name");
        laboratory.reference = object.text("reference");
        if (const auto identifier_node = object.at("identifier")) {
            const Object identifier(*identifier_node, identifier_form);
            laboratory.identifier_system = identifier.text("system");
            laboratory.identifier_value = identifier.text("value");
        }
        laboratory.is_default = object.flag("default");
        if (laboratory.reference.empty() && laboratory.identifier_value.empty() && !laboratory.is_default) {
            node.error("missing-member", "Nothing says which results are this laboratory's.",
                       "Add \"reference\" or \"identifier\" of Observation.performer, or \"default\": true for every "
                       "result that names no other laboratory of this file.");
        }
        if (const auto reference = object.at("reference")) check_performer(*reference);
        refuse_second(node, laboratory);
        for (const Node& id : object.list("unitWinsOverCode")) {
            if (analyte(id, id.text())) laboratory.unit_wins_over_code.push_back(id.authored());
        }
        laboratory.decimal_comma = object.flag("decimalComma");
        read_laboratory_units(object, laboratory);
        for (const auto& [id, bands] : object.map("bands")) {
            if (const Analyte* known = analyte(bands, id)) {
                Ruleset own = read_ruleset(laboratory.name, bands, *known);
                check_laboratory_bands(bands, own, *known);
                refuse_reversed(bands, own, *known);
                laboratory.bands.emplace(id, std::move(own));
            }
        }
        site_.laboratories.push_back(std::move(laboratory));
    }

    // Rules ask for bands by the names that the pack's rulesets give them: a result in another band would be silent.
    static void check_laboratory_bands(const Node& node, const Ruleset& own, const Analyte& analyte) {
        std::set<std::string_view> names;
        for (const auto& [id, ruleset] : analyte.rulesets) {
            for (const auto& [kind, bands] : ruleset.bands) {
                for (const Band& band : bands) names.insert(band.band);
            }
        }
        const auto kinds = node.member("bands");
        if (!kinds) return;
        if (own.bands.empty()) {
            kinds->error("empty", "These bands are empty: no result of this laboratory would be banded.",
                         "List the bands, or take the member away: then the ruleset's bands count.");
        }
        for (const auto& [kind, list] : kinds->members()) {
            for (const Node& band : list.elements()) {
                const auto name = band.member("band");
                if (!name || names.empty() || names.contains(name->text())) continue;
                name->error("unknown-band", "No ruleset of \"" + analyte.id + "\" has a band \"" + name->text() + "\".",
                            did_you_mean(name->text(), {names.begin(), names.end()}));
            }
        }
    }

    // The names mean something from low to high: in another order "low" would be said of high results.
    static void refuse_reversed(const Node& node, const Ruleset& own, const Analyte& analyte) {
        const auto kinds = node.member("bands");
        for (const auto& [kind, bands] : own.bands) {
            const auto list = kinds ? kinds->member(kind) : std::nullopt;
            const std::vector<Node> nodes = list ? list->elements() : std::vector<Node>();
            for (std::size_t i = 1; i < std::min(bands.size(), nodes.size()); ++i) {
                const auto below =
                    std::find_if(bands.begin(), bands.begin() + static_cast<std::ptrdiff_t>(i),
                                 [&](const Band& lower) { return stands_above(lower.band, bands[i].band, analyte); });
                if (below == bands.begin() + static_cast<std::ptrdiff_t>(i)) continue;
                nodes[i].error("band-order",
                               "\"" + bands[i].band + "\" stands above \"" + below->band +
                                   "\" here, and below it in the pack's rulesets.",
                               "Write the bands from the lowest to the highest, each name with the number at which it "
                               "begins.");
            }
        }
    }

    /// Whether some ruleset of the test has a band `name` somewhere above a band `other`.
    static bool stands_above(const std::string& name, const std::string& other, const Analyte& analyte) {
        const auto is_above = [&](const std::vector<Band>& bands) {
            const auto lower = std::ranges::find(bands, other, &Band::band);
            return std::find_if(lower, bands.end(), [&](const Band& band) { return band.band == name; }) != bands.end();
        };
        return name != other && std::ranges::any_of(analyte.rulesets, [&](const auto& ruleset) {
                   return std::ranges::any_of(ruleset.second.bands,
                                              [&](const auto& of_kind) { return is_above(of_kind.second); });
               });
    }

    // What Observation.performer can point at (R4), as far as it can be a laboratory or somebody in it.
    static void check_performer(const Node& node) {
        constexpr std::string_view performers[] = {"Organization", "PractitionerRole", "Practitioner", "CareTeam"};
        const std::string text = node.text();
        const fhir::Reference reference = fhir::parse_reference(text);
        if (reference.kind == fhir::ReferenceKind::urn) return;
        const bool leads_somewhere =
            reference.kind == fhir::ReferenceKind::relative || reference.kind == fhir::ReferenceKind::absolute;
        const bool is_performer =
            std::find(std::begin(performers), std::end(performers), reference.type) != std::end(performers);
        if (leads_somewhere && is_performer && fhir::is_id(reference.id)) return;
        node.error("laboratory-reference", "\"" + text + "\" refers to no laboratory: it would match no result.",
                   "Write it as results have it in Observation.performer: \"Organization/…\" with the laboratory's id, "
                   "or its whole URL.");
    }

    // The first laboratory that matches is taken, so a second one would be passed over.
    void refuse_second(const Node& node, const Laboratory& laboratory) const {
        for (const Laboratory& other : site_.laboratories) {
            if (other.is_default && laboratory.is_default) {
                node.error("twice", "\"" + other.name + "\" already stands for all other results.",
                           "Let one laboratory be the default; give the other its \"reference\".");
            }
            const bool same_reference = !other.reference.empty() && other.reference == laboratory.reference;
            const bool same_identifier = !other.identifier_value.empty() &&
                                         other.identifier_value == laboratory.identifier_value &&
                                         other.identifier_system == laboratory.identifier_system;
            if (!same_reference && !same_identifier) continue;
            node.error("twice",
                       "\"" + other.name + "\" already is this laboratory: what stands here would never count.",
                       "Make one laboratory of them.");
        }
    }

    void read_laboratory_units(const Object& object, Laboratory& laboratory) {
        for (const auto& [id, by_unit] : object.map("units")) {
            const Analyte* known = analyte(by_unit, id);
            if (!known) continue;
            for (const auto& [unit, synonyms] : by_unit.members()) {
                if (!check_unit(synonyms, unit, *known) || !synonyms.require(kind::list, '"' + unit + '"')) continue;
                for (const Node& synonym : synonyms.elements()) {
                    if (synonym.require(kind::text, "a synonym")) laboratory.units[id][unit].push_back(synonym.text());
                }
            }
        }
        for (const auto& [id, unit] : object.map("unitOfBareText")) {
            const Analyte* known = analyte(unit, id);
            if (known && check_unit(unit, unit.text(), *known)) laboratory.unit_of_bare_text.emplace(id, unit.text());
        }
    }

    static bool check_unit(const Node& node, const std::string& unit, const Analyte& analyte) {
        const std::set<std::string> units = units_of(analyte);
        if (units.contains(unit)) return true;
        node.error("unknown-unit", "\"" + analyte.id + "\" has no unit \"" + unit + "\".",
                   did_you_mean(unit, {units.begin(), units.end()}));
        return false;
    }

    void read_not_provided(const Node& node) {
        const std::string key = node.text();
        const SourceKind* fixed = find_fixed_source(key);
        if (fixed && fixed->required) {
            return node.error("not-provided", "Nothing can be said without \"" + key + "\".",
                              "Take it away: this service cannot be used where it is never there.");
        }
        if (look_up(node, key, source_keys(pack_), "source")) site_.not_provided.push_back(key);
    }

    const Pack& pack_;
    Site& site_;
};

}  // namespace

SiteReading read_site(std::string text, std::string file_name, const Pack& pack) {
    SiteReading reading;
    reading.site.text = std::move(text);
    reading.site.file = std::move(file_name);
    const AuthoredFile file{reading.site.file, &reading.site.text, &reading.findings};
    if (const auto tree = parse_authored(file, true)) {
        SiteReader(pack, reading.site).read(Node(file, *tree, ""));
    }
    sort_by_place(reading.findings);
    return reading;
}

}  // namespace rules
