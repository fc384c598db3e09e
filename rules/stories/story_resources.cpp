#include "rules/stories/story_resources.hpp"

#include "fhir/coding.hpp"
#include "fhir/json_text.hpp"
#include "rules/stories/story_words.hpp"
#include "rules/text/nearest.hpp"

#include <algorithm>
#include <array>

namespace rules {
namespace json = boost::json;

namespace {

constexpr std::string_view ucum = "http://unitsofmeasure.org";

json::object coding_of(const Coding& coding) {
    json::object object;
    if (!coding.code.empty()) {
        object["system"] = coding.system;
        object["code"] = coding.code;
    }
    if (!coding.display.empty()) object["display"] = coding.display;
    return object;
}

json::object concept_of(std::string_view system, std::string_view code) {
    return {{"coding", {{{"system", system}, {"code", code}}}}};
}

json::object subject() {
    return {{"reference", "Patient/" + std::string(story_patient)}};
}

std::string date_of(const StoryLine& line, const std::string& word) {
    const auto found = line.dates.find(word);
    return found == line.dates.end() ? std::string() : found->second;
}

void set_if(json::object& object, std::string_view member, const std::string& text) {
    if (!text.empty()) object[member] = text;
}

// What the resource is about: the code that the line names, else the one its name stands for, else words alone.
json::object code_of(const StoryLine& line) {
    json::object code;
    if (line.coded) {
        code["coding"] = json::array{coding_of(*line.coded)};
    } else if (line.meaning && !line.meaning->coding.code.empty()) {
        code["coding"] = json::array{coding_of(line.meaning->coding)};
    }
    code["text"] = line.name;
    return code;
}

// ---- conditions

bool is_verification(std::string_view status) {
    constexpr std::array verification = {"confirmed",    "unconfirmed", "provisional",
                                         "differential", "refuted",     "entered-in-error"};
    return std::find(verification.begin(), verification.end(), status) != verification.end();
}

json::object condition(const StoryLine& line, std::string_view id) {
    constexpr std::string_view terminology = "http://terminology.hl7.org/CodeSystem/";
    const std::string clinical = std::string(terminology) + "condition-clinical";
    const std::string verified = std::string(terminology) + "condition-ver-status";
    const bool about_certainty = is_verification(line.status);
    json::object resource{{"resourceType", "Condition"}, {"id", id}};
    const std::string clinical_status = about_certainty || line.status.empty() ? "active" : line.status;
    if (line.status != "entered-in-error") resource["clinicalStatus"] = concept_of(clinical, clinical_status);
    resource["verificationStatus"] = concept_of(verified, about_certainty ? line.status : "confirmed");
    resource["category"] =
        json::array{concept_of(std::string(terminology) + "condition-category", "problem-list-item")};
    resource["code"] = code_of(line);
    resource["subject"] = subject();
    set_if(resource, "onsetDateTime", date_of(line, line.dates.contains("since") ? "since" : "from"));
    if (!line.since_age.empty()) {
        resource["onsetAge"] = json::object{
            {"value", fhir::make_decimal(line.since_age)}, {"unit", "years"}, {"system", ucum}, {"code", "a"}};
    }
    set_if(resource, "abatementDateTime", date_of(line, "to"));
    set_if(resource, "recordedDate", date_of(line, line.dates.contains("recorded") ? "recorded" : "on"));
    return resource;
}

// ---- results

const std::vector<std::string>* synonyms_of(const Analyte& analyte, const std::string& property,
                                            const std::string& unit) {
    const auto by_unit = analyte.units.find(property);
    if (by_unit == analyte.units.end()) return nullptr;
    const auto synonyms = by_unit->second.find(unit);
    return synonyms == by_unit->second.end() ? nullptr : &synonyms->second;
}

bool knows_unit(const Analyte& analyte, const std::string& property, const std::string& unit) {
    const auto by_unit = analyte.units.find(property);
    if (by_unit == analyte.units.end()) return false;
    return std::any_of(by_unit->second.begin(), by_unit->second.end(), [&](const auto& known) {
        return known.first == unit || std::find(known.second.begin(), known.second.end(), unit) != known.second.end();
    });
}

// The analyte's first code of a kind that is reported in the line's unit, or else the first of the first kind.
const AnalyteCode* analyte_code(const Meaning& meaning, const std::string& unit) {
    const AnalyteCode* first = nullptr;
    for (const std::string& kind : meaning.kinds) {
        for (const AnalyteCode& code : meaning.analyte->codes) {
            if (code.kind != kind) continue;
            if (!first) first = &code;
            if (knows_unit(*meaning.analyte, code.property, unit)) return &code;
        }
    }
    return first;
}

json::object quantity(const StoryLine& line, const std::string& number, const std::string& unit) {
    json::object quantity{{"value", fhir::make_decimal(number)}};
    if (unit.empty()) return quantity;
    quantity["unit"] = unit;
    if (!line.meaning || !line.meaning->analyte) return quantity;
    const Analyte& analyte = *line.meaning->analyte;
    const bool canonical = std::any_of(analyte.units.begin(), analyte.units.end(), [&](const auto& by_property) {
        return synonyms_of(analyte, by_property.first, unit) != nullptr;
    });
    if (canonical) {
        quantity["system"] = ucum;
        quantity["code"] = unit;
    }
    return quantity;
}

void set_value(json::object& resource, const StoryLine& line) {
    if (line.no_value) {
        resource["dataAbsentReason"] =
            concept_of("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown");
    } else if (line.text_value) {
        resource["valueString"] = *line.text_value;
    } else {
        json::object value = quantity(line, line.number, line.unit);
        if (!line.comparator.empty()) value["comparator"] = line.comparator;
        resource["valueQuantity"] = std::move(value);
    }
    if (line.range_low.empty() && line.range_high.empty()) return;
    const std::string& unit = line.range_unit.empty() ? line.unit : line.range_unit;
    json::object range;
    if (!line.range_low.empty()) range["low"] = quantity(line, line.range_low, unit);
    if (!line.range_high.empty()) range["high"] = quantity(line, line.range_high, unit);
    resource["referenceRange"] = json::array{std::move(range)};
}

json::object observation(const StoryLine& line, std::string_view id, std::string_view category) {
    json::object resource{{"resourceType", "Observation"}, {"id", id}};
    resource["status"] = line.status.empty() ? "final" : line.status;
    resource["category"] =
        json::array{concept_of("http://terminology.hl7.org/CodeSystem/observation-category", category)};
    resource["code"] = code_of(line);
    resource["subject"] = subject();
    set_if(resource, "effectiveDateTime", date_of(line, "on"));
    std::string issued = date_of(line, "issued");
    if (!issued.empty() && issued.find('T') == std::string::npos) issued += "T12:00:00Z";  // FHIR asks for an instant
    set_if(resource, "issued", issued);
    if (!line.performer.empty()) resource["performer"] = json::array{json::object{{"reference", line.performer}}};
    return resource;
}

json::object result(const StoryLine& line, std::string_view id) {
    StoryLine coded = line;
    if (!coded.coded && line.meaning && line.meaning->analyte) {
        if (const AnalyteCode* code = analyte_code(*line.meaning, line.unit)) {
            coded.coded = Coding{code->system, code->code, ""};
        }
    }
    json::object resource = observation(coded, id, "laboratory");
    set_value(resource, line);
    return resource;
}

boost::system::result<json::object, LineError> coded_observation(StoryLine line, const Vocabulary& vocabulary,
                                                                 std::string_view id) {
    json::object value;
    if (line.coded) {
        value["coding"] = json::array{coding_of(*line.coded)};
    } else if (const auto answer = vocabulary.answer(*line.meaning, line.answer)) {
        value["coding"] = json::array{coding_of(*answer)};
    } else {
        return LineError{"\"" + line.answer + "\" is no answer that a fact of this pack looks for.",
                         did_you_mean(line.answer, vocabulary.answers(*line.meaning)) +
                             " Another answer needs its code: \"coded SNOMED 60001007\"."};
    }
    if (!line.answer.empty()) value["text"] = line.answer;
    line.coded.reset();
    json::object resource = observation(line, id, "social-history");
    resource["valueCodeableConcept"] = std::move(value);
    return resource;
}

// ---- medications, procedures, orders

json::array dosage(const StoryLine& line) {
    json::object route{{"text", line.route->display}};
    if (!line.route->code.empty()) route["coding"] = json::array{coding_of(*line.route)};
    return {json::object{{"route", std::move(route)}}};
}

json::object medication(const StoryLine& line, std::string_view id) {
    const bool request = line.dates.contains("prescribed");
    json::object resource{{"resourceType", request ? "MedicationRequest" : "MedicationStatement"}, {"id", id}};
    resource["status"] = line.status.empty() ? "active" : line.status;
    if (request) resource["intent"] = "order";
    resource["medicationCodeableConcept"] = code_of(line);
    resource["subject"] = subject();
    if (request) {
        resource["authoredOn"] = date_of(line, "prescribed");
    } else {
        json::object period;
        set_if(period, "start", date_of(line, line.dates.contains("since") ? "since" : "from"));
        set_if(period, "end", date_of(line, "to"));
        if (!period.empty()) resource["effectivePeriod"] = std::move(period);
        set_if(resource, "effectiveDateTime", date_of(line, "on"));
        set_if(resource, "dateAsserted", date_of(line, "recorded"));
    }
    if (line.route) resource[request ? "dosageInstruction" : "dosage"] = dosage(line);
    return resource;
}

json::object procedure(const StoryLine& line, std::string_view id) {
    json::object resource{{"resourceType", "Procedure"}, {"id", id}};
    resource["status"] = line.status.empty() ? "completed" : line.status;
    resource["code"] = code_of(line);
    resource["subject"] = subject();
    set_if(resource, "performedDateTime", date_of(line, line.dates.contains("on") ? "on" : "since"));
    if (line.dates.contains("from")) {
        json::object period{{"start", date_of(line, "from")}};
        set_if(period, "end", date_of(line, "to"));
        resource["performedPeriod"] = std::move(period);
    }
    return resource;
}

json::object service_request(const StoryLine& line, std::string_view id, std::string_view usual_status) {
    StoryLine coded = line;
    if (!coded.coded && line.meaning && line.meaning->order) {
        const Order& order = *line.meaning->order;
        if (!order.place_conventional.empty()) {
            coded.coded = Coding{std::string(fhir::loinc_system), order.place_conventional, ""};
        } else if (!order.codes.empty()) {
            coded.coded = order.codes.front();
        } else if (!order.words.empty()) {
            coded.coded = Coding{"", "", order.words.front()};
        }
    }
    json::object resource{{"resourceType", "ServiceRequest"}, {"id", id}};
    resource["status"] = line.status.empty() ? usual_status : std::string_view(line.status);
    resource["intent"] = "order";
    resource["code"] = code_of(coded);
    resource["subject"] = subject();
    set_if(resource, "authoredOn", date_of(line, line.dates.contains("ordered") ? "ordered" : "on"));
    json::array reasons;
    for (const Coding& reason : line.reasons) {
        json::object code;
        if (!reason.code.empty()) code["coding"] = json::array{coding_of(reason)};
        code["text"] = reason.display;
        reasons.push_back(std::move(code));
    }
    if (!reasons.empty()) resource["reasonCode"] = std::move(reasons);
    return resource;
}

}  // namespace

boost::system::result<json::object, LineError> story_patient_resource(std::string_view line) {
    constexpr std::array sexes = {"female", "male", "other", "unknown"};
    StoryWords words(line);
    json::object resource{{"resourceType", "Patient"}, {"id", story_patient}};
    const std::string sex = small_letters(words.take());
    if (std::find(sexes.begin(), sexes.end(), sex) == sexes.end()) {
        return LineError{"A patient begins with the sex.",
                         "Write female, male, other or unknown: \"female, born 1987-07-15\"."};
    }
    resource["gender"] = sex;
    while (!words.at_end()) {
        const bool born = words.skip("born");
        if (!born && !words.skip("died")) {
            return LineError{"\"" + std::string(words.peek()) + "\" says nothing of a patient.",
                             "Write \"female, born 1987-07-15, died 2026-01-01\"."};
        }
        if (!born && words.at_end()) {
            resource["deceasedBoolean"] = true;
            break;
        }
        const std::string date = words.take();
        if (!fhir::DateTime::parse(date))
            return LineError{"\"" + date + "\" is no date.", "Write 1987, 1987-07 or 1987-07-15."};
        resource[born ? "birthDate" : "deceasedDateTime"] = date;
    }
    return resource;
}

boost::system::result<json::object, LineError> story_resource(const StoryLine& line, const Vocabulary& vocabulary,
                                                              std::string_view id) {
    switch (line.world) {
        case World::condition:
            return condition(line, id);
        case World::result:
            return result(line, id);
        case World::medication:
            return medication(line, id);
        case World::procedure:
            return procedure(line, id);
        case World::observation:
            return coded_observation(line, vocabulary, id);
        case World::order:
            return service_request(line, id, "active");
    }
    return LineError{"This line is of no known kind.", ""};
}

json::object story_draft(const StoryLine& line, std::string_view id) {
    if (line.world == World::medication) {
        StoryLine prescribed = line;
        prescribed.dates.try_emplace("prescribed");
        prescribed.status = "draft";
        json::object draft = medication(prescribed, id);
        draft.erase("authoredOn");
        return draft;
    }
    return service_request(line, id, "draft");
}

}  // namespace rules
