"""Years of calls with what became of their cards, and the true counts: for reports, alarms and loads. No patients, only numbers.

A day's charts are a Poisson count, by weekday and holiday; each is opened once or more: how often is a logarithmic count, which makes a day's calls
negative-binomial, with a variance of DISPERSION times the mean. A chart has the same cards at each opening of a day. The cards of vitamin D swing
with the year. A fault changes what comes from a day on, as the record's way to the service would.
"""

import datetime
import functools
import json
import math
from dataclasses import dataclass

import figures
from cds_calls import KEYS
from chart import EPOCH, HOUR, MINUTE, Clock, day_text, encode
from draws import Draws

DISPERSION = 3.0
SERVICE = "back-pain-labs-patient-view"
CLIENTS = {"hospital-a": .45, "hospital-b": .30, "hospital-c": .15, "hospital-d": .10}  # ours
SILENT_CLIENTS = {"hospital-d"}  # an EHR that never sends feedback
WEEKDAYS = (1.15, 1.05, 1.0, 1.0, .90, .22, .18)
HOLIDAY = .2
FIXED_HOLIDAYS = {(1, 1), (5, 1), (7, 4), (12, 24), (12, 25), (12, 26), (12, 31)}

LOW_D = ("vitamin-d-deficient", "vitamin-d-low", "vitamin-d-fraction-only", "bone-profile-suggest")  # more of them in winter
HIGH_D = ("vitamin-d-above-target", "vitamin-d-high", "vitamin-d-toxic")
B12 = ("b12-indeterminate", "b12-low", "b12-low-neuro", "mma-suggest", "b12-pregnancy")
OF_ANALYTE = {"vitaminD": LOW_D + HIGH_D + ("vitamin-d-retest",), "b12": B12, "calcium": ("calcium-high", "calcium-first")}
# rule: (indicator, cards of 1,000 charts, accepted, overridden, kind of reasons); what is left has no answer. Ours; overridden within poly-2020.
RULES = {
    "b12-indeterminate": ("info", 22, .10, .60, "result"), "vitamin-d-low": ("info", 18, .12, .58, "result"),
    "vitamin-d-suggest": ("info", 15, .22, .55, "test"), "vitamin-d-deficient": ("warning", 8, .30, .48, "result"),
    "result-unreadable": ("info", 7, .05, .55, "notice"), "b12-suggest": ("info", 6, .25, .52, "test"),
    "vitamin-d-fraction-only": ("info", 5, .06, .55, "notice"), "vitamin-d-above-target": ("info", 4, .10, .62, "result"),
    "b12-low": ("warning", 4, .38, .42, "result"), "bone-profile-suggest": ("info", 3, .28, .50, "test"),
    "duplicate-order": ("info", 3, .30, .58, "order"), "mma-suggest": ("info", 2.2, .25, .52, "test"),
    "calcium-high": ("warning", 1.8, .40, .45, "high"), "vitamin-d-retest": ("info", 1.5, .25, .52, "test"),
    "early-retest": ("info", 1.2, .35, .52, "order"), "test-without-indication": ("info", 1.0, .22, .65, "order"),
    "b12-low-neuro": ("warning", .8, .50, .35, "result"), "wrong-vitamin-d-test": ("warning", .6, .55, .35, "order"),
    "b12-on-replacement": ("info", .5, .30, .55, "order"), "calcium-first": ("info", .4, .28, .50, "test"),
    "vitamin-d-high": ("warning", .3, .40, .42, "high"), "b12-pregnancy": ("info", .2, .20, .55, "result"),
    "vitamin-d-rx-unsafe": ("warning", .15, .45, .42, "prescription"), "b12-nitrous-oxide": ("warning", .1, .45, .38, "result"),
    "unsupported-micronutrient-test": ("info", .08, .25, .60, "order"), "vitamin-d-toxic": ("critical", .05, .55, .30, "high"),
    "magnesium-suggest": ("info", .04, .25, .50, "test"),
}
REASON_SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
REASONS = {
    "test": ("action-completed", "patient-ineligible", "mitigate-risk-negative-outcome", "action-not-priority", "patient-refuses"),
    "result": ("action-completed", "need-more-info", "cds-not-applicable", "recipient-disagrees-evidence"),
    "high": ("action-completed", "need-more-info", "cds-not-applicable"), "notice": ("action-completed", "need-more-info", "cds-not-applicable"),
    "order": ("cds-not-applicable", "need-more-info", "policy-contradicts", "recipient-disagrees-evidence"),
    "prescription": ("action-completed", "expert-contradicts", "cds-not-applicable"),
}
OWN_REASON = {"system": "http://hospital.example/override-reasons", "code": "will-ask-specialist"}
# Share of charts with a result, and of those readable ones, by analyte; ours
RESULTS = {"vitaminD": (.11, .96), "b12": (.09, .95), "calcium": (.40, .985)}
PACK = "back-pain-labs 1.0.0"
FAILING_KEY = .003  # ours
# How a service counts what came of a result: what has an unknown code is no result of the analyte, and looks like one.
READINGS = {"readable": (("result", "readable"),), "unit": (("result", "unknown-unit"), ("unseen", "unit of another name")),
            "unknown-code": (("unseen", "code of another system"),)}
FAULTS = ("code-change", "unit-change", "key-dropped", "interface-down", "decay", "rule-doubled")


@dataclass(frozen=True)
class Fault:
    """What goes wrong from a day on, at one client or (None) at all: code-change@200:hospital-a:vitaminD"""

    kind: str
    day: int
    client: str | None = None
    of: str = "vitaminD"  # an analyte; of rule-doubled a rule

    @staticmethod
    def parse(text):
        kind, _, rest = text.partition("@")
        day, client, of = (rest.split(":") + ["", ""])[:3]
        if kind not in FAULTS or not day.isdigit():
            raise ValueError(f"{text}: KIND@DAY[:CLIENT[:ANALYTE]], KIND one of {', '.join(FAULTS)}")
        return Fault(kind, int(day), client or None, of or "vitaminD")


@dataclass(frozen=True)
class Plan:
    seed: int = 1
    calls: int = 200_000  # expected
    days: int = 365
    start: int = datetime.date(2026, 3, 2).toordinal()
    joins: tuple = ()  # (client, day)
    faults: tuple = ()

    def clients(self, day):
        joined = dict(self.joins)
        return [client for client in CLIENTS if joined.get(client, 0) <= day]

    def mean_charts(self, client, day):
        """Charts opened at a client on a day, in the mean, so that all days together expect `calls` openings."""
        return self.calls / mean_openings() / weight_of_days(self.start, self.days) * weight_of(self.start + day) * CLIENTS[client]


def weight_of(day):
    date = datetime.date.fromordinal(day)
    weight = WEEKDAYS[date.weekday()]
    return min(weight, HOLIDAY) if (date.month, date.day) in FIXED_HOLIDAYS or is_thanksgiving(date) else weight


@functools.cache
def weight_of_days(start, days):
    """Of years as the first, if there are several."""
    first = min(days, 364)
    return sum(weight_of(start + each) for each in range(first)) * days / first


def is_thanksgiving(date):
    return date.month == 11 and date.weekday() == 3 and 22 <= date.day <= 28


def reopening():
    """The parameter of the logarithmic count that makes variance / mean of a day's sum DISPERSION."""
    return 1 - 1 / DISPERSION


def mean_openings():
    p = reopening()
    return -p / ((1 - p) * math.log(1 - p))


def rate(plan, rule, client, day):
    """Cards of a rule by chart, on a day: the year's swing, and what faults make of it."""
    share = RULES[rule][1] / 1000 * habit(plan.seed, rule, client)
    swing = figures.VITAMIN_D_SWING * math.cos(2 * math.pi * ((plan.start + day - EPOCH) % 365.25 - figures.VITAMIN_D_PEAK_DAY) / 365.25)
    share *= 1 - swing if rule in LOW_D else 1 + swing if rule in HIGH_D else 1
    for fault in active(plan, client, day):
        if fault.kind == "rule-doubled":
            share *= 2 if rule == fault.of else 1
        elif fault.kind == "interface-down":
            share *= 0 if any(rule in rules for rules in OF_ANALYTE.values()) else 1
        elif rule in OF_ANALYTE.get(fault.of, ()):
            share *= math.exp((fault.day - day) / 120) if fault.kind == "decay" else 0
        elif rule == "result-unreadable" and fault.kind in {"unit-change", "code-change"}:
            share += RESULTS[fault.of][0] * .5
    return min(share, 1)


@functools.cache
def habit(seed, rule, client):
    """No two hospitals have the same patients: a client that joins brings other shares of every card. Ours."""
    return Draws(seed, "habit", rule, client).lognormal(1, .3)


def active(plan, client, day):
    return [fault for fault in plan.faults if fault.day <= day and fault.client in (None, client)]


def result_of(plan, analyte, client, day, draws):
    """What a chart holds of an analyte: readable, why not, or None."""
    return result_given(plan, analyte, client, day, draws) if draws.chance(RESULTS[analyte][0]) else None


def result_given(plan, analyte, client, day, draws):
    """The same of a chart that would have one, if nothing were wrong."""
    for fault in active(plan, client, day):
        if fault.kind == "interface-down" or (fault.of == analyte and fault.kind == "key-dropped"):
            return None
        if fault.of == analyte and fault.kind in {"code-change", "unit-change"}:
            return "unknown-code" if fault.kind == "code-change" else "unit"
        if fault.of == analyte and fault.kind == "decay" and not draws.chance(math.exp((fault.day - day) / 120)):
            return None
    return "readable" if draws.chance(RESULTS[analyte][1]) else "unit"


def missing_keys(plan, client, day):
    return sorted({fault.of for fault in active(plan, client, day) if fault.kind == "key-dropped"})


def answer(rule, client, draws):
    """What became of a card: outcome, and the reason of an override."""
    _, _, accepted, overridden, kind = RULES[rule]
    fate = draws.uniform()
    if client in SILENT_CLIENTS or fate >= accepted + overridden:
        return {"outcome": "none"}
    if fate < accepted:
        return {"outcome": "accepted"}
    reason, extra = draws.uniform(), draws.uniform()
    given = {"outcome": "overridden"}
    if reason < .05:
        given["reason"] = OWN_REASON
    elif reason < .93:
        codes = REASONS[kind]
        weights = [(len(codes) - index, code) for index, code in enumerate(codes)]
        given["reason"] = {"system": REASON_SYSTEM, "code": draws.weighted(weights)}
    if extra < .04:
        given["comment"] = True  # a clinician wrote something; what, is nobody's here
    return given


def stream(plan, truth):
    """Every call as a line, in the order of time; counts it in `truth`."""
    clock, chart_number = Clock(0), 0
    for day in range(plan.days):
        calls = []
        for client in plan.clients(day):
            draws = Draws(plan.seed, "calls", client, day)
            for _ in range(draws.poisson(plan.mean_charts(client, day))):
                chart_number += 1
                calls += chart_calls(plan, client, day, draws, chart_number)
        for second, line in sorted(calls, key=lambda call: (call[0], call[1]["chart"], call[1]["opened"])):
            line["at"] = clock.text(clock.at(plan.start + day) + second)
            truth.count(line, plan.start + day)
            yield encode(line)


def chart_calls(plan, client, day, draws, number):
    """The openings of one chart on one day: (second of the day, call)."""
    rules = [rule for rule in RULES if draws.chance(rate(plan, rule, client, day))]
    results = {analyte: found for analyte in RESULTS if (found := result_of(plan, analyte, client, day, draws))}
    second = draws.whole(7 * HOUR, 17 * HOUR)
    for opened in range(1, draws.logarithmic(reopening()) + 1):
        line = {"at": None, "client": client, "service": SERVICE, "hook": "patient-view", "user": f"Practitioner/{client}-{draws.whole(1, 40)}",
                "chart": number, "opened": opened, "results": results, "missing": missing_keys(plan, client, day),
                "cards": [{"rule": rule, "indicator": RULES[rule][0], **answer(rule, client, draws)} for rule in rules]}
        yield second, line
        second = min(second + draws.whole(2 * MINUTE, 3 * HOUR), 23 * HOUR)


class Truth:
    """The counts of all that was written."""

    def __init__(self):
        self.calls, self.cards, self.outcomes, self.reasons, self.results, self.weeks = {}, {}, {}, {}, {}, {}
        self.comments = 0

    def count(self, line, day):
        client = line["client"]
        year, week, _ = datetime.date.fromordinal(day).isocalendar()
        of_week = self.weeks.setdefault(f"{year}-W{week:02d}", {"calls": 0, "cards": {}})
        add(self.calls, client)
        of_week["calls"] += 1
        for analyte, found in line["results"].items():
            add(self.results.setdefault(client, {}).setdefault(analyte, {}), found)
        for card in line["cards"]:
            add(self.cards.setdefault(card["rule"], {}), client)
            add(of_week["cards"], card["rule"])
            add(self.outcomes.setdefault(card["rule"], {}), card["outcome"])
            if card["outcome"] == "overridden":
                add(self.reasons.setdefault(card["rule"], {}), card.get("reason", {}).get("code", "none"))
            self.comments += card.get("comment", False)

    def text(self):
        return json.dumps(vars(self), indent=1, sort_keys=True) + "\n"


def add(counts, key, count=1):
    counts[key] = counts.get(key, 0) + count


def tally(plan):
    """The same process as sums by day, client and rule, without a line a call: for hundreds of years. Rows as a service keeps them."""
    for day in range(plan.days):
        for client in plan.clients(day):
            row = {"day": day_text(plan.start + day), "client": client, "service": SERVICE}
            for (kind, rule, key), number in counts_of_day(plan, client, day).items():
                if number:
                    yield {**row, "rule": rule, "kind": kind, "key": key, "n": number}


def counts_of_day(plan, client, day):
    """How often what was counted, by kind, rule and key."""
    p = reopening()
    draws = Draws(plan.seed, "tally", client, day)
    mean = plan.mean_charts(client, day)
    openings = lambda charts: sum(draws.logarithmic(p) for _ in range(draws.poisson(charts)))
    counts = {("card", rule, RULES[rule][0]): openings(mean * rate(plan, rule, client, day)) for rule in RULES}
    calls = counts["call", "", PACK] = openings(mean)
    for rule in RULES:
        counts["silence", rule, "criterion"] = max(0, calls - counts["card", rule, RULES[rule][0]])
    for analyte in RESULTS:
        for _ in range(draws.poisson(mean * RESULTS[analyte][0])):
            found = result_given(plan, analyte, client, day, draws)
            number = draws.logarithmic(p) if found else 0
            for kind, key in READINGS.get(found, ()):
                add(counts, (kind, "", f"{analyte} {key}"), number)
    missing = missing_keys(plan, client, day)
    for key in ("patient", *KEYS):
        failed = 0 if key in missing else min(calls, openings(mean * FAILING_KEY))
        counts["prefetch", "", f"{key} failed"] = failed
        counts["prefetch", "", f"{key} {'not-sent' if key in missing else 'sent'}"] = calls - failed
    return counts
