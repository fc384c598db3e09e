// Evaluates a CQL library by cql-execution over a folder of Bundles, one patient a file, and prints whom it holds for.
//
//     node find.mjs MODULES LIBRARY.elm.json VALUE_SETS.json INSTANT DEFINITION FOLDER
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, library, valueSets, instant, definition, folder] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const cql = require("cql-execution");
const fhir = require("cql-exec-fhir");
const json = (path) => JSON.parse(readFileSync(path, "utf8"));

const at = cql.DateTime.parse(instant);
const executor = new cql.Executor(new cql.Library(json(library)), new cql.CodeService(json(valueSets)), { At: at });
const source = fhir.PatientSource.FHIRv401();
const found = [];
for (const name of readdirSync(folder).sort()) {
  source.reset();
  source.loadBundles([json(join(folder, name))]);
  const results = await executor.exec(source, at);
  for (const [id, values] of Object.entries(results.patientResults)) if (values[definition]) found.push(id);
}
console.log(JSON.stringify(found));
