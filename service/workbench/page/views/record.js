// The record beside the reasons: each resource in one line, the ones that the rules looked at first; the JSON behind it on request.

import { element, fill } from "../shell/element.js";

const MOST_AT_ONCE = 200;  // lines: a record may hold tens of thousands of resources

function firstCoding(concept) {
  return concept?.coding?.find((one) => one.display) ?? concept?.coding?.[0] ?? {};
}

export function conceptText(concept) {
  const coding = firstCoding(concept);
  return concept?.text ?? coding.display ?? coding.code ?? "";
}

function valueText(resource) {
  const quantity = resource.valueQuantity;
  if (quantity) return `${quantity.comparator ?? ""}${quantity.value ?? ""} ${quantity.unit ?? quantity.code ?? ""}`.trim();
  if (resource.valueCodeableConcept) return conceptText(resource.valueCodeableConcept);
  return typeof resource.valueString === "string" ? resource.valueString : "";
}

function nameText(resource) {
  const name = resource.name?.[0];
  if (typeof name === "string") return name;
  if (typeof resource.name === "string") return resource.name;
  return name ? (name.text ?? [...(name.given ?? []), name.family].filter(Boolean).join(" ")) : "";
}

/** What a resource is, in one line: {title, value, date, status}. */
export function described(resource) {
  const title = conceptText(resource.code) || conceptText(resource.medicationCodeableConcept) || resource.medicationReference?.display || nameText(resource)
    || conceptText(resource.type?.[0] ?? resource.type) || resource.resourceType;
  const date = resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.onsetDateTime ?? resource.onsetPeriod?.start ?? resource.authoredOn ?? resource.performedDateTime
    ?? resource.performedPeriod?.start ?? resource.period?.start ?? resource.recordedDate ?? resource.issued ?? resource.birthDate ?? "";
  const status = conceptText(resource.clinicalStatus) || resource.status || "";
  return { title: String(title), value: valueText(resource), date: String(date).slice(0, 10), status: typeof status === "string" ? status : "" };
}

export function resourcesOf(bundle) {
  if (!bundle) return [];
  if (bundle.resourceType !== "Bundle") return [bundle];
  return (bundle.entry ?? []).map((entry) => entry.resource).filter(Boolean);
}

function line(resource) {
  const { title, value, date, status } = described(resource);
  const reference = `${resource.resourceType}/${resource.id ?? ""}`;
  const json = element("pre", { class: "json", tabindex: "0" });
  const details = element("details", { class: "resource", on: { toggle: () => details.open && !json.textContent && (json.textContent = JSON.stringify(resource, null, 2)) } },
    element("summary", {},
      element("span", { class: "resource-title" }, title, value ? element("strong", {}, ` ${value}`) : null),
      element("span", { class: "resource-more quiet" }, [resource.resourceType, date, status].filter(Boolean).join(" · "))),
    json);
  details.dataset.reference = reference;
  return details;
}

function more(list, resources, from) {
  list.append(...resources.slice(from, from + MOST_AT_ONCE).map(line));
  const next = from + MOST_AT_ONCE;
  if (next >= resources.length) return;
  const button = element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => (button.remove(), more(list, resources, next)) } },
    `Show ${Math.min(MOST_AT_ONCE, resources.length - next)} more of ${resources.length}`);
  list.append(button);
}

function byDate(a, b) {
  return described(b).date.localeCompare(described(a).date);
}

/** `light`: what to light up; `looked`: the references that reasons name. */
export class RecordView {
  constructor(light) {
    this.root = element("div", { class: "record scrolls", tabindex: "0", role: "region", "aria-label": "Resources of the record" });
    this.forget = light.subscribe((references) => this.lightUp(references));
  }

  draw(bundle, looked) {
    const all = resourcesOf(bundle);
    const isLooked = (resource) => looked.has(`${resource.resourceType}/${resource.id}`);
    const first = all.filter(isLooked).sort(byDate);
    const rest = all.filter((resource) => !isLooked(resource)).sort(byDate);
    const lookedList = element("div", { class: "resources" });
    more(lookedList, first, 0);
    const restList = element("div", { class: "resources" });
    this.rest = element("details", { on: { toggle: () => this.rest.open && !restList.firstChild && more(restList, rest, 0) } },
      element("summary", { class: "rest-summary" }, `${rest.length} other resources`), restList);
    fill(this.root,
      element("h3", { class: "small-head" }, first.length > 0 ? `${first.length} resources that the reasons name` : "No reason names a resource"), lookedList,
      rest.length > 0 ? this.rest : null);
  }

  lightUp(references) {
    this.root.querySelectorAll(".lit").forEach((one) => one.classList.remove("lit"));
    let first = null;
    for (const reference of references) {
      const found = this.root.querySelector(`[data-reference="${CSS.escape(reference)}"]`);
      found?.classList.add("lit");
      first ??= found;
    }
    // Scrolls the record alone: the reason that the person reads stays where it is.
    if (first) this.root.scrollTop += first.getBoundingClientRect().top - this.root.getBoundingClientRect().top - 32;
  }
}
