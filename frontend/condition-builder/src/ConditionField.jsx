/* The field: a builder and its JSON as two tabs of one textarea, and below who matches. The textarea's text is the form's value. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { useAsking } from "./asking.js";
import { Builder } from "./Builder.jsx";
import { Icon, Notice } from "./bits.jsx";
import { useCondition } from "./condition.js";
import { locate } from "./conversion.js";
import { Facts } from "./facts.js";
import { Preview } from "./Preview.jsx";
import { fetchFacts } from "./server.js";
import { Tabs } from "./Tabs.jsx";

const TABS = [
  ["builder", "Builder"],
  ["json", "JSON"],
];

export function ConditionField({ textarea }) {
  const condition = useCondition(textarea);
  const factsUrl = useFactsUrl(textarea);
  const { facts, hasFailed, retry } = useFacts(factsUrl);
  const [tab, setTab] = useState(condition.error ? "json" : "builder");
  const isReadOnly = textarea.disabled || textarea.readOnly;
  const home = useRef();
  const labelId = useLabel(textarea, home, tab);
  useOldErrors(home, condition);
  const [isAsked, setAsked] = useState(false);
  useSubmitGuard(textarea, condition.problems.size > 0, () => {
    const isHidden = home.current.offsetParent === null;
    if (isHidden) return window.confirm(`An unfinished condition of “${nameOf(textarea)}” would be left out. Save all the same?`);
    setTab("builder");
    setAsked(true);
    setTimeout(() => home.current.querySelector("[data-unfinished] :is(input, select)")?.focus());
    return false;
  });

  const getToken = () => textarea.form?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const asking = useAsking(textarea.dataset.previewUrl, condition.text, !condition.error, getToken);
  const shown = hasFailed ? "json" : tab;
  const { complaints, sentences } = usePlaces(asking.answer, condition, shown === "builder");

  const open = (name) => {
    if (name === "builder" && !condition.reread()) return;
    setTab(name);
  };
  return (
    <div
      class="cxb-field"
      ref={home}
      role="group"
      aria-labelledby={labelId}
      aria-label={labelId ? undefined : "Condition"}
      data-is-asked={isAsked || undefined}
    >
      <div class="cxb-bar">
        <Tabs chosen={shown} onChoose={open} id={textarea.id} tabs={TABS} />
        {shown === "builder" && !isReadOnly && (
          <button type="button" class="cxb-undo" aria-disabled={!condition.canUndo} onClick={() => condition.canUndo && condition.undo()}>
            <Icon name="undo" />
            Undo
          </button>
        )}
      </div>
      <div role="tabpanel" id={`${textarea.id}-builder`} aria-labelledby={`${textarea.id}-builder-tab`} hidden={shown !== "builder"}>
        {facts && condition.tree && (
          <Builder
            key={`${condition.readings} ${factsUrl}`}
            tree={condition.tree}
            facts={facts}
            problems={condition.problems}
            complaints={complaints}
            onChange={condition.change}
            isReadOnly={isReadOnly}
            isRequired={textarea.required}
          />
        )}
        {!facts && !hasFailed && <p class="cxb-quiet cxb-waiting">Loading what can be asked…</p>}
      </div>
      <div role="tabpanel" id={`${textarea.id}-json`} aria-labelledby={`${textarea.id}-json-tab`} hidden={shown !== "json"}>
        <Adopted element={textarea} errorId={condition.error && `${textarea.id}-json-error`} />
        {condition.error && (
          <Notice id={`${textarea.id}-json-error`} isQuiet>
            {condition.error}
          </Notice>
        )}
      </div>
      {hasFailed && (
        <Notice>
          The builder could not load what can be asked; the JSON stays.{" "}
          <button type="button" class="cxb-link" onClick={retry}>
            Try again
          </button>
        </Notice>
      )}
      {textarea.dataset.previewUrl && (
        <Preview
          asking={asking}
          text={condition.text}
          isValid={!condition.error}
          isRequired={textarea.required}
          unfinished={condition.problems.size}
          sentences={sentences}
          customersUrl={textarea.dataset.customersUrl}
        />
      )}
    </div>
  );
}

/** What the server refuses: at the line it means, where there is one to be seen, else as a sentence with the place. */
function usePlaces(answer, { tree, problems }, isBuilder) {
  return useMemo(() => {
    const complaints = new Map();
    const sentences = [];
    for (const { sentence, pointer, complaint } of answer?.refusals ?? []) {
      const id = isBuilder && pointer && tree ? locate(tree, pointer, problems) : undefined;
      if (id) complaints.set(id, complaint);
      else sentences.push(sentence);
    }
    return { complaints, sentences };
  }, [answer, tree, problems, isBuilder]);
}

/** The address of what can be asked. The page changes it where that depends on another box, such as the event. */
function useFactsUrl(textarea) {
  const [url, setUrl] = useState(textarea.dataset.factsUrl);
  useEffect(() => {
    const watching = new MutationObserver(() => setUrl(textarea.dataset.factsUrl));
    watching.observe(textarea, { attributes: true, attributeFilter: ["data-facts-url"] });
    return () => watching.disconnect();
  }, [textarea]);
  return url;
}

function useFacts(url) {
  const [state, setState] = useState({ facts: null, hasFailed: false });
  const wanted = useRef();
  const load = () => {
    // An answer about another event may come later than the one that was asked for last.
    wanted.current = url;
    const keep = (next) => wanted.current === url && setState(next);
    fetchFacts(url).then(
      (declared) => keep({ facts: new Facts(declared), hasFailed: false }),
      () => keep({ facts: null, hasFailed: true }),
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

function nameOf(textarea) {
  return textarea.labels?.[0]?.textContent.replace("*", "").trim() || "Condition";
}

/** Asks whether a form may be sent while a line is unfinished, which would be lost without a word. */
function useSubmitGuard(textarea, isUnfinished, mayBeSent) {
  const latest = useRef();
  latest.current = { isUnfinished, mayBeSent };
  useEffect(() => {
    // On the window and while capturing: before any other script takes the form for sent.
    const judge = (event) => {
      const { isUnfinished, mayBeSent } = latest.current;
      if (event.target !== textarea.form || !isUnfinished || mayBeSent()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("submit", judge, true);
    return () => window.removeEventListener("submit", judge, true);
  }, [textarea]);
}

/** Hides what the server said against another text than this, or against one that the field itself says something about. */
function useOldErrors(home, { text, error }) {
  const first = useRef(text);
  useEffect(() => {
    const isOld = Boolean(error) || text !== first.current;
    for (const said of home.current.closest(".cxb").parentElement.querySelectorAll(".errorlist, .text-red-600")) said.hidden = isOld;
  }, [home, text, error]);
}

/** Takes an element that the page brought along into this place. `errorId` names what is said against its value. */
function Adopted({ element, errorId }) {
  const place = useRef();
  useLayoutEffect(() => place.current.append(element), [element]);
  useEffect(() => {
    element.setAttribute("aria-invalid", String(Boolean(errorId)));
    if (errorId) element.setAttribute("aria-errormessage", errorId);
    else element.removeAttribute("aria-errormessage");
  }, [element, errorId]);
  return <div ref={place} />;
}
