/* Who matches, as one edits: how many, and a few of them. */

import { Notice } from "./bits.jsx";
import { isNothing } from "./conversion.js";

/** An address that is longer is cut off by some servers. */
const LONGEST_ADDRESS = 4_000;

/**
 * `asking` is what useAsking answers; `sentences` are the server's refusals that no line shows already; `customersUrl` is the list
 * that a condition in the address narrows.
 */
export function Preview({ asking, text, isValid, isRequired, unfinished, sentences, customersUrl }) {
  const { answer, isWaiting, hasFailed, retry } = asking;
  return (
    <section class="cxb-preview" aria-label="Who matches" aria-busy={isWaiting}>
      <div role="status" class="cxb-count">
        <Headline answer={answer} isEmpty={isNothing(text)} {...{ isValid, isRequired, unfinished }} />
      </div>
      {sentences.map((sentence) => (
        <Notice key={sentence}>{sentence}</Notice>
      ))}
      {hasFailed && (
        <Notice>
          The count did not come.{" "}
          <button type="button" class="cxb-link" onClick={retry}>
            Try again
          </button>
        </Notice>
      )}
      {isValid && answer?.sample?.length > 0 && <Sample answer={answer} />}
      {isValid && answer?.count > 0 && <Leading url={addressOf(customersUrl, text)} />}
    </section>
  );
}

function Headline({ answer, isEmpty, isValid, isRequired, unfinished }) {
  const number = new Intl.NumberFormat(document.documentElement.lang || "en");
  const left = unfinished > 0 && (
    <span class="cxb-quiet">
      {unfinished === 1 ? " One unfinished condition is left out." : ` ${unfinished} unfinished conditions are left out.`}
    </span>
  );
  if (!isValid) return <span class="cxb-quiet">The count comes back once the JSON can be read.</span>;
  if (isEmpty) {
    return (
      <span>
        {isRequired ? "No condition is set yet." : "No condition is set: everyone matches."}
        {left}
      </span>
    );
  }
  if (answer?.refusals) return <span class="cxb-quiet">Nobody is counted: the condition cannot be used like this.</span>;
  if (answer?.denial) return <span class="cxb-quiet">{answer.denial}</span>;
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

function addressOf(customersUrl, text) {
  if (!customersUrl || isNothing(text)) return null;
  const url = `${customersUrl}?condition=${encodeURIComponent(text)}`;
  return url.length > LONGEST_ADDRESS ? null : url;
}

/** To the list of all of them. In a new tab: what is edited here is not saved yet. */
function Leading({ url }) {
  if (!url) return null;
  return (
    <a class="cxb-link" href={url} target="_blank" rel="noopener" title="Opens in a new tab">
      Show these customers
    </a>
  );
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...word][0] ?? "").join("").toUpperCase();
}
