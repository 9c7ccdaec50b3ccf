"""A MongoDB and a Redis of their own, which a test stops and kills while they are at work."""

import os
import signal
import time
from pathlib import Path

import pymongo

from scripts import local, servers
from scripts.children import Child, Guard

ELECTION_SECONDS = 2
ONE_AFTER_ANOTHER = {"electionTimeoutMillis": 1000 * ELECTION_SECONDS}


class Backing:
    """`nodes` of MongoDB, which wait for their disk as in a deployment, and one Redis."""

    def __init__(self, folder: Path, nodes: int = 1) -> None:
        self._folder, self._guard = folder, Guard()
        self._ports = [local.free_port() for _ in range(nodes)]
        self._redis_port = local.free_port()
        self._paused: dict[str, int] = {}
        self._nodes = {port: self._start_mongod(port) for port in self._ports}
        self._redis = self._start_redis("redis")
        self._initiate()
        self.mongodb = self._uri()
        self.redis = f"redis://127.0.0.1:{self._redis_port}"

    def pause(self, name: str) -> None:
        """Connections stay open but nothing answers, which is the worst kind of outage."""
        self._paused[name] = self._find(name).pid
        os.kill(self._paused[name], signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """The same process, although another node may be the primary by now."""
        os.kill(self._paused[name], signal.SIGCONT)

    def kill(self, name: str) -> None:
        """`kill -9`. Where MongoDB has several nodes, the primary is killed or paused."""
        self._find(name).kill()

    def revive(self, name: str) -> None:
        """At the same address: MongoDB with its data, Redis with nothing in it."""
        if name == "redis":
            self._redis = self._start_redis(f"redis-{time.monotonic()}")
            servers.wait_for_redis(self._redis_port, [self._redis])
            return
        for port, child in self._nodes.items():
            if not child.is_alive():
                self._nodes[port] = self._start_mongod(port)

    def end(self) -> None:
        for child in (*self._nodes.values(), self._redis):
            if child.is_alive():
                os.kill(child.pid, signal.SIGCONT)
        self._guard.close()

    def _find(self, name: str) -> Child:
        return self._redis if name == "redis" else self._nodes[self._primary()]

    def _primary(self) -> int:
        if len(self._ports) == 1:
            return self._ports[0]
        with pymongo.MongoClient(self.mongodb) as client:
            client.admin.command("ping")
            address = client.primary
        assert address is not None
        return address[1]

    def _start_mongod(self, port: int) -> Child:
        data = self._folder / f"mongod-{port}"
        data.mkdir(exist_ok=True)
        command = [
            *servers.mongod_command(port, data),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]
        return Child("mongod", command, log=data / "mongod.log", guard=self._guard)

    def _start_redis(self, name: str) -> Child:
        data = self._folder / name
        data.mkdir()
        command = servers.redis_command(self._redis_port, data)
        return Child("redis-server", command, log=data / "redis.log", guard=self._guard)

    def _initiate(self) -> None:
        servers.wait_for_redis(self._redis_port, [self._redis])
        if len(self._ports) == 1:
            servers.wait_for_primary(self._ports[0], list(self._nodes.values()))
            return
        members = [{"_id": n, "host": f"127.0.0.1:{port}"} for n, port in enumerate(self._ports)]
        for port in self._ports:
            with pymongo.MongoClient("127.0.0.1", port, directConnection=True) as client:
                client.admin.command("ping")
        config = {"_id": "rs0", "members": members, "settings": ONE_AFTER_ANOTHER}
        with pymongo.MongoClient("127.0.0.1", self._ports[0], directConnection=True) as client:
            client.admin.command("replSetInitiate", config)  # asks all of them
        with pymongo.MongoClient(self._uri()) as client:
            client.admin.command("ping")

    def _uri(self) -> str:
        if len(self._ports) == 1:
            return servers.mongodb_uri(self._ports[0])
        addresses = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        return f"mongodb://{addresses}/?replicaSet=rs0"
