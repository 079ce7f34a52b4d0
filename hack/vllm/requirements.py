"""Prints what a wheel of vLLM for CPUs requires, without what is installed apart from it."""

import sys
import zipfile
from email.parser import Parser

APART = {"torch", "torchaudio", "torchvision", "torchcodec"}

with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(wheel.read(name).decode())
for requirement in metadata.get_all("Requires-Dist", []):
    package, _, marker = requirement.partition(";")
    bare = package.strip()
    for separator in " <>=!~[(":
        bare = bare.split(separator)[0]
    if bare.lower() not in APART and "extra ==" not in marker:
        print(requirement)
