// A server process of the client's own, on a port that the system chooses.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const SAYS = "listening on ";

/** Starts the server, gives its URL to `use`, and stops it. */
export async function serve(program: string, use: (url: string) => Promise<void>): Promise<void> {
  const process = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--log", "error"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(process, "exit");
  try {
    const said = createInterface({ input: process.stdout });
    const line = await Promise.race([once(said, "line").then(([line]) => String(line)), ended.then(() => "nothing")]);
    if (!line.startsWith(SAYS)) throw new Error(`the server said ${line}`);
    await use(`http://${line.slice(SAYS.length)}`);
  } finally {
    process.kill("SIGTERM");
    await ended;
  }
}
