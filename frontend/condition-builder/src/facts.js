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
    this.groups = new Map([...groups.keys()].map((group, index) => [group, index]));
    this.byHandle = new Map(this.all.map((fact) => [fact.handle, fact]));
  }

  /** The fact of a handle, which may begin with "profile.". One that is not listed answers to any operator. */
  get(handle) {
    const known = this.byHandle.get(handle) ?? this.byHandle.get(handle.replace(/^profile\./, ""));
    if (known) return known;
    return { handle, label: handle, type: "any", isUnknown: Boolean(handle) && !isOpen(handle) };
  }

  /** The facts that hold every word that was typed or one that means the same; those that hold them in the label come first. */
  search(typed) {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const ranks = new Map(this.all.map((fact) => [fact, rank(fact, words)]));
    // Groups stay together, as they are drawn: each stands where its best one does.
    const best = new Map();
    for (const [fact, place] of ranks) best.set(fact.group, Math.min(place, best.get(fact.group) ?? Infinity));
    const found = this.all
      .filter((fact) => ranks.get(fact) < Infinity)
      .sort((one, other) => best.get(one.group) - best.get(other.group) || this.groups.get(one.group) - this.groups.get(other.group) || ranks.get(one) - ranks.get(other));
    const handle = typed.trim();
    const isNew = isOpen(handle) && !this.byHandle.has(handle);
    return isNew ? [...found, { ...this.get(handle), group: "As typed" }] : found;
  }
}

/** Words that people say, and what labels and handles say for them. */
const MEANT = {
  spent: ["spend"],
  bought: ["purchase", "spend"],
  last: ["latest"],
  latest: ["last"],
  loyalty: ["joined", "tier", "tags"],
  email: ["e-mail"],
};

/** Where the words stand: 0 in the label, 1 in the handle too or said otherwise, 2 in help or group, Infinity for nowhere. */
function rank(fact, words) {
  const label = fact.label.toLowerCase();
  const named = `${label} ${fact.handle.toLowerCase()}`;
  const all = `${named} ${fact.group} ${fact.help ?? ""} ${exampleOf(fact)}`.toLowerCase();
  const has = (text, isFree) => (word) => text.includes(word) || (isFree && (MEANT[word] ?? []).some((other) => text.includes(other)));
  if (words.every(has(label, false))) return 0;
  if (words.every(has(named, true))) return 1;
  return words.every(has(all, true)) ? 2 : Infinity;
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
