"""The places of the shipped pack where a hand can slip, in each way that the catalogue of faults knows (fault_kinds.py).

A place is (name, edit of a copy of the pack or None, site file or None). What would change nothing is no place.
"""

import json
import re

from planted import (ICD, RXNORM, SNOMED, change_json, copy_rule, include, is_a, keep_stories, laboratory, listed, replace_at, set_at)
from product import PACK

ATC = "http://www.whocc.no/atc"
# Tests of a usual panel that this pack does not know (LOINC; number and class of unit as LOINC has them).
FOREIGN_TESTS = (("2276-4", "MCnc", "ferritin"), ("2345-7", "MCnc", "glucose"), ("14749-6", "SCnc", "glucose"), ("2823-3", "SCnc", "potassium"),
                 ("2951-2", "SCnc", "sodium"), ("3016-3", "any", "TSH"), ("2284-8", "MCnc", "folate"), ("1988-5", "MCnc", "CRP"))
SILENCING = ("dialysis", "red-flags-active", "red-flags-30-days", "red-flags-90-days", "red-flags-180-days", "malignancy", "pregnancy", "comfort-care")
INDICATIONS = ("coeliac-disease", "crohns-disease", "osteoporosis", "kidney-disease", "cystic-fibrosis", "osteomalacia", "back-pain", "numbness",
               "polyneuropathy", "atrophic-gastritis", "hyperparathyroidism", "malabsorption")
OTHER_SCALE = {"ng/mL": "ng/dL", "pg/mL": "pg/dL", "nmol/L": "umol/L", "pmol/L": "nmol/L", "mg/dL": "mg/L", "mmol/L": "umol/L", "g/dL": "g/L", "g/L": "g/dL",
               "umol/L": "mmol/L", "U/L": "kU/L", "fL": "pL", "ug/L": "mg/L", "mL/min/{1.73_m2}": "L/min/{1.73_m2}", "[iU]/L": "k[iU]/L"}
OTHER_PROPERTY = {"MCnc": "SCnc", "SCnc": "MCnc", "any": "MCnc"}
OTHER_INDICATOR = {"info": "critical", "warning": "info", "critical": "info"}
SHORT_NAMES = ("iron", "zinc", "acid", "oral", "salt", "oil", "lime", "potassium", "sodium", "calcium", "tablet")
PROSE = ("note", "says", "about", "title", "source", "description", "usageRequirements", "intendedUse", "knownLimits", "neverConsidered")


def texts_of(folder):
    return {file.relative_to(PACK).as_posix(): file.read_text(encoding="utf-8") for file in sorted((PACK / folder).glob("*.json"))}


def read(folder):
    return {file: json.loads(text) for file, text in texts_of(folder).items()}


RULES, ANALYTES, SETS = read("rules"), read("analytes"), read("value-sets")
TOP = {name: tree for name, tree in read(".").items() if name != "reviewed-codes.json"}
FACTS, ORDERS, PARAMETERS = TOP["facts.json"], TOP["orders.json"], TOP["pack.json"]["parameters"]
ALL = {**TOP, **RULES, **ANALYTES, **SETS}


def walk(tree, pointer=()):
    """Every value below a tree with its pointer; no remarks and no prose."""
    yield pointer, tree
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in pairs:
        if step not in PROSE:
            yield from walk(value, (*pointer, step))


def spelt(file, pointer):
    return f"{file} {'/'.join(map(str, pointer))}"


def changed(file, pointer, value):
    return spelt(file, pointer), set_at(file, pointer, value), None


def expressions():
    """Texts that the engine computes: (file, pointer, text)."""
    for file, tree in {"facts.json": FACTS, "pack.json": {"gates": TOP["pack.json"]["gates"]}, **RULES}.items():
        for pointer, value in walk(tree):
            if isinstance(value, str) and "%" in value and "because" not in pointer and "card" not in pointer:
                yield file, pointer, value


def in_expressions(pattern, slip):
    """Each match of a pattern in an expression, slipped: \\param slip makes another text of the match, or None."""
    for file, pointer, text in expressions():
        for match in re.finditer(pattern, text):
            new = slip(match)
            if new is not None and new != match[0]:
                name, edit, site = changed(file, pointer, text[:match.start()] + new + text[match.end():])
                yield f"{name}: {match[0]} -> {new}", edit, site


def in_text(folder, pattern, slip):
    """The same in the text of files, JSON and all."""
    for file, text in texts_of(folder).items():
        if file == "reviewed-codes.json":
            continue
        for match in re.finditer(pattern, text):
            new = slip(match)
            if new is not None and new != match[0]:
                line = text.count("\n", 0, match.start()) + 1
                yield f"{file}:{line}: {match[0].strip()[:50]}", replace_at(file, match.start(), match.end(), new), None


def misspelt(word):
    return word[:-1] if len(word) > 3 else word + "x"


def transposed(digits):
    """The first two neighbours that differ, exchanged: 180 -> 810, then from the end if that begins with 0."""
    for at in [*range(len(digits) - 1)][::-1]:
        if digits[at] != digits[at + 1] and digits[at].isdigit() and digits[at + 1].isdigit() and not (at == 0 and digits[1] == "0"):
            return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2:]
    return None


def members(trees, where):
    """Members whose names the form fixes, misspelt: \\param where says of a pointer to an object whether its names are."""
    for file, tree in trees.items():
        for pointer, value in walk(tree):
            if isinstance(value, dict) and where(pointer):
                for name in value:
                    if name != "note":
                        renamed = {misspelt(name) if each == name else each: content for each, content in value.items()}
                        yield (f"{spelt(file, pointer)} {name}", change_json(file, lambda whole, new=renamed: (whole.clear(), whole.update(new))), None) \
                            if not pointer else changed(file, pointer, renamed)


def coded(system_of_interest, folder=None):
    """Concepts of value sets of a system: (file, pointer of the concept, concept)."""
    for file, tree in (folder or SETS).items():
        for number, part in enumerate(tree["compose"]["include"]):
            for at, concept in enumerate(part.get("concept", [])):
                if part["system"] == system_of_interest:
                    yield file, ("compose", "include", number, "concept", at), concept


def analyte_codes():
    for file, tree in ANALYTES.items():
        for number, code in enumerate(tree["codes"]):
            yield file, ("codes", number), code


def bounds():
    """Limits of bands, marks and of what stands above all bands: (file, pointer of the numbers, numbers by unit)."""
    for file, tree in ANALYTES.items():
        for pointer, value in walk({part: tree[part] for part in ("rulesets", "marks", "aboveAll") if part in tree}):
            if isinstance(value, dict) and ("band" in value or "mark" in value):
                for key in ("from", "above", "below"):
                    if isinstance(value.get(key), dict):
                        yield file, (*pointer, key), value[key]


def rulesets():
    for tree in ANALYTES.values():
        for name, ruleset in tree.get("rulesets", {}).items():
            for kind, bands in ruleset["bands"].items():
                yield tree["id"], name, kind, [{key: value for key, value in each.items() if key in ("band", "from", "above", "orMore")} for each in bands]


def check_digits():
    for file, pointer, code in analyte_codes():
        if "loinc" in code:
            yield changed(file, (*pointer, "loinc"), code["loinc"][:-1] + str((int(code["loinc"][-1]) + 1) % 10))


def foreign_in_place():
    for file, pointer, code in analyte_codes():
        for loinc, _, name in FOREIGN_TESTS[:3]:
            yield changed(file, (*pointer, "loinc"), loinc)


def tests_exchanged():
    for file, pointer, code in analyte_codes():
        for other, _, foreign in analyte_codes():
            if other != file and "loinc" in foreign and "loinc" in code:
                yield changed(file, (*pointer, "loinc"), foreign["loinc"])


def foreign_test(tree, number):
    loinc, property_, name = FOREIGN_TESTS[number % len(FOREIGN_TESTS)]
    own = tree["codes"][0]
    return {"loinc": loinc, "property": own["property"]} | ({"kind": own["kind"]} if "kind" in own else {})


def foreign_added():
    for file, tree in ANALYTES.items():
        for number in range(3):
            code = foreign_test(tree, number)
            yield f"{file} + {code['loinc']}", change_json(file, lambda whole, code=code: whole["codes"].append(code)), None


def foreign_by_site():
    for file, tree in ANALYTES.items():
        for number in range(3):
            code = foreign_test(tree, number)
            yield f"site: {tree['id']} + {code['loinc']}", None, {"codes": {"analytes": {tree["id"]: [code]}}}


def units_of_another_scale():
    for file, tree in ANALYTES.items():
        for property_, units in tree["units"].items():
            for unit, spellings in units.items():
                if unit in OTHER_SCALE:
                    yield changed(file, ("units", property_, unit), [*spellings, OTHER_SCALE[unit]])


def units_swapped():
    for file, pointer, numbers in bounds():
        if len(numbers) == 2 and len(set(numbers.values())) == 2:
            yield changed(file, pointer, dict(zip(numbers, [*numbers.values()][::-1])))


def limits_swapped():
    last = None
    for file, pointer, numbers in bounds():
        if last and last[0] == file and last[1][:-2] == pointer[:-2] and last[1][-1] == pointer[-1] and last[2] != numbers:
            before, after = last, (file, pointer, numbers)

            def change(tree, before=before, after=after):
                for own, other in ((before, after), (after, before)):
                    place = tree
                    for step in own[1][:-1]:
                        place = place[step]
                    place[own[1][-1]] = other[2]

            yield f"{spelt(file, pointer)} and the one before", change_json(file, change), None
        last = (file, pointer, numbers)


def summaries_too_long():
    for file, tree in RULES.items():
        for pointer, value in walk(tree):
            if pointer and pointer[-1] == "summary":
                yield changed(file, pointer, "Before anything else, and whatever else there may be to do today and in the days that come: " + value)


def counted_and_silenced(by_site):
    for silencing in SILENCING:
        for indication in INDICATIONS:
            for system in (ICD, SNOMED):
                concept = next((each for _, _, each in coded(system, {"": SETS[f"value-sets/{indication}.json"]})), None)
                if not concept:
                    continue
                name = f"{silencing} + {concept['code']} of {indication}"
                code = {"code": concept["code"], "display": concept.get("display", indication)}
                if by_site:
                    yield f"site: {name}", None, {"codes": {"valueSets": {silencing: [{"system": system} | code]}}}
                else:
                    yield name, include(silencing, system, concept=[code]), None


def branches_silenced():
    for silencing in SILENCING:
        for indication in INDICATIONS:
            concept = next((each for _, _, each in coded(ICD, {"": SETS[f"value-sets/{indication}.json"]})), None)
            if concept:
                root = concept["code"].split(".")[0]
                yield f"{silencing} + is-a {root} of {indication}", include(silencing, ICD, filter=is_a(root)), None


def citations_misspelt():
    for file, tree in {**RULES, **ANALYTES}.items():
        for pointer, value in walk(tree):
            if len(pointer) > 1 and pointer[-2] == "cites":
                yield changed(file, pointer, misspelt(value))


def doubled_members():
    for folder in (".", "rules", "analytes", "value-sets"):
        yield from in_text(folder, r'\n *("\w+": (?:"[^"\n]*"|-?[\d.]+|true|false)),(?=\n)', lambda match: f"{match[0]} {match[1]},")


def numbers_as_text():
    for file, tree in ALL.items():
        for pointer, value in walk(tree):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield changed(file, pointer, str(value))


def from_for_above():
    for file, pointer, numbers in bounds():
        other = {"from": "above", "above": "from"}.get(pointer[-1])
        if not other:
            continue

        def change(tree, pointer=pointer, other=other):
            for step in pointer[:-1]:
                tree = tree[step]
            tree[other] = tree.pop(pointer[-1])

        yield spelt(file, pointer), change_json(file, change), None


def digits_of_one_unit():
    for file, pointer, numbers in bounds():
        for unit, number in numbers.items():
            slipped = transposed(str(number))
            if len(numbers) > 1 and slipped and float(slipped) != number:
                yield changed(file, (*pointer, unit), json.loads(slipped))


def both_units(factor):
    for file, pointer, numbers in bounds():
        yield changed(file, pointer, {unit: round(number * factor, 3) for unit, number in numbers.items()})


def laboratories_tenfold():
    for analyte, name, kind, bands in rulesets():
        tenfold = [{key: {unit: number * 10 for unit, number in value.items()} if isinstance(value, dict) else value for key, value in each.items()}
                   for each in bands]
        yield f"site: {analyte} {name} {kind} × 10", None, laboratory(analyte, **{kind: tenfold})


def laboratories_reversed():
    for analyte, name, kind, bands in rulesets():
        names = [each["band"] for each in bands][::-1]
        yield f"site: {analyte} {name} {kind} reversed", None, laboratory(analyte, **{kind: [each | {"band": other} for each, other in zip(bands, names)]})


def laboratories_without_the_highest():
    for analyte, name, kind, bands in rulesets():
        if len(bands) > 1:
            yield f"site: {analyte} {name} {kind} without {bands[-1]['band']}", None, laboratory(analyte, **{kind: bands[:-1]})


def rulesets_without_a_kind():
    for tree in ANALYTES.values():
        parameter = tree.get("ruleset", "").removeprefix("%param.")
        kinds = {kind for ruleset in tree.get("rulesets", {}).values() for kind in ruleset["bands"]}
        for name, ruleset in tree.get("rulesets", {}).items():
            if parameter in PARAMETERS and name != PARAMETERS[parameter]["default"] and kinds - ruleset["bands"].keys():
                yield f"site: {parameter} {name}", None, {"parameters": {parameter: name}}


def gates_emptied():
    for number, gate in enumerate(TOP["pack.json"]["gates"]):
        for side in ("when", "unless"):
            for at in range(len(gate.get(side, []))):
                pointer = ("gates", number, side)
                yield changed("pack.json", pointer, gate[side][:at] + gate[side][at + 1:])


def codes_taken():
    for file, tree in SETS.items():
        for number, part in enumerate(tree["compose"]["include"]):
            for at in range(len(part.get("concept", []))):
                pointer = ("compose", "include", number, "concept")
                yield f"{spelt(file, pointer)}/{at}", set_at(file, pointer, part["concept"][:at] + part["concept"][at + 1:]), None


def codes_slipped(system):
    for file, pointer, concept in coded(system):
        slipped = transposed(concept["code"])
        if slipped:
            yield changed(file, (*pointer, "code"), slipped)


def systems_slipped():
    for file, tree in SETS.items():
        for number, part in enumerate(tree["compose"]["include"]):
            yield changed(file, ("compose", "include", number, "system"), part["system"] + "/")


def systems_of_a_site():
    for file, tree in SETS.items():
        for system in ("http://snomed.info", "http://snomed.org/sct", "https://loinc.org", "http://hl7.org/fhir/sid/icd10cm"):
            yield f"site: {tree['id']} {system}", None, {"codes": {"valueSets": {tree["id"]: [{"system": system, "code": "64859006", "display": "slipped"}]}}}


def rules_renamed():
    for file in RULES:
        yield file, lambda pack, file=file: (pack / file).rename(pack / f"{file}.bak"), None


def status_misspelt():
    facts = [name for name, fact in FACTS.items() if isinstance(fact, dict) and ("conditions" in fact or "medications" in fact)]
    for number, (file, tree) in enumerate(RULES.items()):
        criterion = {"if": f"%{facts[number % len(facts)]}.where(status = 'activ')", "because": "x"}
        yield changed(file, ("unless",), [criterion, *tree.get("unless", [])])


def commands():
    for file, tree in RULES.items():
        for pointer, value in walk(tree):
            if pointer and pointer[-1] == "options" and isinstance(value, list):
                yield changed(file, pointer, ["Order the test now", *value])


def properties_slipped():
    for file, pointer, code in analyte_codes():
        yield changed(file, (*pointer, "property"), OTHER_PROPERTY.get(code["property"], "MCnc"))


def worlds_confused():
    for name, fact in FACTS.items():
        if isinstance(fact, dict) and "medications" in fact:
            yield changed("facts.json", (name,), {"title": fact["title"], "conditions": fact["medications"]})
        if isinstance(fact, dict) and "conditions" in fact:
            yield changed("facts.json", (name,), {"title": fact["title"], "medications": fact["conditions"], "currentDays": 365})


def windows_dropped():
    for name, fact in FACTS.items():
        for window in ("currentDays", "withinDays"):
            if isinstance(fact, dict) and window in fact:
                yield f"facts.json {name} {window}", set_at("facts.json", (name,), {key: value for key, value in fact.items() if key != window}), None


def indicators_changed():
    for file, tree in RULES.items():
        for pointer, value in walk(tree):
            if pointer and pointer[-1] == "indicator":
                yield changed(file, pointer, OTHER_INDICATOR[value])


def indicators_misspelt():
    for file, tree in RULES.items():
        for pointer, value in walk(tree):
            if pointer and pointer[-1] == "indicator":
                yield changed(file, pointer, value[:1] + value)


def kinds_changed():
    for file, tree in RULES.items():
        if tree["kind"] == "suggestion":
            yield changed(file, ("kind",), "result")


def orders_exchanged():
    intents = [intent for intent, order in ORDERS.items() if isinstance(order, dict) and "place" in order]
    for file, tree in RULES.items():
        for pointer, value in walk(tree):
            if pointer and value in intents and "order" in pointer:
                yield changed(file, pointer, intents[(intents.index(value) + 1) % len(intents)])


def places_of_another_test():
    placed = {intent: order["place"] for intent, order in ORDERS.items() if isinstance(order, dict) and "place" in order}
    for intent, place in placed.items():
        for other, theirs in placed.items():
            for words in place:
                if theirs["conventional"] != place[words]:
                    yield changed("orders.json", (intent, "place", words), theirs["conventional"])


def fractions_placed():
    totals = {code["loinc"] for tree in ANALYTES.values() for code in tree["codes"] if code.get("kind", "total") == "total" and "loinc" in code}
    for intent, order in ORDERS.items():
        for loinc in order.get("loinc", []) if isinstance(order, dict) and "place" in order else []:
            if loinc not in totals and loinc not in order["place"].values():
                yield changed("orders.json", (intent, "place", "conventional"), loinc)


def codes_of_orders_slipped():
    for intent, order in ORDERS.items():
        for at, code in enumerate(order.get("cpt", []) if isinstance(order, dict) else []):
            for digit in (1, 2):
                yield changed("orders.json", (intent, "cpt", at), code[:-1] + str((int(code[-1]) + digit) % 10))


def codes_with_a_space():
    for system in (ICD, SNOMED, RXNORM, ATC):
        for file, pointer, concept in coded(system):
            for mark in (" ", "\u00a0"):
                yield changed(file, (*pointer, "code"), concept["code"] + mark)


def parameters_slipped():
    for name, parameter in PARAMETERS.items():
        if parameter["type"] == "integer":
            slipped = transposed(str(parameter["default"]))
            low, high = parameter["range"]
            if slipped and low <= int(slipped) <= high:
                yield changed("pack.json", ("parameters", name, "default"), int(slipped))


def criteria_deleted(sides):
    for file, tree in RULES.items():
        for pointer, value in walk(tree):
            if pointer and pointer[-1] in sides and isinstance(value, list) and not "variants" in pointer:
                for at in range(len(value)):
                    if len(value) > 1 or pointer[-1] == "unless":
                        name, edit, site = changed(file, pointer, value[:at] + value[at + 1:])
                        yield f"{name}/{at}", edit, site


def stories_deleted():
    for file in sorted((PACK / "stories").glob("*.json")):
        yield f"all but {file.name}", keep_stories(file.name), None


def names_of_other_drugs():
    for name, fact in FACTS.items():
        sets = fact.get("medications", []) if isinstance(fact, dict) else []
        for value_set in [sets] if isinstance(sets, str) else sets:
            for number, short in enumerate(SHORT_NAMES):
                yield f"{value_set} + {short}", include(value_set, RXNORM, concept=listed(str(90176 + number), short)), None


def chapters():
    for indication in (*INDICATIONS, *SILENCING):
        for letter in "EK":
            yield f"{indication} + is-a {letter}", include(indication, ICD, filter=is_a(letter)), None


def site_names_misspelt():
    for name, parameter in PARAMETERS.items():
        yield f"site: {misspelt(name)}", None, {"parameters": {misspelt(name): parameter["default"]}}
    for member in ("laboratories", "notProvided", "displayUnits", "language", "codes", "orders"):
        yield f"site: {misspelt(member)}", None, {misspelt(member): []}


def approvals():
    for date, by in (("2020-01-01", "Dr X, chair"), ("2031-01-01", "Dr X, chair"), ("2026-13-01", "Dr X, chair"), ("2026-11-29", " "), ("2026-11-29", "")):
        yield f"site: approved {date} by {by!r}", None, {"approval": {"by": by, "date": date}}
    for digest in ("sha256:00", "", "sha256:" + "0" * 64):
        yield f"site: approval of {digest!r}", None, {"approval": {"by": "Dr X, chair", "date": "2026-11-29", "digest": digest}}


def safety_rules_off():
    for file, tree in RULES.items():
        if any(value in ("warning", "critical") for pointer, value in walk(tree) if pointer and pointer[-1] == "indicator"):
            yield f"site: off {tree['id']}", None, {"off": [tree["id"]]}


def rules_of_one_rank():
    for file, tree in RULES.items():
        for name in ("aaa-new", "zzz-new"):
            yield f"{tree['id']} as {name}", copy_rule(tree["id"], name, id=name, topic=name), None
