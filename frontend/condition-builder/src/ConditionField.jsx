/* The field: a builder and its JSON as two tabs of one textarea, and below who matches. The textarea's text is the form's value. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { Builder } from "./Builder.jsx";
import { Notice } from "./bits.jsx";
import { read, write } from "./conversion.js";
import { Facts } from "./facts.js";
import { Preview } from "./Preview.jsx";
import { fetchFacts } from "./server.js";
import { Tabs } from "./Tabs.jsx";

export function ConditionField({ textarea }) {
  const condition = useCondition(textarea);
  const { facts, hasFailed, retry } = useFacts(textarea.dataset.factsUrl);
  const [tab, setTab] = useState(condition.error ? "json" : "builder");
  const isReadOnly = textarea.disabled || textarea.readOnly;
  const home = useRef();
  const labelId = useLabel(textarea, home, tab);
  const [isAsked, setAsked] = useState(false);
  useSubmitGuard(textarea, tab === "builder" && condition.problems.size > 0, () => {
    setAsked(true);
    home.current.querySelector("[data-unfinished] :is(input, select)")?.focus();
  });

  const open = (name) => {
    if (name === "builder" && !condition.reread()) return;
    setTab(name);
  };
  const shown = hasFailed ? "json" : tab;
  return (
    <div class="cxb-field" ref={home} role="group" aria-labelledby={labelId} data-is-asked={isAsked || undefined}>
      <Tabs
        chosen={shown}
        onChoose={open}
        id={textarea.id}
        tabs={[
          ["builder", "Builder"],
          ["json", "JSON"],
        ]}
      />
      <div role="tabpanel" id={`${textarea.id}-builder`} aria-labelledby={`${textarea.id}-builder-tab`} hidden={shown !== "builder"}>
        {facts && condition.tree ? (
          <Builder
            key={condition.readings}
            tree={condition.tree}
            facts={facts}
            problems={condition.problems}
            onChange={condition.change}
            isReadOnly={isReadOnly}
          />
        ) : (
          <p class="cxb-quiet cxb-waiting">Loading what can be asked…</p>
        )}
      </div>
      <div role="tabpanel" id={`${textarea.id}-json`} aria-labelledby={`${textarea.id}-json-tab`} hidden={shown !== "json"}>
        <Adopted element={textarea} />
        {condition.error && <Notice>{condition.error}</Notice>}
      </div>
      {hasFailed && (
        <Notice>
          The builder could not load what can be asked; the JSON stays.{" "}
          <button type="button" class="cxb-link" onClick={retry}>
            Try again
          </button>
        </Notice>
      )}
      <Preview
        url={textarea.dataset.previewUrl}
        text={condition.text}
        isValid={!condition.error}
        unfinished={tab === "builder" ? condition.problems.size : 0}
        getToken={() => textarea.form?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? ""}
      />
    </div>
  );
}

/** The text and its tree, each made from the other: a change of the tree writes the text, a typed text is read when it is needed. */
function useCondition(textarea) {
  const [state, setState] = useState(() => stateOf(textarea.value, 0));

  useEffect(() => {
    const typed = () => {
      setState((former) => (former.text === textarea.value ? former : stateOf(textarea.value, former.readings + 1)));
    };
    textarea.addEventListener("input", typed);
    return () => textarea.removeEventListener("input", typed);
  }, [textarea]);

  const change = (tree) => {
    const { text, problems } = write(tree);
    setState((former) => ({ ...former, tree, text, problems }));
    if (textarea.value === text) return;
    textarea.value = text;
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
    textarea.dispatchEvent(new Event("change", { bubbles: true }));
  };
  /** Is there a tree to show? A text that was set by another script is read first. */
  const reread = () => {
    const next = state.text === textarea.value ? state : stateOf(textarea.value, state.readings + 1);
    setState(next);
    return !next.error;
  };
  return { ...state, change, reread };
}

function stateOf(text, readings) {
  try {
    return { text, tree: read(text), problems: new Map(), error: null, readings };
  } catch (error) {
    // A text so strange that reading it fails is still the owner's text: it stays in its box.
    return { text, tree: null, problems: new Map(), error: error.message, readings };
  }
}

function useFacts(url) {
  const [state, setState] = useState({ facts: null, hasFailed: false });
  const load = () => {
    fetchFacts(url).then(
      (declared) => setState({ facts: new Facts(declared), hasFailed: false }),
      () => setState({ facts: null, hasFailed: true }),
    );
  };
  useEffect(load, [url]);
  return { ...state, retry: load };
}

/** Lets the form's own label name the whole field, and lead to what is shown. */
function useLabel(textarea, home, tab) {
  const label = useMemo(() => textarea.labels?.[0], [textarea]);
  if (label && !label.id) label.id = `${textarea.id}-label`;
  useEffect(() => {
    if (!label) return undefined;
    const lead = () => {
      if (tab === "builder") home.current.querySelector("[role=tabpanel]:not([hidden]) :is(select, input, button)")?.focus();
    };
    label.addEventListener("click", lead);
    return () => label.removeEventListener("click", lead);
  }, [label, home, tab]);
  return label?.id;
}

/** Keeps a form from being sent while a line is unfinished: it would be lost without a word. */
function useSubmitGuard(textarea, isUnfinished, refuse) {
  const latest = useRef();
  latest.current = { isUnfinished, refuse };
  useEffect(() => {
    // On the window and while capturing: before any other script takes the form for sent.
    const judge = (event) => {
      if (event.target !== textarea.form || !latest.current.isUnfinished) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      latest.current.refuse();
    };
    window.addEventListener("submit", judge, true);
    return () => window.removeEventListener("submit", judge, true);
  }, [textarea]);
}

/** Takes an element that the page brought along into this place. */
function Adopted({ element }) {
  const place = useRef();
  useLayoutEffect(() => place.current.append(element), [element]);
  return <div ref={place} />;
}
