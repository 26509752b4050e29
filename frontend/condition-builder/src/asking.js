/* Asks the server who matches, a moment after the last change. */

import { useEffect, useRef, useState } from "preact/hooks";

import { isNothing } from "./conversion.js";
import { fetchPreview } from "./server.js";

/** Milliseconds of rest before the server is asked. */
const PATIENCE = 400;
const UNASKED = { answer: null, isWaiting: false, hasFailed: false };

/** {answer, isWaiting, hasFailed, retry}. While a new answer is on its way the old one stays, unless it was a refusal. */
export function useAsking(url, text, isValid, getToken) {
  const [state, setState] = useState(UNASKED);
  const [attempt, setAttempt] = useState(0);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!url || !isValid || isNothing(text)) {
      setState(UNASKED);
      return undefined;
    }
    const control = new AbortController();
    const ask = async () => {
      setState((former) => ({ ...former, isWaiting: true }));
      try {
        const answer = await fetchPreview(url, text, getToken(), control.signal);
        setState({ answer, isWaiting: false, hasFailed: false });
      } catch {
        if (!control.signal.aborted) setState({ ...UNASKED, hasFailed: true });
      }
    };
    setState((former) => (former.answer?.refusals ? UNASKED : former));
    const timer = setTimeout(ask, isFirst.current ? 0 : PATIENCE);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [url, text, isValid, attempt]);
  return { ...state, retry: () => setAttempt(attempt + 1) };
}
