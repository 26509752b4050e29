/* A group: how its lines are combined, the lines, and what can be added. */

import { add, move, remove, RuleGroupBodyComponents, update, useRuleGroup } from "react-querybuilder";

import { Icon, Select } from "./bits.jsx";
import { newGroup, newId, newLine } from "./conversion.js";

/** combinator and not ⇄ one word, and what stands between two lines. */
const MODES = {
  all: { combinator: "and", not: false, label: "all", rest: "of these are true", joint: "and" },
  any: { combinator: "or", not: false, label: "at least one", rest: "of these is true", joint: "or" },
  none: { combinator: "or", not: true, label: "none", rest: "of these is true", joint: "nor" },
  "not all": { combinator: "and", not: true, label: "not all", rest: "of these are true", joint: "and" },
};

export function modeOf(group) {
  return Object.keys(MODES).find((name) => MODES[name].combinator === group.combinator && MODES[name].not === Boolean(group.not));
}

export function Joint({ ruleGroup }) {
  return (
    <div class="cxb-joint" aria-hidden="true">
      {MODES[modeOf(ruleGroup)].joint}
    </div>
  );
}

export function Group(props) {
  const group = useRuleGroup(props);
  const { path, ruleGroup, schema, context } = group;
  const isRoot = path.length === 0;
  const mode = modeOf(ruleGroup);

  const change = (next) => schema.dispatchQuery(next(schema.getQuery()));
  const choose = (name) => {
    const { combinator, not } = MODES[name];
    change((query) => update(update(query, "combinator", combinator, path), "not", not, path));
  };
  const append = (item) => {
    context.focusAfter(item.rules ? item.rules[0].id : item.id);
    change((query) => add(query, item, path));
  };
  const isEmpty = isRoot && ruleGroup.rules.length === 0;
  const { label, rest } = MODES[mode];
  return (
    <div
      class={`cxb-group is-depth-${Math.min(path.length, 3)} ${isEmpty ? "is-empty" : ""}`}
      data-item={ruleGroup.id}
      data-mode={mode}
      role="group"
      aria-label={isEmpty ? "No condition yet" : `Group: ${label} ${rest}`}
    >
      {isEmpty ? (
        <p class="cxb-quiet">{context.nothing}</p>
      ) : (
        <div class="cxb-group-head">
          <span class="cxb-sentence">
            {isRoot ? "A customer matches when" : "When"}
            <Select
              class="cxb-mode"
              label="How many of the lines in this group must be true"
              value={mode}
              options={Object.entries(MODES).map(([name, one]) => [name, one.label])}
              onChange={choose}
            />
            {rest}
          </span>
          {!isRoot && <ItemActions item={ruleGroup} path={path} schema={schema} context={context} what="group" />}
        </div>
      )}
      <div class="cxb-lines">
        <RuleGroupBodyComponents {...group} />
      </div>
      <div class="cxb-group-foot">
        <button type="button" class="cxb-button" data-add onClick={() => append(newLine())}>
          <Icon name="add" />
          Add condition
        </button>
        <button type="button" class="cxb-button" onClick={() => append(newGroup())}>
          <Icon name="library_add" />
          Add group
        </button>
      </div>
    </div>
  );
}

/** Copy and remove, of a line or a group. The focus goes to the copy, or to the neighbour of what went. */
export function ItemActions({ item, path, schema, context, what }) {
  const name = what === "group" ? "this group" : "this condition";
  const duplicate = () => {
    const query = schema.getQuery();
    const after = [...path.slice(0, -1), path.at(-1) + 1];
    const next = move(query, path, after, { clone: true, idGenerator: newId });
    context.focusAfter(parentOf(next, path).rules[path.at(-1) + 1].id);
    schema.dispatchQuery(next);
  };
  const drop = () => {
    const query = schema.getQuery();
    const parent = parentOf(query, path);
    const neighbour = parent.rules[path.at(-1) + 1] ?? parent.rules[path.at(-1) - 1] ?? parent;
    context.focusAfter(neighbour.id);
    schema.dispatchQuery(remove(query, path));
  };
  return (
    <span class="cxb-actions">
      <button type="button" class="cxb-icon-button" title={`Duplicate ${name}`} aria-label={`Duplicate ${name}`} onClick={duplicate}>
        <Icon name="content_copy" />
      </button>
      <button type="button" class="cxb-icon-button is-removing" title={`Remove ${name}`} aria-label={`Remove ${name}`} onClick={drop}>
        <Icon name="delete" />
      </button>
    </span>
  );
}

function parentOf(query, path) {
  return path.slice(0, -1).reduce((group, index) => group.rules[index], query);
}
