"""Offers of the modelled region. Names and numbers are the cloud's; the stock is the model's."""

REGION = "ap-hongkong"
ZONES = (f"{REGION}-1", f"{REGION}-2", f"{REGION}-3")
CHARGES = ("POSTPAID_BY_HOUR", "SPOTPAID")
SELL, SOLD_OUT = "SELL", "SOLD_OUT"

TYPES = {
    "S5.MEDIUM4": (2, 4),
    "S5.MEDIUM8": (2, 8),
    "SA2.MEDIUM8": (2, 8),
    "S4.MEDIUM8": (2, 8),
    "S5.LARGE8": (4, 8),
    "S5.LARGE16": (4, 16),
    "SA5.LARGE8": (4, 8),
    "SA2.2XLARGE16": (8, 16),
    "SA5.2XLARGE16": (8, 16),
}
"""Cores and GiB of an instance type."""

NOT_IN_STOCK = {
    "ap-hongkong-2": ("S4.MEDIUM8",),
    "ap-hongkong-3": ("S4.MEDIUM8", "S5.LARGE16"),
}
"""Types that a zone knows, and has none of now."""

VERSIONS = ("1.28.3", "1.30.0", "1.32.2", "1.34.1")
"""Versions of Kubernetes from 1.28 on, the oldest first: an answer of DescribeVersions (457/103981)."""

LEVELS = {
    "L5": (5, 150, 128, 150),
    "L20": (20, 600, 256, 600),
    "L50": (50, 1500, 512, 1250),
    "L100": (100, 3000, 1024, 2500),
    "L200": (200, 6000, 2048, 5000),
    "L500": (500, 15000, 4096, 10000),
    "L1000": (1000, 30000, 6144, 20000),
    "L3000": (3000, 90000, 8192, 50000),
    "L5000": (5000, 150000, 10240, 100000),
}
"""Most nodes, pods, ConfigMaps and CRDs: an answer of DescribeClusterLevelAttribute (there too)."""

CLUSTERS = 5
"""Most clusters in a region, until the account is given more. Tencent's documents say 5 and 50."""

IMAGES = {
    "tlinux4_x86_64_public": "img-6n21msk1",
    "tlinux3.1x86_64": "img-eb30mz89",
    "tlinux2.4(tkernel4)x86_64": "img-9axl1k53",
    "ubuntu24.04x86_64": "img-mmytdhbn",
    "ubuntu22.04x86_64": "img-487zeit5",
    "debian12.8x86_64": "img-541bm08j",
    "debian11.11x86_64": "img-mn4o8ymp",
    "opencloudos9.0x86_64": "",
    "rockylinux9.3x86_64": "",
    "redhat9.5x86_64": "",
    "tlinux2.4x86_64": "",
    "tlinux2.2(tkernel3)x86_64": "",
    "centos7.6.0_x64": "",
    "centos7.2x86_64": "",
    "ubuntu18.04.1x86_64": "",
}
"""Public images of nodes by the name that TKE takes, with their id where it was read (documents 457/58059 and
457/68289, imroc/tke-guide's verified-os.md, extension_tke.go:10-15 of the provider)."""


def is_zone(zone: str) -> bool:
    """True when there is such a zone; of other regions than the modelled one all are accepted."""
    return zone in ZONES or not zone.startswith(f"{REGION}-")
