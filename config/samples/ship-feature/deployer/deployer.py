"""Keeps the Deployment `parcels` at the commit that `main` of the forge stands at, as a GitOps tool does."""
import json
import os
import ssl
import time
import urllib.request

ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
HOST = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
TRUST = ssl.create_default_context(cafile=f'{ACCOUNT}/ca.crt')


def read(name):
    with open(f'{ACCOUNT}/{name}', encoding='utf-8') as file:
        return file.read()


def ask(method, url, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    trust = TRUST if url.startswith('https:') else None
    with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
        return json.load(answer)


def deployment(method, body=None):
    url = f"{HOST}/apis/apps/v1/namespaces/{read('namespace')}/deployments/parcels"
    kind = {'Authorization': f"Bearer {read('token')}", 'Content-Type': 'application/strategic-merge-patch+json'}
    return ask(method, url, body, **kind)


def sync():
    wanted = ask('GET', 'http://forge:8080/api/files')['commit']
    container = deployment('GET')['spec']['template']['spec']['containers'][0]
    running = {each['name']: each.get('value') for each in container.get('env', [])}.get('COMMIT')
    if running == wanted:
        return
    env = [{'name': 'COMMIT', 'value': wanted}]
    change = {'spec': {'template': {'spec': {'containers': [{'name': container['name'], 'env': env}]}}}}
    deployment('PATCH', change)
    print(f'rolls out {wanted}', flush=True)


while True:
    try:
        sync()
    except OSError as problem:
        print(f'not now: {problem}', flush=True)
    time.sleep(1)
