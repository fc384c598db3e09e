#!/usr/bin/env bash
# ucum 0.0.7 and @lhncbc/ucum-lhc 7.1.9 (npm); seen 2026-11-29. A calcium of 5 meq/L, asked for in mmol/L:
#   ucum            5     UCUM's table says that an equivalent is a mole, and nothing of the charge
#   ucum-lhc        refuses, and asks for the charge of the substance
#   ucum-lhc        2.5   once told that it is 2
# Normal calcium is about 2.4 mmol/L: through the first library a normal result of a laboratory that reports equivalents becomes a
# fatal one, without a word. Neither answer is against the standard.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund ucum@0.0.7 @lhncbc/ucum-lhc@7.1.9
cat >run.mjs <<'JS'
import ucum from "ucum";
import lhc from "@lhncbc/ucum-lhc";
console.log("ucum:", ucum.convert(5, "meq/L", "mmol/L"));
const units = lhc.UcumLhcUtils.getInstance();
const told = (options) => {
    const { status, toVal } = units.convertUnitTo("meq/L", 5, "mmol/L", options);
    return `${status} ${toVal}`;
};
console.log("ucum-lhc:", told(undefined));
console.log("ucum-lhc, charge 2:", told({ charge: 2 }));
JS
node run.mjs | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
ucum: 5
ucum-lhc: failed null
ucum-lhc, charge 2: succeeded 2.5
SEEN
