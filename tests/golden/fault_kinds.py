"""Every kind of fault of the catalogue (faults_test.py), with all the places of the shipped pack where a hand can slip in that way."""

from dataclasses import dataclass
from typing import Callable

from fault_places import (ALL, ANALYTES, ATC, FACTS, PARAMETERS, RULES, SETS, approvals, both_units, branches_silenced, changed, chapters,
                          check_digits, citations_misspelt, codes_of_orders_slipped, codes_slipped, codes_taken, codes_with_a_space, commands,
                          counted_and_silenced, criteria_deleted, digits_of_one_unit, doubled_members, foreign_added, foreign_by_site,
                          foreign_in_place, fractions_placed, from_for_above, gates_emptied, in_expressions, in_text, indicators_changed,
                          indicators_misspelt, kinds_changed, laboratories_reversed, laboratories_tenfold,
                          laboratories_without_the_highest, limits_swapped, members, misspelt,
                          names_of_other_drugs, numbers_as_text, orders_exchanged, parameters_slipped, places_of_another_test, properties_slipped,
                          rules_of_one_rank, rules_renamed, rulesets_without_a_kind, safety_rules_off, site_names_misspelt, status_misspelt,
                          stories_deleted, summaries_too_long, systems_of_a_site, systems_slipped, tests_exchanged, transposed,
                          units_of_another_scale, units_swapped, windows_dropped, worlds_confused)
from planted import ICD, RXNORM, SNOMED, copy_rule, raw, remove


@dataclass
class Kind:
    faults: str  # their numbers in the catalogue
    says: str
    places: Callable


FIXED_FACTS = ({"facts.json": FACTS}, lambda pointer: len(pointer) == 1)

KINDS = [
    Kind("1", "a member of a rule, fact or test misspelt", lambda: [*members(RULES, lambda pointer: not pointer), *members(*FIXED_FACTS),
                                                                    *members(ANALYTES, lambda pointer: not pointer)]),
    Kind("2", "a member of a card misspelt", lambda: members(RULES, lambda pointer: pointer and pointer[-1] in ("card", "suggestion", "evidence"))),
    Kind("3", "a check digit of LOINC", check_digits),
    Kind("4", "the code of another test of the pack", tests_exchanged),
    Kind("5", "a foreign test in place of a code", foreign_in_place),
    Kind("6", "a foreign test added to a test", foreign_added),
    Kind("6s", "the same by the site", foreign_by_site),
    Kind("7", "a unit of another scale as a spelling", units_of_another_scale),
    Kind("8", "the units of a limit swapped", units_swapped),
    Kind("9", "neighbouring limits swapped", limits_swapped),
    Kind("10", "a summary too long", summaries_too_long),
    Kind("11 13", "a code that counts for a card also silences", lambda: counted_and_silenced(by_site=False)),
    Kind("12", "a branch of codes that silences what counts", branches_silenced),
    Kind("12s", "a code that counts also silences, by the site", lambda: counted_and_silenced(by_site=True)),
    Kind("14", "a value set deleted", lambda: ((file, remove(file), None) for file in SETS)),
    Kind("15", "a fact misspelt", lambda: in_expressions(r"%(?!param)\w+", lambda match: misspelt(match[0]))),
    Kind("16", "a member of an item misspelt", lambda: in_expressions(
        r"(?<![%'\w])(ageDays|daysOnTreatment|band|kind|marks|status|sets|label|result|preDates|analyte|intent|range|pending|ordered|known)\b(?!')",
        lambda match: misspelt(match[0]))),
    Kind("17", "a function misspelt", lambda: in_expressions(r"\b(exists|where|empty|first|not|combine|join|iif)(?=\()", lambda match: misspelt(match[0]))),
    Kind("18", "a band, kind, mark or intent misspelt", lambda: in_expressions(
        r"(?:(?<=band = ')|(?<=kind = ')|(?<=intent = ')|(?<=analyte = '))[\w-]+(?=')|(?<=')[\w-]+(?=' in (?:marks|sets))", lambda match: misspelt(match[0]))),
    Kind("19", "a parameter misspelt", lambda: in_expressions(r"%param\.[\w.]+\w", lambda match: misspelt(match[0]))),
    Kind("20", "a citation misspelt", citations_misspelt),
    Kind("21", "a comma missing", lambda: [place for folder in (".", "rules", "analytes", "value-sets") for place in in_text(folder, r",(?=\n)", lambda _: "")]),
    Kind("22", "a decimal comma", lambda: [place for folder in (".", "analytes") for place in in_text(
        folder, r"(?<=: )\d+\.\d+(?=[ ,}\n])", lambda match: match[0].replace(".", ","))]),
    Kind("23", "curly quotes", lambda: [place for folder in (".", "rules", "analytes") for place in in_text(
        folder, r'"(\w+)"(?=:)', lambda match: f"\u201c{match[1]}\u201d")]),
    Kind("25", "UTF-16", lambda: ((file, raw(file, lambda text: text.decode().encode("utf-16")), None) for file in ALL)),
    Kind("26", "a member twice", doubled_members),
    Kind("27", "a number as text", numbers_as_text),
    Kind("28", "a copy of a rule under its id", lambda: ((file, copy_rule(tree["id"], "copied"), None) for file, tree in RULES.items())),
    Kind("29", "a copy of a rule under a new id", lambda: ((file, copy_rule(tree["id"], "copied", id="copied"), None) for file, tree in RULES.items())),
    Kind("30", "above for from", from_for_above),
    Kind("31", "digits transposed in one unit", digits_of_one_unit),
    Kind("32", "both units of a limit raised by a twentieth", lambda: both_units(1.05)),
    Kind("33", "both units of a limit times ten", lambda: both_units(10)),
    Kind("34", "a laboratory's limits times ten", laboratories_tenfold),
    Kind("34r", "a laboratory's names reversed", laboratories_reversed),
    Kind("34t", "a laboratory without its highest band", laboratories_without_the_highest),
    Kind("35r", "a ruleset without a kind, by the site", rulesets_without_a_kind),
    Kind("36", "a default out of its range", lambda: (changed("pack.json", ("parameters", name, "default"), 3650) for name, one in PARAMETERS.items()
                                                      if one["type"] == "integer" and one["range"][1] < 3650)),
    Kind("36a", "ten years as the window of a test", lambda: (changed(file, ("validDays",), 3650) for file, tree in ANALYTES.items() if "validDays" in tree)),
    Kind("37", "an indicator misspelt", indicators_misspelt),
    Kind("38", "a criterion of a gate deleted", gates_emptied),
    Kind("39", "a code taken away", codes_taken),
    Kind("40", "digits of ICD-10-CM transposed", lambda: codes_slipped(ICD)),
    Kind("41", "digits of SNOMED CT transposed", lambda: codes_slipped(SNOMED)),
    Kind("42", "digits of RxNorm or ATC transposed", lambda: [*codes_slipped(RXNORM), *codes_slipped(ATC)]),
    Kind("43", "a slash behind a system", systems_slipped),
    Kind("44", "a rule saved as .bak", rules_renamed),
    Kind("45", "a rule deleted", lambda: ((file, remove(file), None) for file in RULES)),
    Kind("46", "active without approval", lambda: [changed("pack.json", ("status",), "active")]),
    Kind("47", "a status misspelt", status_misspelt),
    Kind("48", "a brace missing", lambda: in_text("rules", r"\{\{(?=%)", lambda _: "{")),
    Kind("49", "or in place of and", lambda: in_expressions(r" and ", lambda _: " or ")),
    Kind("50", "a card that commands", commands),
    Kind("51", "a code's property changed", properties_slipped),
    Kind("52", "drugs among problems, or problems among drugs", worlds_confused),
    Kind("53", "a value compared whatever its unit", lambda: in_expressions(r"band = '[\w-]+'", lambda _: "value < 200")),
    Kind("54", "a window dropped", windows_dropped),
    Kind("55", "an indicator changed", indicators_changed),
    Kind("56", "a suggestion called a result", kinds_changed),
    Kind("57", "another test is offered", orders_exchanged),
    Kind("58", "another test's code is placed", places_of_another_test),
    Kind("58d", "a fraction's code is placed", fractions_placed),
    Kind("59", "a digit of CPT", codes_of_orders_slipped),
    Kind("61", "a code with a space", codes_with_a_space),
    Kind("62", "a number in an expression slipped", lambda: in_expressions(r"(?<![\w.])\d{2,}(?![\w.])", lambda match: transposed(match[0]) or match[0] + "0")),
    Kind("62e", "a comparison slipped", lambda: in_expressions(r"(?<= )[<>]=?(?= )", lambda match: {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}[match[0]])),
    Kind("62p", "a default slipped within its range", parameters_slipped),
    Kind("63", "what speaks against a card deleted", lambda: criteria_deleted(("unless",))),
    Kind("63w", "what a card asks for deleted", lambda: criteria_deleted(("when",))),
    Kind("64", "stories deleted", stories_deleted),
    Kind("65", "a short or shared name among drugs", names_of_other_drugs),
    Kind("66", "a chapter of ICD-10 in a set", chapters),
    Kind("67", "a site file with a wrong name", site_names_misspelt),
    Kind("68", "an approval that is none", approvals),
    Kind("69", "a safety rule switched off", safety_rules_off),
    Kind("70", "a system that is none, by the site", systems_of_a_site),
    Kind("M3", "a new rule of a rank with others", rules_of_one_rank),
]
