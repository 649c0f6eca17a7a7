// The architecture as tests: what ARCHITECTURE.md promises about folders, imports, names and calls, checked on every run.
// The rules are the data below; a failure names the file, the rule and the way out.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path/posix";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Rooms of core from the ground up. A file imports from its own level or below. */
const levels: readonly (readonly string[])[] = [
  ["core/memory"],
  ["core/scan", "core/row"],
  ["core/operator.ts"],
  ["core/operators", "core/time", "core/aggregate", "core/state"],
  ["core/log"],
  ["core/run"],
  ["core/mod.ts"],
  ["core/testing"],
];

const top = ["core", "adapters", "examples", "bench"] as const;
const longestFileLines = 400;
const fileName = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|wasm))?\.ts$/;
const drawers = ["utils", "util", "helpers", "common", "misc", "shared", "manager"];
const documents = ["README.md", "ARCHITECTURE.md"];

interface Ban {
  readonly call: RegExp;
  readonly instead: string;
  /** Where the ban holds: path beginnings; everywhere when absent. */
  readonly in?: readonly string[];
  /** Where it doesn't: path beginnings. */
  readonly except?: readonly string[];
  /** Tests may. */
  readonly notInTests?: true;
}

const bans: readonly Ban[] = [
  { call: /\b(test|it|describe)\.only\(/, instead: "run the one file: node --test <file>" },
  {
    call: /\bnew Function\(|\beval\(/,
    instead: "compose closures: a strict CSP forbids code made at run time",
  },
  { call: /\bas any\b|: any\b|<any>/, instead: "use unknown and narrow it, or a type parameter" },
  { call: /@ts-ignore|@ts-nocheck/, instead: "use @ts-expect-error with the reason" },
  { call: /^\s*export default\b/, instead: "export by name" },
  {
    call: /^\s*(export )?(const )?enum\b/,
    instead: "use an `as const` table: Node runs erasable syntax only",
  },
  {
    call: /\b(process|Deno|Bun)\.[a-z]/,
    instead: "use a Web global, or move it to an adapter",
    in: ["core/"],
    notInTests: true,
  },
  {
    call: /\bconsole\./,
    instead: "report it as data (run report, metrics), or print it in an adapter",
    in: ["core/"],
    notInTests: true,
  },
  {
    call: /\bDate\.now\(|\bperformance\.now\(|\bset(Timeout|Interval)\(|\bnew Date\(\)/,
    instead: "take the clock as an argument: only core/run owns one",
    in: ["core/"],
    except: ["core/run/", "core/testing/"],
    notInTests: true,
  },
  {
    call: /\bMath\.random\(/,
    instead: "take a seed: no answer may depend on chance",
    in: ["core/", "adapters/"],
    notInTests: true,
  },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const self = "core/tidy.test.ts";
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const isTest = (path: string): boolean => path.endsWith(".test.ts");

const files: readonly string[] = top
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
      join(folder, path.replaceAll("\\", "/")),
    ),
  )
  .filter((path) => path.endsWith(".ts") && !/(^|\/)(node_modules|data|results)\//.test(path))
  .sort();

/** What a file imports, as paths from the root (relative imports) or as written (all others). Comments don't count. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(
    /^\s*(?:import|export)\b(?:[^"';]*?\bfrom\s*)?\s*"([^"]+)"|^(?!\s*(?:\*|\/\/)).*?\bimport\("([^"]+)"\)/gm,
  );
  return [...found].map((match) => {
    const name = match[1] ?? match[2] ?? "";
    return name.startsWith(".") ? join(dirname(file), name) : name;
  });
}

const isWithin = (path: string, room: string): boolean => path === room || path.startsWith(`${room}/`);
const levelOf = (path: string): number =>
  levels.findIndex((rooms) => rooms.some((room) => isWithin(path, room)));
const folderOf = (path: string, depth: number): string => path.split("/").slice(0, depth).join("/");
const isPath = (name: string): boolean => top.some((folder) => isWithin(name, folder));

/** What is wrong with `file` importing `imported`, or undefined. */
function wrongImport(file: string, imported: string): string | undefined {
  if (file.startsWith("core/")) {
    if (isTest(file)) return undefined;
    if (!isPath(imported)) {
      return `core/ imports nothing but itself. Take it as an argument, or move it to an adapter`;
    }
    if (!imported.startsWith("core/")) return "imports go down only. Move what both need into core/";
    if (isWithin(file, "core/operators") && isWithin(imported, "core/operators")) {
      return "operators never import operators. Move what both need to core/aggregate, core/time or core/operator.ts";
    }
    if (levelOf(imported) > levelOf(file))
      return "imports go down only. Move the shared part to the lower room";
    return undefined;
  }
  if (file.startsWith("adapters/")) {
    const own = isWithin(imported, folderOf(file, 2));
    const door = imported === "core/mod.ts" || (isTest(file) && imported === "core/testing/mod.ts");
    if (isPath(imported) && !own && !door)
      return "an adapter imports itself and core/mod.ts only. Export it from there";
    if (!isTest(file) && isWithin(imported, "millrace"))
      return "the package imports itself by path, not by name";
    return undefined;
  }
  if (file.startsWith("examples/") && isPath(imported) && !isWithin(imported, folderOf(file, 2))) {
    return 'an example is what a user can write: import by public name ("millrace", "millrace/files")';
  }
  return undefined;
}

function report(problems: readonly string[]): void {
  if (problems.length > 0) assert.fail(`\n${problems.join("\n")}\n`);
}

test("TIDY-01 every room of core has a level", () => {
  report(
    files
      .filter((file) => file.startsWith("core/") && !isTest(file) && levelOf(file) < 0)
      .map((file) => `${file}: is in no room. Move it, or add its room to \`levels\` in ${self}`),
  );
});

test("TIDY-02 imports go one way: down", () => {
  report(
    files.flatMap((file) =>
      importsOf(file).flatMap((imported) => {
        const wrong = wrongImport(file, imported);
        return wrong === undefined ? [] : [`${file} imports ${imported}: ${wrong}.`];
      }),
    ),
  );
});

test("TIDY-03 an operator is one file, one test, one line in core/mod.ts", () => {
  const door = existsSync(join(root, "core/mod.ts")) ? read("core/mod.ts") : "";
  report(
    files
      .filter((file) => isWithin(file, "core/operators") && !isTest(file))
      .flatMap((file) => {
        const lines = door.split(`"./${relative("core", file)}"`).length - 1;
        const beside = file.replace(/\.ts$/, ".test.ts");
        return [
          ...(files.includes(beside) ? [] : [`${file}: has no test. Write ${beside} with operatorLaws.`]),
          ...(lines > 0 ? [] : [`${file}: core/mod.ts doesn't export it. Add one line.`]),
        ];
      }),
  );
});

test("TIDY-04 banned calls", () => {
  const holds = (ban: Ban, file: string): boolean =>
    file !== self &&
    !(ban.notInTests && isTest(file)) &&
    (ban.in ?? [""]).some((start) => file.startsWith(start)) &&
    !(ban.except ?? []).some((start) => file.startsWith(start));
  report(
    files.flatMap((file) => {
      const active = bans.filter((ban) => holds(ban, file));
      return read(file)
        .split("\n")
        .flatMap((line, index) => {
          const comment = /^\s*(\*|\/\/|\/\*)/.test(line) && !line.includes("@ts-");
          const broken = comment ? [] : active.filter((ban) => ban.call.test(line));
          return broken.map((ban) => `${file}:${index + 1}: \`${line.trim()}\`. Instead: ${ban.instead}.`);
        });
    }),
  );
});

test("TIDY-05 names say what a file holds", () => {
  report(
    files.flatMap((file) => {
      const names = file.split("/");
      const name = names.at(-1) ?? "";
      const drawer = names.find((part) => drawers.includes(part.replace(/\.ts$/, "")));
      return [
        ...(fileName.test(name) ? [] : [`${file}: file names are kebab-case, after their export.`]),
        ...(drawer === undefined ? [] : [`${file}: "${drawer}" is a drawer. Name it after what it holds.`]),
      ];
    }),
  );
});

test(`TIDY-06 no file but a test is longer than ${longestFileLines} lines`, () => {
  report(
    files
      .filter((file) => !isTest(file))
      .map((file) => ({ file, lines: read(file).split("\n").length - 1 }))
      .filter(({ lines }) => lines > longestFileLines)
      .map(({ file, lines }) => `${file}: ${lines} lines. Split it by what it decides.`),
  );
});

test("TIDY-07 paths named in the documents exist", () => {
  report(
    documents
      .filter((document) => existsSync(join(root, document)))
      .flatMap((document) =>
        [...read(document).matchAll(/[`(]\.?\/?((?:core|adapters|examples|bench|scripts)\/[\w./-]*)[`)#]/g)]
          .map((match) => match[1] ?? "")
          .filter((path) => !/(^|\/)(data|results)\//.test(path) && !existsSync(join(root, path)))
          .map((path) => `${document} names ${path}, which doesn't exist. Correct the path.`),
      ),
  );
});

test("TIDY-08 package.json and deno.json publish the same doors, and need nothing at run time", () => {
  const npm = JSON.parse(read("package.json"));
  const deno = JSON.parse(read("deno.json"));
  assert.deepEqual(deno.exports, npm.exports, "deno.json exports differ from package.json exports");
  assert.equal(deno.version, npm.version, "deno.json and package.json have different versions");
  assert.equal(npm.dependencies, undefined, "core needs nothing: make it an optional peer of its adapter");
  for (const [path, source] of Object.entries(npm.exports)) {
    assert.equal(deno.imports[path.replace(".", npm.name)], source, `deno.json imports lack ${path}`);
  }
});

test("TIDY-09 JSR gets what the doors lead to, as npm does, and no more", () => {
  const { exports, publish } = JSON.parse(read("deno.json")) as {
    readonly exports: Readonly<Record<string, string>>;
    readonly publish: { readonly exclude: readonly string[] };
  };
  const reached = new Set<string>();
  const reach = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const imported of importsOf(file)) if (isPath(imported)) reach(imported);
  };
  for (const door of Object.values(exports)) reach(join(door));
  const excluded = (file: string): boolean => publish.exclude.some((path) => isWithin(file, path));
  report(
    files
      .filter((file) => /^(core|adapters)\//.test(file) && !isTest(file))
      .filter((file) => reached.has(file) === excluded(file))
      .map((file) =>
        reached.has(file)
          ? `${file}: is published, but deno.json excludes it.`
          : `${file}: no door leads to it. Delete it, or name it under publish.exclude in deno.json.`,
      ),
  );
});
