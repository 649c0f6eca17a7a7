import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ANY_KIND, layoutOf, SCAN_FAULT_CODES } from "../../row/layout.ts";
import { scanDocumentOfJson } from "../kernel/json-document.ts";
import { hasKernel } from "../kernel/kernel.ts";
import { drive, makeKernelMemory, makeMemory, textBytes, utf8Text } from "./fuzz/drive.ts";

const layout = layoutOf({ a: { accepts: ANY_KIND } });
const MARK = "\xef\xbb\xbf";
const long = "x".repeat(150);

/** Documents, and their records: good ones as they stand, others with their fault's code. */
const DOCUMENTS: Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>> = {
  "one object": [
    ['{"a":1}', ['{"a":1}']],
    ['\r\n {\n "a": [1,\n{"b":"]"}] }\n\t', ['{  "a": [1, {"b":"]"}] }']],
    [`${MARK} {"a":"${utf8Text("é")}"}`, [`{"a":"${utf8Text("é")}"}`]],
    [`{"a":"${long}\\"\\\\"}\n`, [`{"a":"${long}\\"\\\\"}`]],
  ],
  "an array of objects": [
    ["[]", []],
    ["\n[\n]\n", []],
    ['[{"a":1}]', ['{"a":1}']],
    [`${MARK}[ {"a":1} ,\n{} ]\n\n`, ['{"a":1}', "{}"]],
    [
      '[\n  {\n    "a": "],[{\\"",\n    "b": []\n  },\n  {}\n]',
      ['{     "a": "],[{\\"",     "b": []   }', "{}"],
    ],
    [
      `[{"a":"${long}","b":"${"\\\\".repeat(40)}"},{"a":{}}]`,
      [`{"a":"${long}","b":"${"\\\\".repeat(40)}"}`, '{"a":{}}'],
    ],
    [`[${"{},".repeat(70)}{}]`, Array.from({ length: 71 }, () => "{}")],
  ],
  "white space alone": [
    ["", []],
    [" \r\n\t", []],
    [MARK, []],
    [`${MARK}\n`, []],
  ],
  "an element that is wrong in itself": [
    ['[{"a":1},{"a":x},{"a":2}]', ['{"a":1}', 'json {"a":x}', '{"a":2}']],
    ['[{"a":1],{"a":2}]', ['json {"a":1]', '{"a":2}']],
    ['[{"a":[1},{"a":2}]', ['json {"a":[1},{"a":2}]']],
    ['[{"a":"x\ny"},{}]', ['json {"a":"x\ry"}', "{}"]],
    ['[{"a":"\xff"},{}]', ['utf8 {"a":"\xff"}', "{}"]],
    [
      `[{"a":${"[".repeat(128)}${"]".repeat(128)}},{}]`,
      [`depth {"a":${"[".repeat(128)}${"]".repeat(128)}}`, "{}"],
    ],
    ['[1, "a,]" ,null,{},[{}],true]', ["json 1", 'json "a,]"', "json null", "{}", "json [{}]", "json true"]],
    [`[{},${MARK}{},{}]`, ["{}", `json ${MARK}{}`, "{}"]],
    ["[\\{},{}]", ["json \\{}", "{}"]],
  ],
  "a comma is missing": [
    ['[{"a":1} {"a":2},{}]', ['json {"a":1} {"a":2}', "{}"]],
    ["[{}\n{}\n]", ["json {} {}"]],
    ["[{}},{}]", ["json {}}", "{}"]],
  ],
  "a comma with nothing before it": [
    ["[{},,{}]", ["{}", "json ,", "{}"]],
    ["[{}, \n ,\n,{}]", ["{}", "json ,", "json ,", "{}"]],
    ["[,{}]", ["json ,", "{}"]],
    ["[,]", ["json ,", "json ]"]],
    ["[{},]", ["{}", "json ]"]],
    ["[{}, ] \n", ["{}", "json ]"]],
    ["[{},] {}", ["{}", "json ] {}"]],
  ],
  "an array that is never closed": [
    ["[", ["json "]],
    ["[ \n", ["json "]],
    ["[{}", ["json {}"]],
    ['[{},{"a":\n1} \n', ["{}", 'json {"a": 1}']],
    ["[{},", ["{}", "json "]],
    ["[{},\n", ["{}", "json "]],
    ["[{},,", ["{}", "json ,"]],
    ["[{},, ", ["{}", "json ,", "json "]],
    ['[{},{"a":"]', ["{}", 'json {"a":"]']],
    ["[{},{},[{}]", ["{}", "{}", "json [{}]"]],
  ],
  "something behind the end": [
    ["[{}]]", ["{}", "json ]"]],
    ["[] x\n\ny\n", ["json x  y"]],
    ["[{}]\n[{},\n{}]", ["{}", "json [{}, {}]"]],
    ["[{}],{}", ["{}", "json ,{}"]],
    [`[{}]${MARK}`, ["{}", `json ${MARK}`]],
    ["[]\xff", ["utf8 \xff"]],
  ],
  "no array and no object": [
    ["{}{}", ["json {}{}"]],
    ['{"a":1}\n{"a":2}\n', ['json {"a":1} {"a":2}']],
    ['{"a":1', ['json {"a":1']],
    ["null", ["json null"]],
    ['"a\n"', ['json "a\r"']],
    ["<html>\n", ["json <html>"]],
    ["]", ["json ]"]],
    [`${MARK}${MARK}{}`, [`json ${MARK}{}`]],
    [` ${MARK}{}`, [`json ${MARK}{}`]],
    [MARK.slice(0, 2), [`utf8 ${MARK.slice(0, 2)}`]],
    [`${MARK.slice(0, 1)}{}`, [`utf8 ${MARK.slice(0, 1)}{}`]],
  ],
};

for (const [name, makes] of Object.entries({ javascript: makeMemory, wasm: makeKernelMemory })) {
  describe(`a JSON document, ${name}`, { skip: name === "wasm" && !hasKernel() }, () => {
    const records = (pieces: readonly Uint8Array[], capacity: number) =>
      drive(scanDocumentOfJson, layout, pieces, { capacity, memory: makes }).rows.map(({ fault, record }) =>
        fault === 0 ? record : `${SCAN_FAULT_CODES[fault]} ${record}`,
      );

    for (const [kind, documents] of Object.entries(DOCUMENTS)) {
      it(`${kind}: the same at every cut`, () => {
        for (const [text, expected] of documents) {
          const bytes = textBytes(text);
          assert.deepEqual(records([bytes], 3), expected, text);
          for (let cut = 0; cut < bytes.length; cut++) {
            const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
            assert.deepEqual(records(pieces, 1 + (cut % 2)), expected, `${text} cut at ${cut}`);
          }
          const crumbs = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
          assert.deepEqual(records(crumbs, 1), expected, `${text} in crumbs`);
        }
      });
    }
  });
}
