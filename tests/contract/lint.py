#!/usr/bin/python3
"""Lints the contract of the HTTP API, src/web/openapi.yaml, with @redocly/cli; its packages are fetched once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
INSTALLED = Path(os.environ.get("RECKONER_CONTRACT_LINT", SOURCE / "build" / "contract-lint"))
COMMAND = INSTALLED / "node_modules" / ".bin" / "redocly"


def install():
    lock = (HERE / "package-lock.json").read_bytes()
    kept = INSTALLED / "package-lock.json"
    if COMMAND.exists() and kept.exists() and kept.read_bytes() == lock:
        return
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, INSTALLED)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=INSTALLED, check=True, timeout=400)


def main():
    install()
    # Run where its packages are: it looks for nothing else, and asks nobody whether there is a newer one.
    environment = {**os.environ, "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "REDOCLY_TELEMETRY": "off"}
    done = subprocess.run([COMMAND, "lint", SOURCE / "src/web/openapi.yaml", "--config", HERE / "redocly.yaml"],
                          cwd=INSTALLED, env=environment, check=False, timeout=120)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
