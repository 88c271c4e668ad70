"""A cluster of Tencent Cloud's TKE."""
