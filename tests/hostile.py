"""Projects that mean harm, opened by the real program in a real window under strace: before anybody trusts them nothing
of them runs, no process starts, nothing listens, and nothing outside their folders is touched. The same for archives.

    tests/hostile.py [PROGRAM]    PROGRAM is target/debug/loom; needs Xvfb, xdotool and strace
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

CANARY = "ghp_" + "Canary0Canary0Canary0Canary0Canary0x"
PATIENCE = 90  # seconds that a window may take to do something
MOST_MEMORY = 1 << 30
WRITES = re.compile(r"O_(WRONLY|RDWR|CREAT|TRUNC)")
# What a program with a window writes to wherever it runs.
SYSTEM = ("/dev/", "/proc/", "/memfd:", "/sys/")

Make = Callable[[Path, Path], None]


def savefile(nodes: list[dict], **more: object) -> str:
    whole = {"formatVersion": 3, "projectId": "theirs", "projectName": "Theirs", "nodes": nodes, "connections": []}
    return json.dumps(whole | more)


def node(number: int, **more: object) -> dict:
    return {
        "nodeId": f"node_{number}",
        "name": "one",
        "position": {"x": 0, "y": 0},
        "input": [],
        "output": ["result"],
        "ref": "project",
        "entryFunction": "one",
    } | more


def write(path: Path, text: str, *, is_program: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if is_program:
        path.chmod(0o755)


def code(project: Path, outside: Path) -> None:
    """Code wherever Python, uv, git or an editor would run it unasked."""
    canary = outside / "canary"
    evil = f"open({str(canary)!r}, 'a').write('x')\n"
    script = f"#!/bin/sh\necho x >> '{canary}'\n"
    write(project / "savefile.json", savefile([node(1)]))
    write(project / "nodes" / "one.py", f"{evil}\ndef one() -> int:\n    return 1\n")
    for name in ("json.py", "sitecustomize.py", "usercustomize.py", "conftest.py", "setup.py", "loom.py"):
        write(project / name, evil)
        write(project / "nodes" / name, evil)
    for version in range(11, 16):
        site = project / ".venv" / "lib" / f"python3.{version}" / "site-packages"
        write(site / "evil.pth", f"import sys; {evil}")
    write(project / ".venv" / "pyvenv.cfg", "home = /usr/bin\n")
    for name in ("python", "python3", "ruff", "uv", "git"):
        write(project / ".venv" / "bin" / name, script, is_program=True)
    for hook in ("post-checkout", "pre-commit", "post-merge", "fsmonitor"):
        write(project / ".git" / "hooks" / hook, script, is_program=True)
    write(project / ".git" / "HEAD", "ref: refs/heads/main\n")
    write(project / ".git" / "config", f"[core]\n\tfsmonitor = {project}/.git/hooks/fsmonitor\n")
    lines = ["--index-url https://example.invalid/simple", "-e .", f"evil @ file://{project}/evil.whl", "../outside"]
    write(project / "requirements.txt", "\n".join(lines))
    write(project / "uv.toml", 'index-url = "https://example.invalid/simple"\n')
    write(project / ".env", f"LOOM_USERDATA={outside}\nPATH={project}/.venv/bin\n")


def counts(project: Path, _: Path) -> None:
    """Numbers that ask for more than there is."""
    huge = 1_000_000_000
    ports = [{"var": f"p{n}", "value": huge} for n in range(1000)]
    names = [f"o{n}" for n in range(100_000)]
    nodes = [
        node(4_294_967_295, size={"width": huge, "height": huge}, position={"x": 1e308, "y": -1e308}),
        node(18_446_744_073_709_551_615),
        node(1, input=ports, output=names),
        node(2, input=[{"var": "a"}], loop={"each": ["a"], "carry": {"a": "result"}, "limit": huge}),
    ]
    write(project / "savefile.json", savefile(nodes, minReader=4, viewport={"x": 1e300, "y": 1e300, "zoom": 1e300}))
    write(project / "nodes" / "one.py", "def one(a: int = 10 ** 10 ** 10) -> int: ...\n")


def deep(project: Path, _: Path) -> None:
    """Nested deeper than any stack."""
    level = 200_000
    text = savefile([node(1, input=[{"var": "a", "value": "HERE"}])])
    write(project / "savefile.json", text.replace('"HERE"', "[" * level + "]" * level))
    write(project / "nodes" / "one.py", "def one(a=" + "(" * level + ")" * level + ") -> int: ...\n")


def laughs(project: Path, _: Path) -> None:
    """Thirty subgraphs, each with ten of the one before it."""
    numbers = itertools.count(1)

    def use(of: str) -> dict:
        return node(next(numbers), ref="graph", name=of, entryFunction=of, output=[])

    subgraphs = [
        {"subgraphId": f"sub_{level}", "title": str(level), "input": [], "output": [], "connections": []}
        | {"nodes": [use(f"sub_{level - 1}") for _ in range(10)] if level else [node(next(numbers))]}
        for level in range(30)
    ]
    write(project / "savefile.json", savefile([use("sub_29")], subgraphs=subgraphs, minReader=3))
    write(project / "nodes" / "one.py", "def one() -> int:\n    return 1\n")


def links(project: Path, outside: Path) -> None:
    """Places that Loom writes to, as links that lead out of the project."""
    write(project / "savefile.json", savefile([node(1)]))
    write(project / "nodes" / "one.py", "def one() -> int:\n    return 1\n")
    (project / ".loom").symlink_to(outside, target_is_directory=True)


def links_inside(project: Path, outside: Path) -> None:
    """The same, one level further in."""
    write(project / "savefile.json", savefile([node(1)]))
    write(project / "nodes" / "one.py", "def one() -> int:\n    return 1\n")
    (project / ".loom").mkdir()
    for name in ("lock", "lock.json", "journal", ".gitignore", "environment.lock", "unsaved-code.json"):
        (project / ".loom" / name).symlink_to(outside / "precious.txt")
    for name in ("generations", "runs"):
        (project / ".loom" / name).symlink_to(outside, target_is_directory=True)


def pipes(project: Path, _: Path) -> None:
    """Pipes that nobody writes to, wherever files are read."""
    write(project / "savefile.json", savefile([node(1)]))
    site = project / ".venv" / "lib" / "python3.12" / "site-packages"
    for folder in (project / ".loom", project / "nodes", site / "a.dist-info"):
        folder.mkdir(parents=True)
    own = ("journal", "lock", "lock.json", "unsaved-code.json", "costs.json", ".gitignore")
    top = ("requirements.txt", "requirements.lock", "pyproject.toml", ".python-version", "logs.json", "nodes/one.py")
    inside = (site / "a.pth", site / "a.dist-info" / "entry_points.txt", project / ".venv" / "pyvenv.cfg")
    for place in (*(project / ".loom" / name for name in own), *(project / name for name in top), *inside):
        os.mkfifo(place)


def checked(number: int, rest: str) -> str:
    """A line of a journal, whole as any."""
    return f"{number} {zlib.crc32(f'{number} {rest}'.encode()):08x} {rest}\n"


def journal(project: Path, outside: Path) -> None:
    """Unsaved changes that fit the savefile: a node that nobody here has put there."""
    text = savefile([])
    evil = f"open({str(outside / 'canary')!r}, 'a').write('x')\n"
    write(project / "savefile.json", text)
    write(project / "nodes" / "one.py", f"{evil}\ndef one() -> int:\n    return 1\n")
    known = [len(text), zlib.crc32(text.encode())]
    first = {"journal": 2, "savefile": known, "unsaved": True, "base": savefile([node(1)])}
    lines = [f"{'0' * 64} {json.dumps(line)}" for line in (first, {"savefile": known})]
    write(project / ".loom" / "journal", "".join(itertools.starmap(checked, enumerate(lines))))


def sources(project: Path, outside: Path) -> None:
    """Unsaved sources of files that are none of the project's."""
    write(project / "savefile.json", savefile([node(1)]))
    write(project / "nodes" / "one.py", "def one() -> int:\n    return 1\n")
    (project / "nodes" / "out").symlink_to(outside, target_is_directory=True)
    paths = [outside / "precious.txt", "../../outside/precious.txt", "nodes/out/precious.txt"]
    files = [{"path": str(path), "text": "evil\n"} for path in paths]
    write(project / ".loom" / "unsaved-code.json", json.dumps({"files": files, "tag": "0" * 64}))


def secret(project: Path, _: Path) -> None:
    """A secret where none belongs."""
    value = [{"var": "a", "value": CANARY}]
    write(project / "savefile.json", savefile([node(1, input=value, name=CANARY), {"nodeId": CANARY}]))
    write(project / "nodes" / "one.py", f"def one(a: str = '{CANARY}') -> int:\n    return '{CANARY}' +\n")


PROJECTS: list[Make] = [code, counts, deep, laughs, links, links_inside, pipes, journal, sources, secret]


class Screen:
    """A virtual screen of its own."""

    def __init__(self, temp: Path) -> None:
        read, write_end = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write_end],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write_end)
        with os.fdopen(read) as named:
            display = named.readline().strip()
        if not display:
            sys.exit("hostile: Xvfb named no display")
        home, runtime = temp / "home", temp / "runtime"
        home.mkdir()
        runtime.mkdir(mode=0o700)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DISPLAY": f":{display}",
            "XDG_RUNTIME_DIR": str(runtime),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "MESA_SHADER_CACHE_DISABLE": "true",
            "NO_AT_BRIDGE": "1",
            "LOOM_LOG": "debug",
        }

    def key(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", *keys], env=self.environment, check=True)

    def windows(self) -> list[str]:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "Loom"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        return found.stdout.split()

    def close(self) -> None:
        self.server.terminate()
        self.server.wait()


def until(what: str, is_so: Callable[[], object], process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        if process.poll() is not None:
            raise SystemExit(f"hostile: the program ended with {process.returncode} before {what}")
        if time.monotonic() > end:
            raise SystemExit(f"hostile: no {what} within {PATIENCE} s")
        time.sleep(0.05)


def tree(folder: Path) -> dict[str, object]:
    """All that lies in a folder, to be compared."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        is_file = path.is_file() and not path.is_symlink()
        found[str(path.relative_to(folder))] = path.read_bytes() if is_file else path.is_symlink()
    return found


def frames(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def peak_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) << 10  # type: ignore[index]


def open_and_close(program: str, project: Path, temp: Path, screen: Screen) -> tuple[str, str, int]:
    """The window on a project: it is painted, F5 is pressed, it is closed. What strace saw and it said; its memory."""
    trace, said, drawn = temp / "trace", temp / "said", temp / "frames"
    for old in (trace, said, drawn):
        old.unlink(missing_ok=True)
    calls = "execve,execveat,listen,open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
    with said.open("wb") as out:
        process = subprocess.Popen(
            ["strace", "-f", "-qq", "-s", "4096", "-e", f"trace={calls}", "-e", "signal=none", "-o", trace]
            + [program, str(project), "--userdata", str(temp / "userdata"), "--new-window"],
            env=screen.environment | {"LOOM_FRAME_LOG": str(drawn)},
            cwd=temp / "home",
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        until("window", screen.windows, process)
        window = screen.windows()[0]
        until("frames", lambda: frames(drawn) > 3, process)
        subprocess.run(["xdotool", "windowfocus", "--sync", window], env=screen.environment, capture_output=True)
        own = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        # A dialog may be there already; then what is asked for goes nowhere, as it should.
        screen.key("F5")
        before = frames(drawn)
        time.sleep(1.5)
        screen.key("Escape")
        screen.key("Escape")
        until("frames", lambda: frames(drawn) > before, process)
        memory = peak_memory(int(own[0]))
        end = time.monotonic() + PATIENCE
        while process.poll() is None:
            if time.monotonic() > end:
                raise SystemExit(f"hostile: {project.name}: the window does not close")
            screen.key("ctrl+q")
            time.sleep(0.3)
        if process.returncode != 0:
            raise SystemExit(f"hostile: {project.name}: exit code {process.returncode}\n{said.read_text()[-2000:]}")
    finally:
        if process.poll() is None:
            subprocess.run(["pkill", "-KILL", "-P", str(process.pid)])
            process.kill()
    return trace.read_text(errors="replace"), said.read_text(errors="replace"), memory


def faults_of(trace: str, allowed: list[Path], cwd: Path) -> list[str]:
    """What a program did that it should not have done."""
    faults = []
    programs = [line for line in trace.splitlines() if re.search(r"\bexecve(at)?\(", line)]
    faults += [f"it started {line}" for line in programs[1:]]
    faults += [f"it listens: {line}" for line in trace.splitlines() if re.search(r"\blisten\(", line)]
    for line in trace.splitlines():
        call = re.search(r"\b(open|openat|creat|rename\w*|unlink\w*|mkdir\w*)\((.*)", line)
        if not call or "= -1" in line or (call[1].startswith("open") and not WRITES.search(line)):
            continue
        for text in re.findall(r'"([^"]*)"', call[2]):
            path = cwd / text
            # Where it really is: what is gone by now is where its folder is.
            real = path.parent.resolve() / path.name
            is_allowed = any(real.is_relative_to(folder) for folder in allowed)
            if not is_allowed and not str(path).startswith(SYSTEM):
                faults.append(f"it writes to {path}: {line}")
    return faults


def archives(program: str, temp: Path, environment: dict[str, str]) -> list[str]:
    """Archives with names that lead elsewhere: none of them leaves anything."""
    faults = []
    names = ["../evil", "/tmp/evil", "a/../../evil", "C:\\evil", "..\\evil", "nul", "a:b", "COM1.txt"]
    for number, name in enumerate([*names, "link", "bomb"]):
        file, userdata = temp / f"{number}.loom", temp / f"userdata_{number}"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("savefile.json", savefile([]))
            if name == "link":
                link = zipfile.ZipInfo("nodes")
                link.external_attr = 0o120777 << 16
                archive.writestr(link, "/etc")
            elif name == "bomb":
                archive.writestr("big.bin", bytes(256 << 20))
            else:
                archive.writestr(zipfile.ZipInfo(name), "evil")
        before = tree(temp / "outside")
        run = subprocess.run(
            [program, "import", str(file), "--userdata", str(userdata)], env=environment, capture_output=True, text=True
        )
        left = list(userdata.rglob("savefile.json")) if userdata.exists() else []
        if run.returncode == 0 or left or tree(temp / "outside") != before or "panicked" in run.stderr:
            faults.append(f"archive {name!r}: exit code {run.returncode}, {left}, {run.stderr}")
        for evil in (Path("/tmp/evil"), temp / "evil", temp.parent / "evil"):
            if evil.exists():
                faults.append(f"archive {name!r} made {evil}")
    return faults


def listeners(program: str, temp: Path, environment: dict[str, str]) -> list[str]:
    """A project that may run does, with its environment and its engine, and none of its processes listens."""
    project = temp / "projects" / "own"
    write(project / "savefile.json", savefile([node(1)]))
    write(project / "nodes" / "one.py", "def one() -> int:\n    return 1\n")
    trace = temp / "trace"
    run = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=listen,execve", "-e", "signal=none", "-o", trace, program, "run"]
        + [str(project), "--userdata", str(temp / "userdata_own"), "--print", "node_1.result"],
        env=environment,
        capture_output=True,
        text=True,
    )
    faults = [line for line in trace.read_text(errors="replace").splitlines() if "listen(" in line]
    if run.returncode != 0 or run.stdout != "1\n":
        faults.append(f"a project that may run does not: exit code {run.returncode}: {run.stderr[-1000:]}")
    return [f"a run: {fault}" for fault in faults]


def main() -> int:
    program = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else "target/debug/loom")
    for tool in ("Xvfb", "xdotool", "strace"):
        if not shutil.which(tool):
            sys.exit(f"hostile: {tool} is missing: apt-get install -y --no-install-recommends xvfb xdotool strace")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
        why = "hostile: this machine lets no program be traced (ptrace is forbidden in this container)"
        print(f"not tested: {why}")
        # `./x` names the file, and counts what is left out at its end.
        if noted := os.environ.get("LOOM_NOT_TESTED"):
            with Path(noted).open("a") as file:
                file.write(f"{why}\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="loom-hostile-") as name:
        temp = Path(name).resolve()
        outside = temp / "outside"
        write(outside / "precious.txt", "precious\n")
        screen = Screen(temp)
        faults = []
        try:
            for make in PROJECTS:
                project = temp / "projects" / make.__name__
                project.mkdir(parents=True)
                make(project, outside)
                before = tree(outside)
                own = {path: content for path, content in tree(project).items() if not path.startswith(".loom")}
                trace, said, memory = open_and_close(program, project, temp, screen)
                allowed = [project, temp / "userdata", temp / "home", temp / "runtime", temp / "frames"]
                found = faults_of(trace, allowed, temp / "home")
                if tree(outside) != before:
                    found.append(f"outside of it is not as it was: {tree(outside).keys()}")
                now = tree(project)
                found += [f"{path} is not as it was" for path in own if now.get(path) != own[path]]
                if memory > MOST_MEMORY:
                    found.append(f"it took {memory >> 20} MB")
                if "panicked" in said:
                    found.append(f"it panicked: {said[-2000:]}")
                logs = [path for path in (temp / "userdata").rglob("*") if path.is_file()]
                if CANARY in said:
                    found.append("the secret is in what it says")
                found += [f"the secret is in {log}" for log in logs if CANARY.encode() in log.read_bytes()]
                print(f"hostile: {make.__name__}: {len(found)} faults, {memory >> 20} MB")
                faults += [f"{make.__name__}: {fault}" for fault in found]
        finally:
            screen.close()
        faults += archives(program, temp, screen.environment)
        faults += listeners(program, temp, screen.environment)
        for fault in faults:
            print(f"hostile: {fault}", file=sys.stderr)
        return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())
