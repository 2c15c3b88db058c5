"""Targets that are downloaded."""

from tuf.api.metadata import TargetFile

from scenario import equal, scenario


@scenario(("target.txt",), ("path/to/a/target.txt",))
def download(c, r, path):
    r.add(path, b"content")
    r.publish_all()
    equal(c.refresh(), True)
    equal(c.downloaded(), [])
    equal(c.download(path), True)
    equal(c.downloaded(), [b"content"])
    r.requests.clear()
    equal(c.download(path), True)
    equal(r.content[path] in r.requests, False)


@scenario((b"malicious",), (b"evil!!!",), (b"",), (b"content and more",))
def substituted_target(c, r, content):
    r.add("a", b"content")
    r.publish_all()
    r.files[r.content["a"]] = content
    equal(c.download("a"), False)
    equal(c.downloaded(), [])


@scenario((["sha256"],), (["sha512"],), (["sha256", "sha512"],), (["unknown"],))
def hash_functions(c, r, names):
    r.add("a", b"content")
    target = TargetFile.from_data("a", b"content", [name for name in names if name != "unknown"] or ["sha256"])
    if names == ["unknown"]:
        target.hashes = {"unknown": target.hashes["sha256"]}
    r.targets.targets["a"] = target
    for digest in target.hashes.values():
        r.files[f"{digest}.a"] = b"content"
    r.publish_all()
    equal(c.download("a"), names != ["unknown"])
    equal(c.downloaded(), [b"content"] if names != ["unknown"] else [])


@scenario()
def target_that_changes(c, r):
    for number in range(4):
        r.add("a", f"content {number}".encode())
        r.publish_all()
        equal(c.download("a"), True)
        equal(c.downloaded(), [f"content {number}".encode()])
        r.files[r.content["a"]] = b"malicious"
        c.download("a")
        equal(c.downloaded(), [f"content {number}".encode()])
