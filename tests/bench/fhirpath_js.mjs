#!/usr/bin/env node
// fhirpath.js on the rows of fhirpath_rows.json, expressions compiled beforehand: fhirpath_js.mjs ROWS MODULES, where
// MODULES is a folder with node_modules/fhirpath. Prints {"version": …, "rows": {name: {"compile": ns, "evaluate": ns}}}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [rowsFile, modules] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');
const input = JSON.parse(readFileSync(rowsFile, 'utf8'));

const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: Array.from({ length: input.bundleEntries }, (_, i) => ({
        fullUrl: `urn:bench:${i}`,
        resource: { ...input.bundleResources[i % input.bundleResources.length], id: String(i) },
    })),
};
const contextOf = (row) => (row.context === 'patient' ? input.patient : row.context === 'bundle' ? bundle : {});

// Nanoseconds of CPU a call, as Google Benchmark counts them on the other side: the best of several rounds after warming
// up for as long as one.
function measure(call, roundMs = 300, rounds = 4) {
    let best = Infinity;
    for (let round = 0; round <= rounds; ++round) {
        const end = performance.now() + roundMs;
        const start = process.cpuUsage();
        let calls = 0;
        do {
            for (let i = 0; i < 10; ++i) call();
            calls += 10;
        } while (performance.now() < end);
        const used = process.cpuUsage(start);
        if (round > 0) best = Math.min(best, ((used.user + used.system) * 1000) / calls);
    }
    return best;
}

const rows = {};
for (const row of input.rows) {
    const context = contextOf(row);
    const compiled = fhirpath.compile(row.expression, r4);
    rows[row.name] = {
        compile: measure(() => fhirpath.compile(row.expression, r4)),
        evaluate: measure(() => compiled(context, input.variables)),
        values: compiled(context, input.variables).length,
    };
}
console.log(JSON.stringify({ version: require('fhirpath/package.json').version, rows }));
