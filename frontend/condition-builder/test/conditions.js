/* Conditions to try: those that the documents name, and any number of made-up ones from a seed. */

export const WRITTEN = [
  '{"==":[{"var":"gender"},"female"]}',
  '{"===":["female",{"var":"gender"}]}',
  '{"!==":[{"var":"gender"},"female"]}',
  '{"and":[{"not_in":["@test@test.com",{"var":"profile.email"}]}]}',
  '{"<":[1,{"var":"x"},10]}',
  '{"<=":[1,{"var":"x"},10.50]}',
  '{"between":[{"var":"x"},1,10]}',
  '{"in":[{"var":"gender"},["female","other"]]}',
  '{"in":["vip",{"var":"flattened_tags"}]}',
  '{"!":{"var":"x"}}',
  '{"!":[{"var":"x"}]}',
  '{"!!":{"var":"x"}}',
  '{"var":"x"}',
  '{"!=":[{"var":"x"},null]}',
  '{"===":[null,{"var":["x"]}]}',
  '{"some":[{"var":"flattened_tags"},{"in":[{"var":""},["a","b"]]}]}',
  '{"none":[{"var":"flattened_tags"},{"==":[{"var":""},"a"]}]}',
  '{"all":[{"var":"flattened_tags"},{"in":["a",{"var":""}]}]}',
  '{">":[{"days_since":[{"var":"joined_at"}]},90]}',
  '{">=":[90,{"days_since":{"var":"joined_at"}}]}',
  '{"between":[{"months_since":[{"var":"joined_at"}]},6,12]}',
  '{"<":[{"days_until":[{"var":"custom_attributes.card.ends_on"}]},7]}',
  '{"is_birthday_today":[]}',
  '{"birthday_in_month":[5]}',
  '{"birthday_in_month":[]}',
  '{"<":[{"var":"joined_at"},{"today":[]}]}',
  '{"!":[{"and":[{"is_birthday_today":[]}]}]}',
  '{"!":{"or":[{"var":"x"},{"var":"y"}]}}',
  '{"!":[{"in":["vip",{"var":"flattened_tags"}]}]}',
  '{"!":{"==":[{"var":"x"},1]}}',
  '{"and":[]}',
  '{"or":[{"and":[]},{"var":"x"}]}',
];

/** No line can say these: they must come back all the same. */
export const OPAQUE = [
  '{">":[{"+":[{"var":"x"},1]},5]}',
  '{"==":[{"var":["x","a default"]},1]}',
  '{"in":[{"var":"x"},{"var":"y"}]}',
  '{"if":[{"var":"x"},true,false]}',
  '{"some":[{"var":"t"},{"some":[{"var":""},{"==":[{"var":""},1]}]}]}',
  '{">":[10,{"var":"x"},1]}',
  '{"==":[{"var":"x"}]}',
  '{"==":[{"var":"x"},1,2]}',
  '{"is_birthday_today":null}',
  '{"birthday_in_month":5}',
  '{"and":{"var":"x"}}',
  '{"a":1,"b":2}',
  '{"a":1,"a":2}',
  '{"constructor":[{"var":"x"},1]}',
  '{"__proto__":[{"var":"x"},1]}',
  '{"toString":[{"var":"x"}]}',
  '{"==":[{"constructor":[{"var":"x"}]},1]}',
  '{"var":""}',
  '{"today":[]}',
  "true",
  "[1, 2]",
  '"text"',
];

/** Makes conditions out of all shapes, each time the same ones for a seed. */
export class Maker {
  constructor(seed) {
    this.state = seed;
  }

  /** A number from 0 to below `end`; a linear congruential generator is random enough. */
  below(end) {
    this.state = (this.state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((this.state / 4_294_967_296) * end);
  }

  one(list) {
    return list[this.below(list.length)];
  }

  some(make, most) {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  condition(depth) {
    const kind = this.below(10);
    if (depth === 0 || kind < 4) return this.rule();
    if (kind < 8) return `{"${this.one(["and", "or"])}":${this.space()}[${this.some(() => this.condition(depth - 1), 4).join(",")}]}`;
    const inner = this.condition(depth - 1);
    return this.one([`{"!":[${inner}]}`, `{"!": ${inner}}`]);
  }

  rule() {
    return this.one([this.comparison, this.comparison, this.membership, this.truth, this.fixed]).call(this);
  }

  comparison() {
    const operator = this.one(["==", "!=", "===", "!==", "<", "<=", ">", ">="]);
    const subject = this.one([this.fact, this.fact, this.measure]).call(this);
    const sides = this.one([true, false]) ? [subject, this.literal()] : [this.literal(), subject];
    const chain = () => `{"${this.one(["<", "<="])}":[${this.literal()},${subject},${this.literal()}]}`;
    const between = () => `{"between":[${subject},${this.literal()},${this.literal()}]}`;
    return this.one([() => `{"${operator}":[${sides.join(", ")}]}`, chain, between])();
  }

  membership() {
    const list = `[${this.some(() => this.literal(), 3).join(",")}]`;
    const operator = this.one(["in", "not_in"]);
    const plain = this.one([`{"${operator}":[${this.fact()},${list}]}`, `{"${operator}":[${this.literal()},${this.fact()}]}`]);
    const quantified = `{"${this.one(["some", "all", "none"])}":[${this.fact()},{"in":[{"var":""},${list}]}]}`;
    return this.one([plain, quantified, `{"!":[${plain}]}`]);
  }

  truth() {
    return this.one([`{"!":${this.fact()}}`, `{"!!":[${this.fact()}]}`, this.fact()]);
  }

  fixed() {
    return this.one([...WRITTEN, ...OPAQUE]);
  }

  fact() {
    const handle = this.one(["gender", "joined_at", "aggregations.spend_12m", "custom_attributes.a.b", "tier.handle"]);
    return this.one([`{"var":"${handle}"}`, `{ "var" : "${handle}" }`, `{"var":["${handle}"]}`]);
  }

  measure() {
    return `{"${this.one(["days_since", "months_since", "days_until"])}":${this.one([`[${this.fact()}]`, this.fact()])}}`;
  }

  literal() {
    return this.one(['"female"', '"\\u00e9\\n"', "1", "1.0", "-0", "1e3", "12345678901234567890", "0.10", "true", "null", '""', '{"today":[]}']);
  }

  space() {
    return this.one(["", " ", "\n  "]);
  }
}
