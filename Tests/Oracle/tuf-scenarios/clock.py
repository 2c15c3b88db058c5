"""What expires while a client looks away; needs faketime."""

from repository import DAY, NOW, TOP
from scenario import equal, scenario


@scenario(faketime=True)
def expired_timestamp_leads_to_the_new_one(c, r):
    r.timestamp.expires = NOW + 7 * DAY
    r.publish("timestamp")
    equal(c.refresh(), True)
    r.timestamp.expires = NOW + 21 * DAY
    r.publish_all()
    equal(c.refresh(day=18), True)
    equal(c.versions(), [1, 3, 2, 2])


@scenario(faketime=True)
def expired_root_leads_to_the_new_one(c, r):
    r.root.expires = NOW + 7 * DAY
    r.publish("root")
    equal(c.refresh(), True)
    r.root.expires = NOW + 21 * DAY
    r.publish("root")
    equal(c.refresh(day=18), True)
    equal(c.versions()[0], 3)


@scenario(*[(role,) for role in TOP], faketime=True)
def freeze(c, r, frozen):
    for role in TOP:
        r.roles[role].expires = NOW + (7 if role == frozen else 30) * DAY
    r.publish("root")
    r.publish_all()
    equal(c.refresh(), True)
    equal(c.refresh(day=6), True)
    equal(c.refresh(day=18), False)


@scenario(faketime=True)
def delegated_role_expires(c, r):
    r.delegate("targets", "role", ["role/*"], expires=NOW + 7 * DAY)
    r.add("role/a", b"a", "role")
    r.add("role/b", b"b", "role")
    r.publish_all()
    equal(c.download("role/a"), True)
    equal(c.download("role/b", day=18), False)
    equal(c.downloaded(), [b"a"])
    r.roles["role"].expires = NOW + 21 * DAY
    r.publish("role", "snapshot", "timestamp")
    equal(c.download("role/b", day=18), True)
    equal(c.downloaded(), [b"a", b"b"])
