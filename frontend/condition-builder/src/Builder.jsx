/* The tree as boxes. react-querybuilder keeps it and walks it; groups and lines are drawn by ours. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { QueryBuilder } from "react-querybuilder";

import { newId } from "./conversion.js";
import { Group, Joint } from "./Group.jsx";
import { Line } from "./Line.jsx";

const CONTROLS = { ruleGroup: Group, rule: Line, inlineCombinator: Joint };
const COMBINATORS = [
  { name: "and", label: "and" },
  { name: "or", label: "or" },
];

export function Builder({ tree, facts, problems, complaints, onChange, isReadOnly, isRequired }) {
  const home = useRef();
  /** Where the focus goes once the changed tree is drawn: the id of a line or group. */
  const wanted = useRef(null);
  useEffect(() => {
    if (!wanted.current) return;
    focusOn(home.current, wanted.current);
    wanted.current = null;
  });
  const context = useMemo(
    () => ({
      facts,
      problems,
      complaints,
      nothing: wordsForNothing(isReadOnly, isRequired),
      focusAfter: (id) => {
        wanted.current = id;
      },
    }),
    [facts, problems, complaints, isReadOnly, isRequired],
  );
  return (
    <fieldset class="cxb-builder" ref={home} disabled={isReadOnly} onKeyDown={keepFormFromBeingSent}>
      <legend class="cxb-hidden">Condition builder</legend>
      <QueryBuilder
        query={tree}
        onQueryChange={onChange}
        combinators={COMBINATORS}
        controlElements={CONTROLS}
        context={context}
        enableMountQueryChange={false}
        idGenerator={newId}
        showCombinatorsBetweenRules
        suppressStandardClassnames
      />
    </fieldset>
  );
}

function wordsForNothing(isReadOnly, isRequired) {
  if (isReadOnly) return "Everyone.";
  return isRequired ? "Say who is meant: add a first condition." : "Everyone, until you add a first condition.";
}

/** Enter in a box of the builder is for the builder. */
function keepFormFromBeingSent(event) {
  if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
}

function focusOn(home, id) {
  const item = home.querySelector(`[data-item="${id}"]`);
  const targets = ["[data-first]", "[data-add]", "button"].map((selector) => item?.querySelector(selector));
  targets.find(Boolean)?.focus();
}
