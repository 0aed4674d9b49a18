"""Fuzz one target for a while: `python -m tests.fuzz.run TARGET SECONDS [libFuzzer options]`.

`make fuzz` calls it for every target. What fails is kept in build/fuzz/TARGET as crash-…, slow-…
or timeout-…; give such a file to `python -m tests.fuzz.run TARGET FILE` to see it again. What was
learnt is kept beside it and is where the next run begins.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
CPU_SECONDS = 3.0
"""More for 64 KiB is a fault: one second, and what measuring the coverage costs on top of it."""
MAX_LENGTH = 64 * 1024
MEGABYTES = 1024

with atheris.instrument_imports(include=["whiteboard"]):
    from tests.fuzz.corpus import seeds, words
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Run until the time is over or something fails."""
    target, amount, *options = sys.argv[1:]
    call = TARGETS[target]
    if Path(amount).is_file():
        begin = time.process_time()
        call(Path(amount).read_bytes())
        print(f"passed, {time.process_time() - begin:.2f} s")
        return
    folder = ROOT / "build" / "fuzz" / target
    known = folder / "corpus"
    known.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (known / f"seed-{number}").write_bytes(seed)
    dictionary = folder / "words.dict"
    escaped = (re.sub(r'["\\]|[^ -~]', lambda m: f"\\x{ord(m[0]) & 255:02x}", w) for w in words())
    dictionary.write_text("".join(f'"{word}"\n' for word in escaped if word))

    def once(data: bytes) -> None:
        begin = time.process_time()
        call(data)
        if time.process_time() - begin > CPU_SECONDS:
            (folder / f"slow-{abs(hash(data)):x}").write_bytes(data)
            raise RuntimeError(f"took {time.process_time() - begin:.1f} s")

    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={amount}",
            f"-max_len={MAX_LENGTH}",
            f"-rss_limit_mb={MEGABYTES}",
            "-timeout=60",
            f"-artifact_prefix={folder}/",
            f"-dict={dictionary}",
            "-print_final_stats=1",
            *options,
            str(known),
        ],
        once,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
