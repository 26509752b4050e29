/* Who matches, as one edits: how many, and a few of them. */

import { useEffect, useRef, useState } from "preact/hooks";

import { Icon, Notice } from "./bits.jsx";
import { isNothing } from "./conversion.js";
import { fetchPreview } from "./server.js";

/** Milliseconds of rest before the server is asked. */
const PATIENCE = 400;

export function Preview({ url, text, isValid, unfinished, getToken }) {
  const { answer, isWaiting, hasFailed, retry } = useAnswer(url, text, isValid, getToken);
  if (!url) return null;
  const isEveryone = isNothing(text);
  return (
    <section class="cxb-preview" aria-label="Who matches" aria-busy={isWaiting}>
      <div role="status" class="cxb-count">
        <Headline answer={answer} isEveryone={isEveryone} isValid={isValid} unfinished={unfinished} />
      </div>
      {isValid && answer?.refusal?.map((sentence) => <Notice key={sentence}>{sentence}</Notice>)}
      {hasFailed && (
        <Notice>
          The count did not come.{" "}
          <button type="button" class="cxb-link" onClick={retry}>
            Try again
          </button>
        </Notice>
      )}
      {isValid && answer?.sample?.length > 0 && <Sample answer={answer} />}
    </section>
  );
}

function useAnswer(url, text, isValid, getToken) {
  const [state, setState] = useState({ answer: null, isWaiting: false, hasFailed: false });
  const [attempt, setAttempt] = useState(0);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!url || !isValid || isNothing(text)) {
      setState({ answer: null, isWaiting: false, hasFailed: false });
      return undefined;
    }
    const control = new AbortController();
    const ask = async () => {
      setState((former) => ({ ...former, isWaiting: true }));
      try {
        const answer = await fetchPreview(url, text, getToken(), control.signal);
        setState({ answer, isWaiting: false, hasFailed: false });
      } catch {
        if (!control.signal.aborted) setState({ answer: null, isWaiting: false, hasFailed: true });
      }
    };
    const timer = setTimeout(ask, isFirst.current ? 0 : PATIENCE);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [url, text, isValid, attempt]);
  return { ...state, retry: () => setAttempt(attempt + 1) };
}

function Headline({ answer, isEveryone, isValid, unfinished }) {
  const number = new Intl.NumberFormat(document.documentElement.lang || "en");
  const left = unfinished > 0 && (
    <span class="cxb-quiet">
      {unfinished === 1 ? " One unfinished condition is left out." : ` ${unfinished} unfinished conditions are left out.`}
    </span>
  );
  if (!isValid) return <span class="cxb-quiet">The count comes back once the JSON is complete.</span>;
  if (isEveryone) return <span>No condition is set: everyone matches.{left}</span>;
  if (answer?.refusal) return <span class="cxb-quiet">Nobody is counted: the condition cannot be used like this.</span>;
  if (!answer) return <span class="cxb-quiet">Counting…</span>;
  return (
    <>
      <span class="cxb-count-words">
        {answer.is_estimate ? "Matches about " : "Matches "}
        <strong>{number.format(answer.count)}</strong> of {number.format(answer.of)} {answer.of === 1 ? "profile" : "profiles"}
      </span>
      <progress class="cxb-share" aria-hidden="true" max={Math.max(answer.of, 1)} value={answer.count} />
      {left}
    </>
  );
}

function Sample({ answer }) {
  return (
    <ul class="cxb-sample" aria-label="Some of those who match">
      {answer.sample.map((profile) => (
        <li key={profile.id}>
          <a href={profile.url} target="_blank" rel="noopener" title={`${profile.name || profile.email} (opens in a new tab)`}>
            <span class="cxb-initials" aria-hidden="true">
              {initials(profile.name || profile.email || "?")}
            </span>
            <span class="cxb-who">
              <span class="cxb-name">{profile.name || "No name"}</span>
              <span class="cxb-email">{profile.email}</span>
            </span>
          </a>
        </li>
      ))}
      {answer.count > answer.sample.length && <li class="cxb-quiet cxb-more">and more</li>}
    </ul>
  );
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...word][0] ?? "").join("").toUpperCase();
}
