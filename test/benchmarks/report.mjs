/** Collects what was measured, prints it as tables and writes it as JSON. */
import { median, ratios } from "./harness.mjs";

const digits = (value) => {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
};

function grid(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

function rowOf(name, { median: middle, rounds }, base) {
  const timesBase = ratios({ rounds }, base);
  return {
    name,
    median: middle,
    min: Math.min(...rounds),
    max: Math.max(...rounds),
    timesBase: median(timesBase),
    timesBaseMin: Math.min(...timesBase),
    timesBaseMax: Math.max(...timesBase),
    rounds,
  };
}

export class Report {
  tables = [];
  targets = [];
  facts = [];

  /** Medians of contenders, beside how many times the base's each one is; in JSON with how far the rounds spread. */
  table({ section, title, unit, results, base }) {
    const rows = Object.entries(results).map(([name, result]) =>
      rowOf(name, result, results[base]),
    );
    this.tables.push({ section, title, unit, base, rows });
    process.stderr.write(`${section}: ${title}\n`);
  }

  /** A number that stands for itself. */
  fact(title, value, unit) {
    this.facts.push({ title, value, unit });
  }

  /** Judged as it came out: there is no tolerance, and what is close to its bound says so itself. */
  target(title, value, { atLeast, atMost }, unit) {
    const passed = atLeast === undefined ? value <= atMost : value >= atLeast;
    this.targets.push({ title, value, unit, atLeast, atMost, passed });
  }

  toString() {
    const tables = this.tables.map(({ section, title, unit, base, rows }) => {
      const body = rows.map(({ name, median, timesBase }) => [
        name,
        digits(median),
        name === base ? "1" : digits(timesBase),
      ]);
      return `### ${section}: ${title}\n\n${grid(["", unit, "ratio"], body)}`;
    });
    const facts = this.facts.map(({ title, value, unit }) => [title, `${digits(value)} ${unit}`]);
    const targets = this.targets.map(({ title, value, atLeast, atMost, unit, passed }) => [
      title,
      atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`,
      `${digits(value)} ${unit}`,
      passed ? "pass" : "FAIL",
    ]);
    return [
      ...tables,
      ...(facts.length > 0 ? [`### Other numbers\n\n${grid(["", "measured"], facts)}`] : []),
      `### Targets\n\n${grid(["", "target", "measured", ""], targets)}`,
    ].join("\n\n");
  }
}
