"""Other mock servers on the same work: which, from where, and how each is told to keep purchase orders.

They come from npm into a cache folder outside this repository, once. A peer that is not to be had is left out, loudly.
Each is set up as its own manual does it, with its request log off, and keeps what it was given in memory.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PATH = "/v1/purchase-orders"
INSTALL_S_MAX = 300.0
MOUNTEBANK = """function (config) {
    const orders = config.state.orders = config.state.orders || {}, request = config.request;
    let status = 200, order;
    if (request.method === 'POST') {
        order = JSON.parse(request.body);
        config.state.last = (config.state.last || 0) + 1;
        order.id = String(config.state.last);
        orders[order.id] = order;
        status = 201;
    } else {
        order = request.path === '/v1/purchase-orders' ? [] : orders[request.path.split('/').pop()];
    }
    const body = JSON.stringify(order || {});
    return {
        statusCode: order ? status : 404,
        headers: {
            'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), Connection: 'keep-alive'
        },
        body: body
    };
}"""
"""Its way to keep state is a response written in JavaScript."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`start` writes what it needs into an empty folder and says how to run it on a port, from the installed packages.
    `crud` is put to `prepare` before it has a store at all, and again for an empty one."""

    package: str
    version: str
    start: Callable[[Path, Path, int], list[str]]
    needs: str = "node"
    ready: str = PATH
    prepare: str = ""
    crud: str = ""
    documents_max: int | None = None
    """It takes no more: what is measured must end before."""


def _json_server(modules: Path, folder: Path, port: int) -> list[str]:
    # A module instead of a file: orders stay in memory, and no request rewrites them all.
    (folder / "orders.js").write_text('module.exports = () => ({"purchase-orders": []})\n')
    (folder / "routes.json").write_text('{"/v1/*": "/$1"}\n')
    words = ["node", str(modules / "json-server" / "lib" / "cli" / "bin.js"), str(folder / "orders.js")]
    return [*words, "--port", str(port), "--host", "127.0.0.1", "--routes", str(folder / "routes.json"), "--quiet"]


def _mountebank(modules: Path, folder: Path, port: int) -> list[str]:
    stub = {"responses": [{"inject": MOUNTEBANK}]}
    imposter = {"protocol": "http", "port": port, "host": "127.0.0.1", "stubs": [stub]}
    (folder / "imposters.json").write_text(json.dumps({"imposters": [imposter]}))
    words = [
        "node",
        str(modules / "mountebank" / "bin" / "mb"),
        "start",
        "--configfile",
        str(folder / "imposters.json"),
    ]
    words += ["--noParse", "--allowInjection", "--localOnly", "--nologfile", "--loglevel", "error"]
    return [*words, "--port", str(port + 1), "--pidfile", str(folder / "mb.pid")]


def _mockoon(modules: Path, folder: Path, port: int) -> list[str]:
    answer = {
        "uuid": "answer",
        "label": "",
        "statusCode": 200,
        "latency": 0,
        "headers": [],
        "rules": [],
        "rulesOperator": "OR",
        "default": True,
        "body": "",
        "bodyType": "DATABUCKET",
        "databucketID": "po01",
        "crudKey": "id",
        "callbacks": [],
    }
    route = {"uuid": "route", "type": "crud", "method": "", "endpoint": PATH.strip("/"), "responses": [answer]}
    environment = {
        "uuid": "bench",
        "lastMigration": 33,
        "name": "orders",
        "port": port,
        "hostname": "127.0.0.1",
        "endpointPrefix": "",
        "latency": 0,
        "folders": [],
        "routes": [{**route, "responseMode": None, "streamingMode": None, "streamingInterval": 0}],
        "rootChildren": [{"type": "route", "uuid": "route"}],
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "data": [{"uuid": "bucket", "id": "po01", "name": "orders", "documentation": "", "value": "[]"}],
        "callbacks": [],
    }
    (folder / "orders.json").write_text(json.dumps(environment))
    words = ["node", str(modules / "@mockoon" / "cli" / "bin" / "run.js"), "start"]
    words += ["--data", str(folder / "orders.json"), "--port", str(port)]
    return [*words, "--repair", "--disable-log-to-file", "--disable-admin-api"]


def _mockserver(modules: Path, _: Path, port: int) -> list[str]:
    jar = next((modules / "mockserver-node").glob("mockserver-netty-*-jar-with-dependencies.jar"))
    return ["java", "-jar", str(jar), "-serverPort", str(port), "-logLevel", "WARN"]


PEERS = {
    "mountebank": Peer("mountebank", "2.9.1", _mountebank),
    "Mockoon": Peer("@mockoon/cli", "9.9.0", _mockoon),
    "json-server": Peer("json-server", "0.17.4", _json_server),
    "MockServer": Peer(
        "mockserver-node",
        "8.0.0",
        _mockserver,
        needs="java",
        ready="",
        prepare="/mockserver/crud",
        crud=json.dumps({"basePath": PATH, "idField": "id", "idStrategy": "AUTO_INCREMENT", "initialData": []}),
        documents_max=10_000,
    ),
}


def modules() -> Path:
    """Where npm puts them: outside the repository, kept from run to run."""
    told = os.environ.get("HARDCLOSE_BENCH_CACHE")
    cache = Path(told) if told else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hardclose-bench"
    return cache / "node_modules"


def to_be_had(say: Callable[[str], None]) -> list[str]:
    """The peers that can be run here, installed by now. Says which cannot, and why."""
    there = []
    for name, peer in PEERS.items():
        why = _missing(peer)
        if why is None:
            there.append(name)
        else:
            say(f"LEFT OUT: {name} is not measured: {why}")
    return there


def _missing(peer: Peer) -> str | None:
    """Why it cannot be run, after an attempt to install it."""
    if shutil.which(peer.needs) is None:
        return f"there is no {peer.needs} on this machine"
    installed = modules() / peer.package / "package.json"
    if installed.is_file() and json.loads(installed.read_text())["version"] == peer.version:
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "there is no npm on this machine"
    modules().parent.mkdir(parents=True, exist_ok=True)
    words = [npm, "install", "--prefix", str(modules().parent), "--no-audit", "--no-fund", "--loglevel", "error"]
    try:
        done = subprocess.run(
            [*words, f"{peer.package}@{peer.version}"], capture_output=True, text=True, timeout=INSTALL_S_MAX
        )
    except subprocess.TimeoutExpired:
        return f"npm did not install it within {INSTALL_S_MAX:.0f} s"
    return None if done.returncode == 0 else f"npm could not install it: {(done.stderr or done.stdout).strip()[-300:]}"
