"""Fetches the commit that it is told from the forge, and runs its server."""
import json
import os
import sys
import urllib.request

commit = os.environ['COMMIT']
with urllib.request.urlopen(f'http://forge:8080/api/files?ref={commit}', timeout=10) as answer:
    files = json.load(answer)['files']
os.makedirs('/tmp/parcels', exist_ok=True)
for name, content in files.items():
    with open(os.path.join('/tmp/parcels', os.path.basename(name)), 'w', encoding='utf-8') as file:
        file.write(content)
os.chdir('/tmp/parcels')
os.execv(sys.executable, [sys.executable, '-B', 'server.py'])
