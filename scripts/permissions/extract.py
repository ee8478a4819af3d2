"""Takes the two Terraform tables out of iam-policy-autopilot's wheel (Apache-2.0) and prints them as one JSON object.

The wheel holds one program, and the program holds its tables as raw deflate streams without any header. So each offset that can
start such a stream is tried, and a table is known by how its text begins.
Usage: python3 extract.py WHEEL > tables.json
"""

import json
import sys
import zipfile
import zlib

STARTS = {
    "functions": b'{\n  "library_name": "terraform-provider-aws"',
    "types": b'[\n  {\n    "resource_type": "aws_',
}


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("/scripts/iam-policy-autopilot"))
        program = memoryview(archive.read(name))
    found = {}
    for offset in range(len(program)):
        # The low three bits of a stream's first byte: last block or not, and dynamic Huffman codes.
        if program[offset] & 6 != 4:
            continue
        try:
            start = zlib.decompressobj(-15).decompress(program[offset : offset + 600], 64)
        except zlib.error:
            continue
        for key, begin in STARTS.items():
            if start.startswith(begin[: len(start)]) and len(start) >= len(begin):
                found[key] = json.loads(zlib.decompressobj(-15).decompress(program[offset:]))
        if len(found) == len(STARTS):
            break
    missing = [key for key in STARTS if key not in found]
    if missing:
        sys.exit(f"{wheel} has no table {', '.join(missing)} where version 0.3.0 has it: look how the new version stores it.")
    json.dump({"version": name.split(".data/")[0].rsplit("-", 1)[1], **found}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
