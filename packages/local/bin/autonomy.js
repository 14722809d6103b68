// Plain JavaScript: it has to run, and say what is wrong, on any Node.
const NODE_MAJOR_MIN = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `Node ${NODE_MAJOR_MIN} or newer is needed, and this is ${process.version}. "pnpm start" brings its own.\n`,
  );
  process.exit(1);
}
const { main } = await import("../src/cli/main.ts");
await main(process.argv);
