// Reads a collection of JSON-stat from standard input with jsonstat-toolkit, and writes what it found in each dataset.
const JSONstat = require("./vendor/jsonstat-toolkit/main.cjs");

const collection = JSONstat(JSON.parse(require("fs").readFileSync(0, "utf8")));
const found = collection.link.item.map((item) => {
  const dataset = JSONstat(item);
  return {
    label: dataset.label,
    n: dataset.n,
    role: dataset.role,
    unit: dataset.Dimension("measure").Category(0).unit,
    areas: dataset.Dimension("area").id,
    cells: dataset.toTable({ type: "arrobj", content: "id", status: true }),
  };
});
process.stdout.write(JSON.stringify(found));
