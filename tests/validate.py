#!/usr/bin/env python3
"""validate.py DIR|FILE.json... | --lines NAME FILE - checks run folders, single documents by their own "schema", and files
of lines against results/schema/ with an independent validator (python3-jsonschema)."""
import json
import pathlib
import sys

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "results" / "schema"


def refuse_constant(token):
    raise ValueError("not JSON: " + token)


def load(text):
    return json.loads(text, parse_constant=refuse_constant)


def validator(name):
    schema = load((SCHEMAS / f"{name}.schema.json").read_text())
    cls = jsonschema.validators.validator_for(schema)
    cls.check_schema(schema)
    return cls(schema)


def check(kind, where, value):
    errors = sorted(kind.iter_errors(value), key=lambda e: list(map(str, e.path)))
    for e in errors[:5]:
        print(f"{where}: {'/'.join(map(str, e.path))}: {e.message[:300]}")
    return not errors


def lines_of(name, path):
    texts = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    good = bool(texts)
    for number, text in enumerate(texts, 1):
        good &= check(validator(name), f"{path}:{number}", load(text))
    sys.exit(0 if good else 1)


def main():
    if sys.argv[1] == "--lines":
        lines_of(*sys.argv[2:])
    good = True
    run, samples, summary = validator("run"), validator("samples"), validator("summary")
    evidence = validator("evidence")
    for folder in map(pathlib.Path, sys.argv[1:]):
        if folder.is_file():
            value = load(folder.read_text())
            good &= check(validator(value["schema"].split("/")[1]), folder, value)
            continue
        good &= check(run, folder / "run.json", load((folder / "run.json").read_text()))
        good &= check(summary, folder / "summary.json", load((folder / "summary.json").read_text()))
        lines = (folder / "samples.jsonl").read_text().splitlines()
        if not lines:
            print(f"{folder}/samples.jsonl: empty")
            good = False
        for number, line in enumerate(lines, 1):
            good &= check(samples, f"{folder}/samples.jsonl:{number}", load(line))
        beside = folder / "evidence.jsonl"
        for number, line in enumerate(beside.read_text().splitlines() if beside.exists() else [], 1):
            good &= check(evidence, f"{beside}:{number}", load(line))
    sys.exit(0 if good else 1)


main()
