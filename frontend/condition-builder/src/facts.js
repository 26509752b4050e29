/* What can be asked about a customer: the list that the server declares, and how one finds something in it. */

import { BIRTHDAY } from "./rules.js";

/** Namespaces whose handles need not be listed: they come about while the programme runs. */
const OPEN_NAMESPACES = ["custom_attributes.", "context."];

const BIRTHDAY_FACT = {
  handle: BIRTHDAY,
  label: "Birthday",
  type: "birthday",
  group: "Profile",
  help: "The day of the year on which the customer was born.",
};

export class Facts {
  /** `declared` is the list of the server: {handle, label, type, group, example, help, choices, has_only_choices}. */
  constructor(declared) {
    const groups = new Map();
    for (const fact of [...declared, BIRTHDAY_FACT]) {
      const group = fact.group || "Other";
      groups.set(group, [...(groups.get(group) ?? []), { ...fact, group }]);
    }
    /** Those of a group stand together, the groups in the order in which they were declared. */
    this.all = [...groups.values()].flat();
    this.byHandle = new Map(this.all.map((fact) => [fact.handle, fact]));
  }

  /** The fact of a handle, which may begin with "profile.". One that is not listed answers to any operator. */
  get(handle) {
    const known = this.byHandle.get(handle) ?? this.byHandle.get(handle.replace(/^profile\./, ""));
    if (known) return known;
    return { handle, label: handle, type: "any", isUnknown: Boolean(handle) && !isOpen(handle) };
  }

  /** The facts that hold every word that was typed, in label, handle or group. */
  search(typed) {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.all.filter((fact) => {
      const text = `${fact.label} ${fact.handle} ${fact.group}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const handle = typed.trim();
    const isNew = isOpen(handle) && !this.byHandle.has(handle);
    return isNew ? [...found, { ...this.get(handle), group: "As typed" }] : found;
  }
}

function isOpen(handle) {
  return OPEN_NAMESPACES.some((prefix) => handle.startsWith(prefix) && handle.length > prefix.length);
}

/** The sentences that explain a fact. */
export function aboutFact(fact) {
  const example = exampleOf(fact);
  return [fact.help, example && `Example: ${example}.`].filter(Boolean).join(" ");
}

export function exampleOf({ example }) {
  if (typeof example === "boolean") return example ? "yes" : "no";
  return [example ?? []].flat().join(", ");
}
