"""The list of scenarios: each is a function of a client and a repository, called once for each row of its table."""

SCENARIOS = []


def scenario(*rows, faketime=False):
    def register(function):
        for row in rows or [()]:
            name = " ".join([function.__name__, *[getattr(part, "__name__", str(part)) for part in row[:1]]])
            SCENARIOS.append((name, function, row, faketime))
        return function

    return register


def equal(found, expected):
    assert found == expected, f"{found!r:.200} instead of {expected!r:.200}"
