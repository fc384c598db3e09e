#include "fhir/coding.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Field order_fields[] = {{"label", kind::text, true},
                                  {"loinc", kind::texts, false, kind::text},
                                  {"cpt", kind::texts, false, kind::text},
                                  {"snomed", kind::texts, false, kind::text},
                                  {"other", kind::list, false, kind::object},
                                  {"words", kind::texts, false, kind::text},
                                  {"group"},
                                  {"place", kind::object}};
constexpr Form order_form = {"an order", order_fields};

constexpr Field place_fields[] = {{"conventional", kind::text, true}, {"SI", kind::text, true}};
constexpr Form place_form = {"\"place\"", place_fields};

constexpr Field coding_fields[] = {{"system", kind::text, true}, {"code", kind::text, true}, {"display"}};
constexpr Form coding_form = {"a coding", coding_fields};

constexpr Field citation_fields[] = {{"title", kind::text, true},
                                     {"short"},
                                     {"url"},
                                     {"says", kind::text, true},
                                     {"year", kind::integer, true},
                                     {"superseded", kind::boolean},
                                     {"own", kind::boolean}};
constexpr Form citation_form = {"a citation", citation_fields};

void read_codes(const Object& object, Order& order) {
    for (const auto& [member, system] : order_systems) {
        for (const Node& code : object.list(member)) {
            check_signs(code);
            order.codes.push_back({std::string(system), code.text(), ""});
        }
    }
    for (const Node& coding : object.list("other")) order.codes.push_back(read_coding(coding));
    order.words = object.texts("words");
    if (order.codes.empty() && order.words.empty()) {
        object.node().error("order-codes", "Nothing says how this order is recognised.",
                            "Add \"loinc\", \"cpt\", \"snomed\" or \"other\" codes, or \"words\".");
    }
}

std::string read_place(const Object& place, std::string_view units, const Order& order) {
    const std::string code = place.text(units);
    const auto is_code = [&](const Coding& coding) {
        return coding.system == fhir::loinc_system && coding.code == code;
    };
    if (!code.empty() && std::none_of(order.codes.begin(), order.codes.end(), is_code)) {
        std::string known;
        for (const Coding& coding : order.codes) {
            if (coding.system == fhir::loinc_system) known += (known.empty() ? "" : ", ") + coding.code;
        }
        place.at(units)->error("order-place", "LOINC " + code + " is none of the codes by which this order is known.",
                               known.empty() ? "List it under \"loinc\" first, once it is sure to be this test."
                                             : "Write one of them: " + known +
                                                   ". A code that is another test's would "
                                                   "order that test.");
    }
    return code;
}

}  // namespace

Coding read_coding(const Node& node) {
    const Object object(node, coding_form);
    if (const auto code = object.at("code")) check_signs(*code);
    return {object.text("system"), object.text("code"), object.text("display"), node.place()};
}

Order read_order(const std::string& intent, const Node& node) {
    const Object object(node, order_form);
    Order order;
    order.intent = intent;
    order.label = object.text("label");
    order.group = object.text("group");
    order.place = node.place();
    read_codes(object, order);
    if (const std::optional<Node> place_node = object.at("place")) {
        const Object place(*place_node, place_form);
        order.place_conventional = read_place(place, "conventional", order);
        order.place_si = read_place(place, "SI", order);
    }
    return order;
}

/// \param short_name  may be empty.
std::string card_name(const Citation& citation, std::string short_name) {
    std::string name = std::move(short_name);
    if (name.empty()) {
        name = citation.title;
        const std::string year = std::to_string(citation.year);
        if (citation.year > 0 && name.find(year) == std::string::npos) name += " (" + year + ")";
    }
    if (citation.superseded) name += " (superseded)";
    return name;
}

Citation read_citation(const std::string& id, const Node& node) {
    const Object object(node, citation_form);
    Citation citation;
    citation.id = id;
    citation.title = object.text("title");
    citation.url = object.text("url");
    citation.says = object.text("says");
    citation.superseded = object.flag("superseded");
    citation.own = object.flag("own");
    citation.place = node.place();
    if (const auto year = object.integer("year")) {
        if (*year < 1900 || *year > 2200) object.at("year")->error("year", "This is not a year.");
        citation.year = static_cast<int>(*year);
    }
    citation.name = card_name(citation, object.text("short"));
    return citation;
}

}  // namespace rules
