#!/usr/bin/env bash
# @lhncbc/ucum-lhc 7.1.9 (npm), validateUnitString; seen 2026-11-29. A laboratory system that sends every unit in capitals:
#   NG/ML  invalid                      25-OH vitamin D: somebody is told
#   PG/ML  valid, petaGauss/megaLiters  vitamin B12: nobody is told
#   MG/L   valid, megaGauss/Liters      homocysteine or CRP
#   G/L    valid, Gauss/Liters          haemoglobin
# UCUM is case-sensitive, and G is the gauss, so all four answers are right by its table. A validator of UCUM is therefore no check of a
# laboratory unit: ask whether the unit is one that the test takes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @lhncbc/ucum-lhc@7.1.9
cat >run.mjs <<'JS'
import lhc from "@lhncbc/ucum-lhc";
const units = lhc.UcumLhcUtils.getInstance();
for (const text of ["NG/ML", "PG/ML", "MG/L", "G/L"]) {
    const { status, unit } = units.validateUnitString(text);
    console.log(text, status, unit ? unit.name : "");
}
JS
node run.mjs | tee seen
diff --ignore-trailing-space - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
NG/ML invalid
PG/ML valid petaGauss/megaLiters
MG/L valid megaGauss/Liters
G/L valid Gauss/Liters
SEEN
