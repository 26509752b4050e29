/* The condition while it is edited: its text, its tree, and the trees before it. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { read, write } from "./conversion.js";

/** Changes that follow one another within so many milliseconds are undone together. */
const ONE_GO = 1_000;
const MOST_UNDONE = 100;

/**
 * {text, tree, problems, error, readings, change, reread, canUndo, undo}: text and tree are each made from the other. A changed tree
 * is written into the textarea at once; a typed text is read, and counted in `readings`, when it comes.
 */
export function useCondition(textarea) {
  const [state, setState] = useState(() => stateOf(textarea.value, 0));
  const past = useRef([]);
  const changedAt = useRef(0);

  const latest = useRef();
  latest.current = state;

  /** Begins anew with a text that did not come from the tree. */
  const take = useCallback((text) => {
    past.current = [];
    latest.current = stateOf(text, latest.current.readings + 1);
    setState(latest.current);
  }, []);

  useEffect(() => {
    const typed = () => {
      if (latest.current.text !== textarea.value) take(textarea.value);
    };
    textarea.addEventListener("input", typed);
    return () => textarea.removeEventListener("input", typed);
  }, [textarea, take]);

  const put = useCallback(
    (tree) => {
      const { text, problems } = write(tree);
      latest.current = { ...latest.current, tree, text, problems };
      setState(latest.current);
      if (textarea.value === text) return;
      textarea.value = text;
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
      textarea.dispatchEvent(new Event("change", { bubbles: true }));
    },
    [textarea],
  );
  const change = useCallback(
    (tree) => {
      const now = performance.now();
      if (now - changedAt.current > ONE_GO || !past.current.length) {
        past.current = [...past.current, latest.current.tree].slice(-MOST_UNDONE);
      }
      changedAt.current = now;
      put(tree);
    },
    [put],
  );
  const undo = () => {
    const tree = past.current.at(-1);
    past.current = past.current.slice(0, -1);
    changedAt.current = 0;
    put(tree);
  };
  /** Is there a tree to show? A text that another script has set is read first. */
  const reread = () => {
    if (latest.current.text !== textarea.value) take(textarea.value);
    return !latest.current.error;
  };
  return { ...state, change, reread, undo, canUndo: past.current.length > 0 };
}

function stateOf(text, readings) {
  try {
    return { text, tree: read(text), problems: new Map(), error: null, readings };
  } catch (error) {
    // A text so strange that reading it fails is still the owner's text: it stays in its box.
    return { text, tree: null, problems: new Map(), error: error.message, readings };
  }
}
