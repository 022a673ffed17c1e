// JSONata's reference implementation: one expression as JSON a line in, its value or error a line out.
const jsonata = require(process.argv[2]);
require("readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  let answer;
  try {
    const value = await jsonata(JSON.parse(line)).evaluate({});
    answer = value === undefined ? { error: "the expression returned nothing" } : { value };
  } catch (error) {
    answer = { error: `${error.code} ${error.message}` };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
