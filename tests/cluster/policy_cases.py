"""NetworkPolicies, and who then reaches whom: a case for each feature."""

from __future__ import annotations

from typing import NamedTuple

from tests.cluster.policy_objects import Object, app, block, egress_to, expression, ingress_from, policy


class Case(NamedTuple):
    """`attempts`: one a line, `source > target protocol/port`; `!` in front where it must not get through."""

    name: str
    policies: list[Object]
    attempts: str


NAMED_PORTS = [{"port": "nothing"}, {"port": "dns"}, {"port": "dns", "protocol": "UDP"}]
CASES = [
    Case(
        "a selected pod without rules is closed and all others stay open",
        [policy("web", app("server"))],
        """! builder > server tcp/80
        ! second > server udp/80
        ! outside > server tcp/80
        builder > second tcp/80
        server > builder tcp/80""",
    ),
    Case(
        "an empty selector takes every pod of the namespace and of no other",
        [policy("web")],
        """! builder > server tcp/80
        ! builder > second tcp/80
        builder > probe tcp/80
        other > builder tcp/80""",
    ),
    Case(
        "an empty rule opens everything",
        [policy("web", app("server"), ingress=[{}])],
        "builder > server tcp/80\nbuilder > server udp/80\noutside > server tcp/80",
    ),
    Case(
        "a pod reaches itself and the node reaches its pods whatever the policies say",
        [policy("builds", policyTypes=["Ingress", "Egress"])],
        """builder > hairpin tcp/80
        node > builder tcp/80
        ! other > builder tcp/80
        ! builder > other tcp/80""",
    ),
    Case(
        "egress default deny closes pods, node, Services and what lies outside",
        [policy("builds", app("builder"), policyTypes=["Egress"])],
        """! builder > probe tcp/80
        ! builder > probe udp/53
        ! builder > node tcp/6443
        ! builder > node udp/53
        ! builder > service tcp/80
        ! builder > outside tcp/80
        other > node tcp/6443
        other > builder tcp/80""",
    ),
    Case(
        "policyTypes default to Ingress, and to Egress as well where there are egress rules",
        [policy("builds", app("builder"), egress=[{"to": [block("192.0.2.10/32")]}]), policy("web")],
        """! other > builder tcp/80
        ! builder > probe tcp/80
        builder > outside tcp/80
        server > probe tcp/80""",
    ),
    Case(
        "Egress alone leaves ingress open",
        [policy("web", policyTypes=["Egress"])],
        "builder > server tcp/80\n! server > builder tcp/80",
    ),
    Case(
        "both ends have to allow",
        [egress_to({"namespaceSelector": {}}), policy("web", app("server"))],
        "! builder > server tcp/80\nbuilder > second tcp/80\n! builder > outside tcp/80",
    ),
    Case(
        "several policies of a pod allow what any of them allows",
        [
            ingress_from({"namespaceSelector": {"matchLabels": {"team": "a"}}}),
            policy("web", ingress=[{"ports": [{"port": 81}]}]),
        ],
        """builder > server tcp/80
        probe > server tcp/81
        ! probe > server tcp/80
        ! builder > second tcp/80
        builder > second tcp/81""",
    ),
    Case(
        "a podSelector alone means pods of the policy's namespace",
        [ingress_from({"podSelector": {}}, {"podSelector": app("builder")})],
        "second > server tcp/80\n! builder > server tcp/80",
    ),
    Case(
        "a namespaceSelector alone means every pod of these namespaces",
        [ingress_from({"namespaceSelector": {"matchLabels": {"team": "a"}}})],
        "builder > server tcp/80\nother > server tcp/80\n! probe > server tcp/80\n! second > server tcp/80",
    ),
    Case(
        "both selectors in a peer have to match",
        [ingress_from({"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": app("builder")})],
        "builder > server tcp/80\n! other > server tcp/80\n! second > server tcp/80",
    ),
    Case(
        "an empty namespaceSelector means every pod, and nothing outside",
        [ingress_from({"namespaceSelector": {}})],
        "builder > server tcp/80\nprobe > server tcp/80\n! outside > server tcp/80",
    ),
    Case(
        "In",
        [ingress_from({"namespaceSelector": expression("team", "In", "b", "a")})],
        "builder > server tcp/80\nsecond > server tcp/80\n! probe > server tcp/80",
    ),
    Case(
        "NotIn matches where the label is missing",
        [ingress_from({"namespaceSelector": expression("team", "NotIn", "a")})],
        "! builder > server tcp/80\nsecond > server tcp/80\nprobe > server tcp/80",
    ),
    Case(
        "Exists",
        [ingress_from({"namespaceSelector": {}, "podSelector": expression("rank", "Exists")})],
        "other > server tcp/80\nsecond > server tcp/80\n! builder > server tcp/80",
    ),
    Case(
        "DoesNotExist",
        [ingress_from({"namespaceSelector": {}, "podSelector": expression("rank", "DoesNotExist")})],
        "! other > server tcp/80\n! second > server tcp/80\nbuilder > server tcp/80",
    ),
    Case(
        "a policy's own selector knows expressions",
        [policy("web", expression("rank", "Exists"))],
        "! builder > second tcp/80\nbuilder > server tcp/80",
    ),
    Case(
        "a peer that matches nobody allows nobody",
        [ingress_from({"podSelector": app("nobody")})],
        "! second > server tcp/80\n! outside > server tcp/80",
    ),
    Case(
        "an ipBlock without its exceptions",
        [egress_to(block("192.0.2.0/24", "192.0.2.96/28", "192.0.2.200/32"))],
        "builder > outside tcp/80\n! builder > elsewhere tcp/80\n! builder > probe tcp/80",
    ),
    Case(
        "another block opens what the first one excepts",
        [egress_to(block("0.0.0.0/0", "192.0.2.0/24"), block("192.0.2.99/32"))],
        "! builder > outside tcp/80\nbuilder > elsewhere tcp/80\nbuilder > probe tcp/80",
    ),
    Case(
        "an ipBlock that is excepted whole, one of IPv6 and one of nonsense allow nothing",
        [egress_to(block("192.0.2.10/32", "192.0.2.0/24"), block("::/0"), block("192.0.2.010/32"))],
        "! builder > outside tcp/80\n! builder > probe tcp/80",
    ),
    Case(
        "an ipBlock of ingress",
        [ingress_from(block("192.0.2.10/32"))],
        "outside > server tcp/80\n! builder > server tcp/80",
    ),
    Case(
        "the node as an ipBlock: the API server's port and no other",
        [egress_to(block("10.244.0.1/32"), ports=[{"port": 6443}])],
        "builder > node tcp/6443\n! builder > node tcp/10250\n! builder > probe tcp/6443",
    ),
    Case(
        "a port is TCP unless it says UDP",
        [policy("web", app("server"), ingress=[{"ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}]}])],
        """builder > server tcp/80
        builder > server udp/53
        ! builder > server udp/80
        ! builder > server tcp/53
        ! builder > server tcp/81""",
    ),
    Case(
        "a protocol without a port",
        [policy("web", app("server"), ingress=[{"ports": [{"protocol": "UDP"}, {"protocol": "SCTP"}]}])],
        "builder > server udp/53\nbuilder > server udp/80\n! builder > server tcp/80",
    ),
    Case(
        "endPort is the last one",
        [policy("web", ingress=[{"ports": [{"port": 80, "endPort": 82}, {"port": 90, "endPort": 90}]}])],
        """! builder > server tcp/79
        builder > server tcp/80
        builder > server tcp/82
        ! builder > server tcp/83
        builder > server tcp/90""",
    ),
    Case(
        "a named port has another number in each target",
        [policy("web", ingress=[{"ports": [{"port": "http"}]}])],
        """builder > server tcp/8080
        builder > second tcp/9090
        ! builder > server tcp/9090
        ! builder > second tcp/8080
        ! builder > server udp/8080
        builder > service tcp/80""",
    ),
    Case(
        "a named port of egress is looked up in the target",
        [egress_to({"namespaceSelector": {"matchLabels": {"team": "b"}}}, ports=[{"port": "http"}])],
        """builder > server tcp/8080
        builder > second tcp/9090
        ! builder > server tcp/80
        ! builder > node tcp/8080""",
    ),
    Case(
        "a name opens the port of its protocol, and a name that no port has opens nothing",
        [policy("builds", app("builder"), ingress=[{"ports": NAMED_PORTS}])],
        "other > builder udp/53\n! other > builder tcp/53\n! other > builder tcp/80",
    ),
    Case(
        "a Service is the pod behind it",
        [egress_to({"namespaceSelector": {"matchLabels": {"team": "b"}}}, ports=[{"port": 8080}])],
        "builder > service tcp/80\n! builder > server tcp/80\n! builder > outside tcp/8080",
    ),
    Case(
        "a pod that ended lends its labels to nobody who has its address now",
        [
            policy("builds", app("builder")),
            ingress_from({"namespaceSelector": {}, "podSelector": app("builder")}),
        ],
        "other > probe tcp/80\nbuilder > server tcp/80\n! probe > server tcp/80",
    ),
    Case(
        "a pod on the node's network is bound by no policy",
        [policy("web", app("host"), policyTypes=["Ingress", "Egress"])],
        "builder > node tcp/80\nnode > builder tcp/80",
    ),
    Case(
        "peers and ports of a rule both count, and rules do not mix",
        [
            policy(
                "web",
                app("server"),
                ingress=[
                    {"from": [{"podSelector": {}}], "ports": [{"port": 80}]},
                    {"from": [block("192.0.2.0/24")], "ports": [{"port": 81}]},
                ],
            )
        ],
        """second > server tcp/80
        ! second > server tcp/81
        outside > server tcp/81
        ! outside > server tcp/80""",
    ),
]
