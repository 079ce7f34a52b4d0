"""Answers GET /cost?cents=…&grams=…&country=… with what the delivery costs, and says which commit it runs.

Whoever tries a rollout adds the commit that has to answer: for some moments requests still reach the pods that were before.
"""
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from shipping import cost

COMMIT = os.environ.get('COMMIT', '')


def answer(path):
    address = urlsplit(path)
    if address.path == '/version':
        return 200, {'commit': COMMIT}
    if address.path != '/cost':
        return 404, {'error': 'there are /cost and /version'}
    given = {name: values[0] for name, values in parse_qs(address.query).items()}
    try:
        order = {'cents': int(given['cents']), 'grams': int(given['grams']), 'country': given['country']}
    except (KeyError, ValueError) as problem:
        return 400, {'error': f'cents, grams and country are needed: {problem}'}
    if given.get('commit', COMMIT) != COMMIT:
        return 503, {'error': f'this is {COMMIT}'}
    return 200, {'cents': cost(order), 'commit': COMMIT}


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = answer(self.path)
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


if __name__ == '__main__':
    ThreadingHTTPServer(('', 8080), Server).serve_forever()
