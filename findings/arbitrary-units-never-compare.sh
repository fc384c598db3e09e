#!/usr/bin/env bash
# cql-execution 3.3.2 (npm); seen 2026-11-29. Two quantities of one international unit, as in doses of vitamin D:
#   400 '[IU]' = 400 '[IU]'    null
#   1 '[IU]' < 2 '[IU]'        null
#   20 'ng/mL' < 30 'ug/L'     true      (units with a dimension are compared)
# UCUM calls [IU] arbitrary: not commensurable with any other unit. The engine takes that to hold of the unit itself too. In CQL null in a
# condition is as good as false, so a rule such as "on less than 800 [IU] a day" never fires, and no test of its syntax shows it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund cql-execution@3.3.2
cat >run.mjs <<'JS'
import cql from "cql-execution";
const of = (value, unit) => new cql.Quantity(value, unit);
console.log("equal:", of(400, "[IU]").equals(of(400, "[IU]")));
console.log("less:", of(1, "[IU]").before(of(2, "[IU]")));
console.log("with a dimension:", of(20, "ng/mL").before(of(30, "ug/L")));
JS
node run.mjs | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
equal: null
less: null
with a dimension: true
SEEN
