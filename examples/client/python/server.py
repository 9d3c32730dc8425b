"""A server process of the client's own, on a port that the system chooses."""
import contextlib
import subprocess

SAYS = "listening on "


@contextlib.contextmanager
def serve(program):
    """Starts the server, gives the address that it listens at, and stops it."""
    command = [program, "serve", "--listen", "127.0.0.1:0", "--log", "error"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline().strip()
            if not line.startswith(SAYS):
                raise SystemExit(f"the server said {line!r}")
            yield line.removeprefix(SAYS)
        finally:
            process.terminate()
