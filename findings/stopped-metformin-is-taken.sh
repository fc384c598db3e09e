#!/usr/bin/env bash
# propdayscov 1.2.0 and pdcscore 1.1.9 (PyPI), both the proportion of days that are covered by what was dispensed, with pandas 1.5.3, the last series
# that propdayscov runs with; seen 2026-11-30. Metformin for 30 days at a time, asked for the 365 days of 2025, pdcscore with early refills moved:
#                                              true    propdayscov    pdcscore
#   dispensed throughout 2025                  365     365 of 365     365 of 365
#   the same, the newest first                 365     5 of 365       365 of 365
#   once, on New Year's Day, and stopped       30      30 of 30       30 of 365
#   throughout 2024 and 2025                   365     725 of 365     -1687 of 365
#   throughout 2024, and until June 2025       180     540 of 180     -1872 of 365
# One ends the year with the last tablet, so who stops took all of them; what was dispensed before the year counts in full with one, and with the
# other each such day is taken away by how long before it was. What is dispensed before the year is in the example of pdcscore's own page. No
# ratio is refused, -5.1 and 3.0 neither. What it means for a rule on years of metformin, or on a drug that is not taken: count from the days of
# the record itself; a share below 0 or above 1 is the one sign, and who stopped gives none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check propdayscov==1.2.0 pdcscore==1.1.9 pandas==1.5.3 numpy==1.26.4
cat >run.py <<'PY'
import pandas
from pdcscore.pdcscore import pdcCalc
from propdayscov.propdayscov import calc_pdc

START, END = pandas.Timestamp("2025-01-01"), pandas.Timestamp("2025-12-31")


def every_thirty_days(start, end):
    return list(pandas.date_range(start, end, freq="30D"))


def first(fills):
    rows = [{"P_ID": "ada", "DRUGNAME": "metformin", "FILLDATE": day, "DAYSSUPPLY": 30, "MBRELIGSTART": START, "MBRELIGEND": END} for day in fills]
    answer = calc_pdc(pandas.DataFrame(rows), "Y").iloc[0]
    return f"{answer.COV_DAYS:.0f} of {answer.TOT_DAYS:.0f}, {answer.PDC_RATIO:.2f}"


def second(fills):
    rows = [{"patient": "ada", "drug": "metformin", "fill": day, "days": 30, "start": START, "end": END} for day in fills]
    answer = pdcCalc(pandas.DataFrame(rows), "patient", "drug", "fill", "days", "start", "end", True).calculate_pdc_scores().iloc[0]
    return f"{answer.dayscovered:.0f} of {answer.totaldays:.0f}, {answer.pdc_score:.2f}"


before, year = every_thirty_days("2024-01-01", "2024-12-20"), every_thirty_days("2025-01-01", "2025-12-27")
histories = {"2025": year, "the newest first": year[::-1], "once": year[:1], "2024 and 2025": before + year, "until June 2025": before + year[:6]}
for name, fills in histories.items():
    print(f"{name}: propdayscov {first(fills)}; pdcscore {second(fills)}")
PY
venv/bin/python -W ignore run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
2025: propdayscov 365 of 365, 1.00; pdcscore 365 of 365, 1.00
the newest first: propdayscov 5 of 365, 0.01; pdcscore 365 of 365, 1.00
once: propdayscov 30 of 30, 1.00; pdcscore 30 of 365, 0.08
2024 and 2025: propdayscov 725 of 365, 1.99; pdcscore -1687 of 365, -4.62
until June 2025: propdayscov 540 of 180, 3.00; pdcscore -1872 of 365, -5.13
SEEN
